/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crash-load KERNEL INITRD CMDLINE: what `kexec -p -s` does: kexec_file_load(2) of a crash kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int kernel, initrd;

	if (argc != 4)
		return 2;
	kernel = open(argv[1], O_RDONLY | O_CLOEXEC);
	initrd = open(argv[2], O_RDONLY | O_CLOEXEC);
	if (kernel < 0 || initrd < 0 ||
	    syscall(SYS_kexec_file_load, kernel, initrd, strlen(argv[3]) + 1, argv[3],
		    (unsigned long)KEXEC_FILE_ON_CRASH) < 0) {
		fprintf(stderr, "crash-load: %s\n", strerror(errno));
		return 1;
	}
	return 0;
}
