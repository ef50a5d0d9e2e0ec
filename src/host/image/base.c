/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base.h"

#include "../initramfs/contents.h"
#include "../state/files.h"
#include "build.h"

#define OVERLAYS "boot/ostree/initramfs-overlays" /* ostree: _OSTREE_SYSROOT_INITRAMFS_OVERLAYS */
#define OVERLAY_BYTES_MAX (64u << 20)
#define PATH_BYTES 512

/* 1: this archive holds the lock just so; 0: not; -ENOMEM. */
static int holds(const struct sysroot *r, const char *path, const char *lock, size_t lock_len)
{
	static const char *const patterns[] = { LOCK_FILE, NULL };
	_cleanup_(free_pointer) char *data = NULL;
	_cleanup_(contents_free) struct contents c = { 0 };
	const struct content *item;
	char why[SEGMENTS_WHY_LEN];
	size_t len;
	int ret = sysroot_read_all(r, path, OVERLAY_BYTES_MAX, &data, &len);

	if (!ret)
		ret = contents_read((unsigned char *)data, len, patterns, &c, why);
	if (ret)
		return ret == -ENOMEM ? ret : 0;
	item = contents_find(&c, LOCK_FILE);
	return item && item->len == lock_len && memcmp(item->data, lock, lock_len) == 0;
}

/* 1: one of the archives that rpm-ostree adds holds the lock as it is now; 0: none; -errno: that cannot be told. */
static int is_added(const struct sysroot *r)
{
	_cleanup_(names_free) struct names names = { 0 };
	_cleanup_(free_pointer) char *lock = NULL;
	size_t len;
	int ret = sysroot_list(r, OVERLAYS, &names);

	if (!ret)
		ret = sysroot_read_all(r, LOCK_FILE, CONFIG_MAX, &lock, &len);
	for (size_t i = 0; i < names.n && !ret; i++) {
		char path[PATH_BYTES];

		if ((size_t)snprintf(path, sizeof(path), OVERLAYS "/%s", names.items[i]) < sizeof(path))
			ret = holds(r, path, lock, len);
	}
	return ret;
}

static int verify_lock(const struct sysroot *r, struct verified *out)
{
	int ret = is_added(r);

	if (ret == -ENOMEM || ret > 0)
		return ret > 0 ? 0 : ret;
	if (ret == 0 || sysroot_exists(r, OSTREE_SIGN)) {
		out->state = IMAGE_STALE;
		return findings_add(&out->findings,
				    "it binds the cards of a lock that is added to it, and nothing in /" OVERLAYS
				    " holds /" LOCK_FILE " as it is now");
	}
	out->state = IMAGE_UNKNOWN;
	return findings_add(&out->findings,
			    "it binds the cards of a lock that is added to it, and whether that is /" LOCK_FILE
			    " as it is now cannot be told");
}

int base_verify(const struct sysroot *root, const char *kernel, const char *path, bool binds, struct verified *out)
{
	struct plan plan = { .kind = KIND_PLAN };
	_cleanup_(image_free) struct image expected = { 0 };
	char why[IMAGE_WHY_LEN];
	int err = image_make(root, kernel, &plan, &expected, why);

	plan_free(&plan);
	*out = (struct verified){ .base = true };
	if (err && err != -ENOMEM) {
		out->state = IMAGE_UNKNOWN;
		return findings_add(&out->findings, "what it should hold cannot be told: %s", why);
	}
	if (!err)
		err = verify_image(root, path, &expected, out);
	return !err && binds && out->state == IMAGE_CURRENT ? verify_lock(root, out) : err;
}
