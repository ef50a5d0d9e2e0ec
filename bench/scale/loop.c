/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loop DIR: the least that can be done: each device's uevent read and its link, and nothing made of them. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int root = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;
	int fd = root < 0 ? -1 : openat(root, "sys/bus/pci/devices", O_RDONLY | O_DIRECTORY);
	DIR *devices = fd < 0 ? NULL : fdopendir(fd);
	char path[512], text[1024];
	struct dirent *entry;
	unsigned long bytes = 0;

	if (!devices)
		return 2;
	while ((entry = readdir(devices))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/uevent", entry->d_name);
		fd = openat(root, path, O_RDONLY);
		bytes += (unsigned long)read(fd, text, sizeof(text));
		close(fd);
		snprintf(path, sizeof(path), "sys/bus/pci/devices/%s", entry->d_name);
		bytes += (unsigned long)readlinkat(root, path, text, sizeof(text));
	}
	return bytes == 0;
}
