/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong with an image: sentences without their subject ("it holds no plan"). */
#ifndef EARLYBIND_FINDINGS_H
#define EARLYBIND_FINDINGS_H

#include "../../core/compat.h"

#define FINDING_LEN 256

struct findings {
	char (*items)[FINDING_LEN];
	size_t n;
};

/* A text that is too long is cut. 0 or -ENOMEM. */
int findings_add(struct findings *f, const char *fmt, ...) _must_check_ _printf_(2, 3);
void findings_free(struct findings *f);

#endif
