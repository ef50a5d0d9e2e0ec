/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kexec-load crash|now KERNEL INITRD CMDLINE: kexec_file_load(2). `crash`, as `kexec -p -s`: a kernel for a crash of
 * this one. `now`, as `kexec -s -f`: instead of this one, at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int kernel, initrd;
	unsigned long flags;

	if (argc != 5)
		return 2;
	flags = strcmp(argv[1], "crash") == 0 ? KEXEC_FILE_ON_CRASH : 0;
	kernel = open(argv[2], O_RDONLY | O_CLOEXEC);
	initrd = open(argv[3], O_RDONLY | O_CLOEXEC);
	if (kernel < 0 || initrd < 0 ||
	    syscall(SYS_kexec_file_load, kernel, initrd, strlen(argv[4]) + 1, argv[4], flags) < 0 ||
	    (!flags && reboot(RB_KEXEC) < 0)) {
		fprintf(stderr, "kexec-load: %s\n", strerror(errno));
		return 1;
	}
	return 0;
}
