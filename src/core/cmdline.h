/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recovery words and module parameters of the kernel command line (kernel/params.c: parameq takes '-' and '_' for
 * the same).
 */
#ifndef EARLYBIND_CMDLINE_H
#define EARLYBIND_CMDLINE_H

#include "compat.h"
#include "lines.h"
#include "selector.h"

#define CMDLINE_BAD_LEN 64

struct cmdline {
	char *text;            /* owned copy, cut into words */
	bool off;              /* the last earlybind= says off; any value but "on" counts as off, a mistyped one too */
	char off_word[32];     /* its value as written, "" if there was none */
	struct selector *skip; /* of the last earlybind.skip= */
	size_t n_skip;
	char (*bad)[CMDLINE_BAD_LEN]; /* the malformed items of it; each costs only itself */
	size_t n_bad;
	const char **words; /* into `text`, quotes removed */
	size_t n_words;
};

/* text: the content of /proc/cmdline, with or without LF. 0 or -ENOMEM. */
int cmdline_parse(const char *text, size_t len, struct cmdline *out) _must_check_;
void cmdline_free(struct cmdline *c);
/* The value of the last word of this name ("root="); NULL: there is none. */
const char *cmdline_last(const struct cmdline *c, const char *name) _pure_;

/*
 * Adds the parameters that the command line gives to a module ("vfio_pci.disable_vga=1" to "vfio-pci"), each behind a
 * space. `ids=` of vfio_pci and pci_stub is left out; *ids says whether there was one.
 */
void cmdline_module_params(const struct cmdline *c, const char *module, struct text *params, bool *ids);

/*
 * Adds the words of a module's parameter string, as the kernel will divide it, each behind a space: all but ids= of
 * vfio_pci and pci_stub. How many of these there were.
 */
size_t params_filter(const char *module, const char *params, struct text *out);

/* Whether one word of a parameter string is an ids= that must never be passed on to this module. */
bool param_is_ids(const char *module, const char *param, size_t len) _pure_;
/* Whether two module names are the same: '-' and '_' are alike. `len` bytes of a. */
bool module_name_equal(const char *a, size_t len, const char *b) _pure_;

#endif
