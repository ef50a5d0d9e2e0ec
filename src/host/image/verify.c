/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verify.h"

#include <inttypes.h>
#include <sys/stat.h>

#include "../initramfs/contents.h"
#include "../initramfs/uki.h"
#include "addons.h"
#include "hook_check.h"

#define IMAGE_BYTES_MAX (2u << 30)
#define SIGNATURE_END "~Module signature appended~\n"

const char *const image_state_words[IMAGE_STATE_COUNT] = {
	[IMAGE_CURRENT] = "current", [IMAGE_STALE] = "stale",     [IMAGE_UNKNOWN] = "unknown",
	[IMAGE_DAMAGED] = "damaged", [IMAGE_FOREIGN] = "foreign", [IMAGE_UNREADABLE] = "unreadable",
};

static bool is_signed(const char *data, size_t len)
{
	size_t end = strlen(SIGNATURE_END);

	return len >= end && memcmp(data + len - end, SIGNATURE_END, end) == 0;
}

/* Says what became of the plan: the hash names what was decided, the rest are modules, guards and settings. */
static int compare_plan(const struct staged_file *f, const struct content *is, uint64_t hash, struct findings *out)
{
	_cleanup_(plan_free) struct plan plan = { 0 }, now = { 0 };
	struct plan_error wrong = { 0 };
	int err = plan_parse(KIND_PLAN, is->data, is->len, &plan, &wrong);

	if (err == -ENOMEM || plan_parse(KIND_PLAN, f->data, f->len, &now, &(struct plan_error){ 0 })) {
		err = -ENOMEM;
	} else if (err == -EPROTONOSUPPORT) {
		err = findings_add(out, "its plan was made by another version of earlybind");
	} else if (err) {
		err = wrong.line ? findings_add(out, "its plan is damaged (line %u: %s)", wrong.line, wrong.text)
				 : findings_add(out, "its plan is damaged (%s)", wrong.text);
	} else if (strcmp(plan.kernel, now.kernel) != 0) {
		err = findings_add(out, "its plan is for kernel %s", plan.kernel);
	} else if (plan.hash != hash) {
		err = findings_add(out, "its plan is %016" PRIx64 ", but rules and lock now make %016" PRIx64,
				   plan.hash, hash);
	} else {
		err = findings_add(
			out, "its plan %016" PRIx64 " has other modules, guards or settings than it would now", hash);
	}
	return err;
}

static int compare_file(const struct staged_file *f, const struct content *is, uint64_t hash, struct findings *out)
{
	bool module = strncmp(f->name, "modules/", 8) == 0;

	if (!is)
		return findings_add(out, "it lacks /%s/%s", DESTDIR_FOLDER, f->name);
	if (!S_ISREG(is->mode))
		return findings_add(out, "/%s in it is no file", is->name);
	if (!(is->mode & 0111) && f->mode & 0111 && findings_add(out, "/%s in it is not executable", is->name))
		return -ENOMEM;
	if (is->len == f->len && memcmp(is->data, f->data, f->len) == 0)
		return 0;
	if (strcmp(f->name, "plan") == 0)
		return compare_plan(f, is, hash, out);
	if (module && is_signed(f->data, f->len) && !is_signed(is->data, is->len))
		return findings_add(out, "/%s in it has lost its signature: it was stripped", is->name);
	return findings_add(out, "/%s in it is not the one that is installed (%zu bytes instead of %zu)", is->name,
			    is->len, f->len);
}

static bool is_expected(const struct image *expected, const char *name)
{
	for (size_t i = 0; i < expected->n_files; i++)
		if (strcmp(expected->files[i].name, name + strlen(DESTDIR_FOLDER "/")) == 0)
			return true;
	return false;
}

/* What is ours in the image against what would be put there now. */
static int compare_ours(const struct contents *c, const struct image *expected, struct findings *out)
{
	const struct content *item;
	int err = 0;

	if (!contents_find(c, DESTDIR_FOLDER "/plan"))
		return findings_add(out, "it holds no plan of earlybind");
	for (size_t i = 0; i < expected->n_files && !err; i++) {
		const struct staged_file *f = &expected->files[i];
		char name[sizeof(f->name) + sizeof(DESTDIR_FOLDER)];

		snprintf(name, sizeof(name), "%s/%s", DESTDIR_FOLDER, f->name);
		err = compare_file(f, contents_find(c, name), expected->hash, out);
	}
	for (size_t at = 0; !err && (item = contents_next(c, DESTDIR_FOLDER "/modules/*", &at));)
		if (S_ISREG(item->mode) && !is_expected(expected, item->name))
			err = findings_add(out, "/%s in it is not needed any more", item->name);
	return err;
}

/* A plan without rules: of `earlybind image --base`. */
static bool is_base(const struct content *plan)
{
	struct plan p;
	bool base = plan && plan_parse(KIND_PLAN, plan->data, plan->len, &p, &(struct plan_error){ 0 }) == 0;

	if (base) {
		base = !p.n_rules;
		plan_free(&p);
	}
	return base;
}

static int compare(const struct contents *c, const struct image *expected, struct verified *out)
{
	const struct content *plan = contents_find(c, DESTDIR_FOLDER "/plan");
	int err;

	out->base = is_base(plan);
	out->bare = !plan && !out->extra;
	if (!expected)
		return plan && !out->base
			       ? findings_add(&out->findings, "it holds a plan, though there is nothing to bind")
			       : 0;
	err = compare_ours(c, expected, &out->findings);
	/* Without a plan the place says nothing more. */
	if (!err && plan)
		err = out->extra ? hook_check_unit(c, &out->findings) : hook_check(c, &out->findings);
	return err;
}

