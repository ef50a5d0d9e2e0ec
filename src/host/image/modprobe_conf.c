/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "modprobe_conf.h"

#include <fnmatch.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../sys/whole.h"

#define FILE_MAX (1u << 20)
#define PATH_BYTES 512

/* In the order in which modprobe reads them: of two files of one name the first counts. */
static const char *const directories[] = { "etc/modprobe.d", "run/modprobe.d", "usr/local/lib/modprobe.d",
					   "usr/lib/modprobe.d", "lib/modprobe.d" };

/* A file that cannot be read has no lines: a link to /dev/null switches off one of the same name. 0 or -errno. */
static int append(const struct sysroot *r, const char *path, int to)
{
	_cleanup_(free_pointer) char *text = NULL;
	struct stat st;
	size_t len;
	int err;

	if (sysroot_stat(r, path, true, &st) || !S_ISREG(st.st_mode))
		return 0;
	err = sysroot_read_all(r, path, FILE_MAX, &text, &len);
	if (err)
		return err == -ENOMEM ? err : 0;
	err = write_whole(to, text, len);
	/* Its last line may lack an end, or be continued. */
	return err ? err : write_whole(to, "\n\n", 2);
}

static int append_all(const struct sysroot *r, const struct names in[], const struct names *all, int to)
{
	int err = 0;

	for (size_t i = 0; i < all->n && !err; i++) {
		char path[PATH_BYTES];
		size_t k = 0;

		while (!names_has(&in[k], all->items[i]))
			k++;
		snprintf(path, sizeof(path), "%s/%s", directories[k], all->items[i]);
		err = append(r, path, to);
	}
	return err;
}

int modprobe_conf_open(const struct sysroot *r)
{
	struct names in[ARRAY_SIZE(directories)] = { 0 }, all = { 0 };
	int fd = memfd_create("modprobe.d", MFD_CLOEXEC), err = fd < 0 ? -errno : 0;

	for (size_t k = 0; k < ARRAY_SIZE(directories) && !err; k++) {
		err = sysroot_list_any(r, directories[k], &in[k]);
		for (size_t i = 0; i < in[k].n && !err; i++)
			if (fnmatch("*.conf", in[k].items[i], 0) == 0 && !names_has(&all, in[k].items[i]))
				err = names_add(&all, in[k].items[i]);
	}
	if (!err)
		err = append_all(r, in, &all, fd);
	for (size_t k = 0; k < ARRAY_SIZE(directories); k++)
		names_free(&in[k]);
	names_free(&all);
	if (err && fd >= 0)
		close(fd);
	return err ? err : fd;
}
