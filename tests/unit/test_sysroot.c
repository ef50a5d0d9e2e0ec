/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nothing leads out of a tree: its links, `..` and magic links mean what they mean to who has it as a root. The same
 * whether the kernel resolves a path, or it is walked because the kernel cannot or must not.
 */
#include "unit.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/host/lib/in_root.h"

#define UP "../../../../../../../../../../../../"

struct tree {
	char top[64], dir[80], outside[80];
	struct sysroot root;
};

static char *at(const struct tree *t, const char *below, char path[256])
{
	snprintf(path, 256, "%s/%s", t->top, below);
	return path;
}

static void make_dirs(const struct tree *t, const char *below)
{
	char path[256];

	at(t, below, path);
	for (char *slash = path + strlen(t->top) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
	}
}

static void make_file(const struct tree *t, const char *below, const char *text)
{
	char path[256];
	FILE *f;

	make_dirs(t, below);
	f = fopen(at(t, below, path), "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void make_link(const struct tree *t, const char *below, const char *to)
{
	char path[256];

	make_dirs(t, below);
	assert_int_equal(symlink(to, at(t, below, path)), 0);
}

/* root/l1 leads to the image, root/l2 to l1, ... */
static void make_chain(const struct tree *t)
{
	char name[16], to[16] = "/efi/x/initrd";

	for (unsigned i = 1; i <= 41; i++) {
		snprintf(name, sizeof(name), "root/l%u", i);
		make_link(t, name, to);
		snprintf(to, sizeof(to), "%sl%u", i % 2 ? "/" : "", i);
	}
}

static void open_tree(struct tree *t)
{
	char canary[128];

	strcpy(t->top, "/tmp/earlybind-sysroot.XXXXXX");
	assert_non_null(mkdtemp(t->top));
	snprintf(t->dir, sizeof(t->dir), "%s/root", t->top);
	snprintf(t->outside, sizeof(t->outside), "%s/outside", t->top);
	snprintf(canary, sizeof(canary), "%s/canary", t->outside);
	make_file(t, "outside/canary", "outside");
	make_file(t, "outside/efi/x/initrd", "outside");
	make_file(t, "root/efi/x/initrd", "image");
	make_file(t, "root/etc/file", "file");
	make_file(t, "root/usr/lib/f", "f");
	make_dirs(t, "root/new/");
	make_link(t, "root/lib", "usr/lib");
	make_link(t, "root/abslib", "/usr/lib");
	make_link(t, "root/libs", "/abslib/../lib/./");
	make_link(t, "root/boot/absolute", "/efi/x/initrd");
	make_link(t, "root/boot/relative", "../efi/x/initrd");
	make_link(t, "root/boot/up", UP "efi/x/initrd");
	make_link(t, "root/boot/twice", "/boot/absolute");
	make_link(t, "root/boot/out", canary);
	make_link(t, "root/boot/outside", "../../outside/canary");
	make_link(t, "root/boot/dir", t->outside);
	make_link(t, "root/loop", "loop");
	make_link(t, "root/a", "/b");
	make_link(t, "root/b", "a");
	make_link(t, "root/slash", "/");
	make_link(t, "root/self", "/proc/self/root");
	make_link(t, "root/dangling", "/new/file");
	make_chain(t);
	assert_int_equal(sysroot_open(&t->root, t->dir), 0);
}

static void expect_text(const char *path, const char *expected)
{
	char text[64] = "";
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	assert_string_equal(text, expected);
}

static void close_tree(struct tree *t)
{
	char command[128], path[256];

	expect_text(at(t, "outside/canary", path), "outside");
	expect_text(at(t, "outside/efi/x/initrd", path), "outside");
	sysroot_close(&t->root);
	snprintf(command, sizeof(command), "test \"$(ls -A %s)\" = 'canary\nefi' && rm -r %s", t->outside, t->top);
	assert_int_equal(system(command), 0);
}

static const struct {
	const char *path, *text; /* what is read there; NULL: `err` */
	int err;
} files[] = {
	{ "etc/file", "file", 0 },
	{ "/etc/file", "file", 0 },
	{ "//etc/.//file", "file", 0 },
	{ "etc/../etc/./file", "file", 0 },
	{ "../etc/file", "file", 0 },
	{ "boot/" UP "etc/file", "file", 0 },
	{ UP "outside/canary", NULL, -ENOENT },
	{ "boot/absolute", "image", 0 },
	{ "boot/relative", "image", 0 },
	{ "boot/up", "image", 0 },
	{ "boot/twice", "image", 0 },
	{ "boot/out", NULL, -ENOENT },
	{ "boot/outside", NULL, -ENOENT },
	{ "boot/dir/canary", NULL, -ENOENT },
	{ "boot/dir/../canary", NULL, -ENOENT },
	{ "lib/f", "f", 0 },
	{ "abslib/f", "f", 0 },
	{ "libs/f", "f", 0 },
	{ "lib/../lib/f", "f", 0 },
	{ "lib/../f", NULL, -ENOENT },
	{ "slash/slash/slash/etc/file", "file", 0 },
	{ "nothing/../etc/file", NULL, -ENOENT },
	{ "etc/file/../file", NULL, -ENOTDIR },
	{ "etc/file/", NULL, -ENOTDIR },
	{ "boot/absolute/", NULL, -ENOTDIR },
	{ "etc/file/.", NULL, -ENOTDIR },
	{ "loop", NULL, -ELOOP },
	{ "a", NULL, -ELOOP },
	{ "loop/x", NULL, -ELOOP },
	{ "self/etc/file", NULL, -ENOENT },
	{ "dangling", NULL, -ENOENT },
	{ "l40", "image", 0 },
	{ "l41", NULL, -ELOOP },
	{ "", NULL, -EISDIR },
	{ ".", NULL, -EISDIR },
	{ "..", NULL, -EISDIR },
	{ "abslib/", NULL, -EISDIR },
};

static void expect_reads(const struct sysroot *r)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char text[64], part[4], *all = NULL;
		struct stat st;
		size_t len;
		int err = (int)sysroot_read(r, files[i].path, text, sizeof(text));

		if (files[i].text ? err < 0 || strcmp(text, files[i].text) : err != files[i].err)
			fail_msg("%s: %d %s", files[i].path, err, err < 0 ? strerror(-err) : text);
		assert_int_equal(sysroot_exists(r, files[i].path), files[i].text || files[i].err == -EISDIR);
		assert_int_equal(sysroot_stat(r, files[i].path, true, &st) == 0, sysroot_exists(r, files[i].path));
		assert_int_equal(sysroot_pread(r, files[i].path, part, 1, 1) < 0, !files[i].text);
		assert_int_equal(sysroot_read_all(r, files[i].path, 64, &all, &len) < 0, !files[i].text);
		free(all);
	}
}