/* The first program: where the kernel looks, where rdinit= is known to point to, and what links name. */
static const char *const inits[] = {
	"init",
	"sbin/init",
	"bin/init",
	"usr/sbin/init",
	"usr/bin/init",
	"usr/lib/systemd/systemd",
	"lib/systemd/systemd",
};

/*
 * Whether the kernel finds something to start. Cut off where a segment ends, an image is sound as far as it goes:
 * mkinitcpio leaves the microcode alone when there is no space for the rest.
 */
static bool has_init(const struct contents *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(inits); i++)
		if (contents_find(c, inits[i]))
			return true;
	return false;
}

/* The patterns of the places, those of our own files, and the first program. */
static int read_contents(const unsigned char *data, size_t len, struct contents *c, char *why)
{
	const char *patterns[64] = { DESTDIR_FOLDER "/*", DESTDIR_FOLDER "/modules/*" };
	size_t n = 2;

	for (size_t i = 0; i < ARRAY_SIZE(inits); i++)
		patterns[n++] = inits[i];
	for (size_t i = 0; n < ARRAY_SIZE(patterns) - 1 && hook_check_patterns[i]; i++)
		patterns[n++] = hook_check_patterns[i];
	return contents_read(data, len, patterns, c, why);
}

static int fail(struct verified *out, enum image_state state, const char *why)
{
	out->state = state;
	return findings_add(&out->findings, "%s", why);
}

static int verify_archive(const unsigned char *data, size_t len, const struct image *expected, struct verified *out)
{
	char why[SEGMENTS_WHY_LEN];
	_cleanup_(contents_free) struct contents c = { 0 };
	int err = read_contents(data, len, &c, why);

	if (err)
		return err == -ENOMEM ? err
				      : fail(out,
					     err == -ENOEXEC      ? IMAGE_FOREIGN
					     : err == -EOPNOTSUPP ? IMAGE_UNKNOWN
								  : IMAGE_DAMAGED,
					     why);
	out->extra = !has_init(&c) && addon_is(data, len);
	if (!out->extra && !has_init(&c)) {
		err = fail(out, IMAGE_DAMAGED, "it holds no /init: its end is missing, and it cannot boot");
	} else {
		err = compare(&c, expected, out);
		out->state = out->findings.n ? IMAGE_STALE : IMAGE_CURRENT;
	}
	return err;
}

static int verify_uki(const unsigned char *data, size_t len, const struct image *expected, struct verified *out)
{
	const unsigned char *initrd;
	unsigned at = 0, n = 0;
	size_t size;
	int err;

	while ((err = uki_section_next(data, len, ".initrd", &at, &initrd, &size)) == 0) {
		err = verify_archive(initrd, size, expected, out);
		if (err || out->state != IMAGE_CURRENT)
			return err;
		n++;
	}
	if (err == -ENODATA)
		return n ? 0 : fail(out, IMAGE_FOREIGN, "this is a kernel or a UKI without an .initrd section");
	return fail(out, IMAGE_DAMAGED, "its PE headers are damaged, or it is truncated");
}

static int verify_data(const unsigned char *data, size_t len, const struct image *expected, struct verified *out)
{
	return uki_is_pe(data, len) ? verify_uki(data, len, expected, out) : verify_archive(data, len, expected, out);
}

static int tell_unread(const char *path, int err, struct findings *out)
{
	const char *hint = err == -EACCES || err == -EPERM ? " (try sudo)" : "";

	return path ? findings_add(out, "/%s cannot be read: %s%s", path, strerror(-err), hint)
		    : findings_add(out, "it cannot be read: %s%s", strerror(-err), hint);
}

/* Appends a file; boot loaders and the EFI stub begin each at a multiple of four bytes. */
static int append(const struct sysroot *root, const char *path, char **data, size_t *len)
{
	_cleanup_(free_pointer) char *more = NULL;
	size_t more_len, start = (*len + 3) / 4 * 4;
	char *grown;
	int err = sysroot_read_all(root, path, IMAGE_BYTES_MAX, &more, &more_len);

	if (err)
		return err;
	if (!*data) {
		*data = more;
		*len = more_len;
		more = NULL;
		return 0;
	}
	if (start + more_len > IMAGE_BYTES_MAX)
		return -EFBIG;
	grown = realloc(*data, start + more_len + 1);
	if (!grown)
		return -ENOMEM;
	memset(grown + *len, 0, start - *len);
	memcpy(grown + start, more, more_len + 1);
	*data = grown;
	*len = start + more_len;
	return 0;
}

int verify_images(const struct sysroot *root, const char *const *paths, size_t n, const struct image *expected,
		  struct verified *out)
{
	_cleanup_(free_pointer) char *data = NULL;
	size_t len = 0;
	int err = 0;

	*out = (struct verified){ .state = IMAGE_UNREADABLE };
	for (size_t i = 0; i < n; i++) {
		err = append(root, paths[i], &data, &len);
		if (err)
			return err == -ENOMEM ? err : tell_unread(n > 1 ? paths[i] : NULL, err, &out->findings);
	}
	err = verify_data((unsigned char *)data, len, expected, out);
	if (err)
		findings_free(&out->findings);
	return err;
}

int verify_image(const struct sysroot *root, const char *path, const struct image *expected, struct verified *out)
{
	return verify_images(root, &path, 1, expected, out);
}
