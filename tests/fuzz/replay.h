/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fuzz target is its own replay program: with -DREPLAY it runs the files that it is given, without libFuzzer. */
#ifndef EARLYBIND_REPLAY_H
#define EARLYBIND_REPLAY_H

#include "compat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#ifdef REPLAY
int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		uint8_t *data;
		size_t len;

		if (!f || fseek(f, 0, SEEK_END) < 0) {
			perror(argv[i]);
			return 1;
		}
		len = (size_t)ftell(f);
		rewind(f);
		data = malloc(len ? len : 1); /* exactly as long as the file: a read behind its end is found */
		if (!data || fread(data, 1, len, f) != len) {
			perror(argv[i]);
			return 1;
		}
		fclose(f);
		LLVMFuzzerTestOneInput(data, len);
		free(data);
		printf("%s: fine\n", argv[i]);
	}
	return 0;
}
#endif

#endif