static void expect_names(const struct sysroot *r)
{
	struct stat root, st;
	struct names names;
	char text[64], *longest = calloc(1, 5001);

	assert_non_null(longest);
	memset(longest, '/', 5000);
	assert_int_equal(sysroot_read(r, longest, text, sizeof(text)), -ENAMETOOLONG);
	assert_int_equal(sysroot_readlink(r, longest, text, sizeof(text)), -ENAMETOOLONG);
	free(longest);
	assert_int_equal(fstat(r->fd, &root), 0);
	assert_int_equal(sysroot_stat(r, "boot/../../..", false, &st), 0);
	assert_int_equal(st.st_ino, root.st_ino);
	assert_int_equal(sysroot_stat(r, "boot/out", false, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(sysroot_at(r, "boot/absolute", O_RDONLY | O_NOFOLLOW, 0), -ELOOP);
	assert_int_equal(sysroot_readlink(r, "libs", text, sizeof(text)), strlen("/abslib/../lib/./"));
	assert_int_equal(sysroot_readlink(r, "slash/boot/relative", text, sizeof(text)), strlen("../efi/x/initrd"));
	assert_int_equal(sysroot_readlink(r, "abslib/f", text, sizeof(text)), -EINVAL);
	assert_int_equal(sysroot_readlink(r, "boot/dir/x", text, sizeof(text)), -ENOENT);
	assert_int_equal(sysroot_list(r, "abslib", &names), 0);
	assert_true(names.n == 1 && strcmp(names.items[0], "f") == 0);
	names_free(&names);
	assert_int_equal(sysroot_list(r, "boot/dir", &names), -ENOENT);
}

static void write_through_links(const struct tree *t)
{
	const struct sysroot *r = &t->root;
	char path[256];
	int fd;

	assert_int_equal(sysroot_write(r, "boot/out", "x", false), -ENOENT);
	assert_int_equal(sysroot_write(r, "boot/outside", "x", true), -ENOENT);
	assert_int_equal(sysroot_write(r, "boot/twice", "new", false), 0);
	expect_text(at(t, "root/efi/x/initrd", path), "new");
	assert_int_equal(sysroot_at(r, "dangling", O_WRONLY | O_CREAT | O_EXCL, 0600), -EEXIST);
	fd = sysroot_at(r, "dangling", O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	close(fd);
	expect_text(at(t, "root/new/file", path), "");
	assert_int_equal(sysroot_at(r, "boot/out", O_WRONLY | O_CREAT, 0600), -ENOENT);
	assert_int_equal(sysroot_replace(r, "boot/dir/canary", "x", 1, 0644), -ENOENT);
	assert_int_equal(sysroot_replace(r, "abslib/f", "replaced", 8, 0644), 0);
	expect_text(at(t, "root/usr/lib/f", path), "replaced");
}

/* What stands under the name itself is removed and replaced, not what it links to. */
static void change_names(const struct tree *t)
{
	const struct sysroot *r = &t->root;
	char path[256];
	struct stat st;

	assert_int_equal(sysroot_mkdirs(r, "lib/p/q", 0755), 0);
	assert_int_equal(stat(at(t, "root/usr/lib/p/q", path), &st), 0);
	assert_int_equal(sysroot_mkdirs(r, "boot/dir/p", 0755), -ENOENT);
	assert_int_equal(sysroot_chown(r, "boot/outside", geteuid(), getegid()), 0);
	assert_int_equal(sysroot_chown(r, "boot/dir/canary", geteuid(), getegid()), -ENOENT);
	assert_int_equal(sysroot_replace(r, "boot/outside", "own", 3, 0644), 0);
	expect_text(at(t, "root/boot/outside", path), "own");
	assert_int_equal(sysroot_unlink(r, "boot/dir/canary", 0), -ENOENT);
	assert_int_equal(sysroot_unlink(r, "boot/dir", 0), 0);
	assert_int_equal(sysroot_unlink(r, "slash/libs/f", 0), 0);
	assert_int_equal(stat(at(t, "root/usr/lib/f", path), &st), -1);
	assert_int_equal(sysroot_unlink(r, "lib/p/q", AT_REMOVEDIR), 0);
}

static void expect_all(struct tree *t)
{
	expect_reads(&t->root);
	expect_names(&t->root);
	write_through_links(t);
	change_names(t);
	close_tree(t);
}

static void the_kernel_resolves(void **s)
{
	struct tree t;

	(void)s;
	open_tree(&t);
	in_root_use(&t.root);
	assert_non_null(t.root.open);
	expect_all(&t);
}

static void the_boot_program_walks(void **s)
{
	struct tree t;

	(void)s;
	open_tree(&t);
	expect_all(&t);
}

static void forbid_openat2(unsigned err)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { ARRAY_SIZE(filter), filter };

	assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

/* In a process of its own: a filter stays. */
static void expect_without_openat2(unsigned err)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct tree t;

		open_tree(&t);
		in_root_use(&t.root);
		forbid_openat2(err);
		assert_int_equal(syscall(SYS_openat2, t.root.fd, ".", NULL, 0), -1);
		assert_int_equal(errno, err);
		expect_all(&t);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void a_kernel_before_openat2_has_it_walked(void **s)
{
	(void)s;
	expect_without_openat2(ENOSYS);
}

static void a_sandbox_that_forbids_openat2_has_it_walked(void **s)
{
	(void)s;
	expect_without_openat2(EPERM);
}

/* /proc itself as the tree: /proc/self/root and the like lead anywhere, whatever their text says. */
static void magic_links_lead_nowhere(void **s)
{
	static const char *const paths[] = { "self/root/etc/passwd", "self/cwd/Makefile", "self/exe", "self/fd/%d",
					     "self/root/proc/version" };
	int outside = open("/etc/passwd", O_RDONLY);

	(void)s;
	assert_true(outside >= 0);
	for (unsigned way = 0; way < 2; way++) {
		struct sysroot r;
		char path[64], text[8];

		assert_int_equal(sysroot_open(&r, "/proc"), 0);
		if (way)
			in_root_use(&r);
		assert_true(sysroot_exists(&r, "self/status")); /* that is a plain link */
		for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
			snprintf(path, sizeof(path), paths[i], outside);
			assert_true(sysroot_pread(&r, path, text, sizeof(text), 0) < 0);
			assert_false(sysroot_exists(&r, path));
		}
		sysroot_close(&r);
	}
	close(outside);
}

/* On the running system paths are as they are, one system call each. */
static void the_running_system_needs_no_resolving(void **s)
{
	struct sysroot r;
	char text[8];

	(void)s;
	assert_int_equal(sysroot_open(&r, NULL), 0);
	in_root_use(&r);
	assert_null(r.open);
	assert_int_equal(sysroot_pread(&r, "proc/self/root/proc/version", text, 5, 0), 5);
	sysroot_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernel_resolves),
		cmocka_unit_test(the_boot_program_walks),
		cmocka_unit_test(a_kernel_before_openat2_has_it_walked),
		cmocka_unit_test(a_sandbox_that_forbids_openat2_has_it_walked),
		cmocka_unit_test(magic_links_lead_nowhere),
		cmocka_unit_test(the_running_system_needs_no_resolving),
	};

	return cmocka_run_group_tests_name("sysroot", tests, NULL, NULL);
}
