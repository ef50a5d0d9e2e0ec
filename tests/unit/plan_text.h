/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lock and plan texts for the tests of plan*.c: lines as macros, and the end line that makes them whole. */
#ifndef EARLYBIND_PLAN_TEXT_H
#define EARLYBIND_PLAN_TEXT_H

#include "unit.h"

#include "plan.h"

#define RULE(n, selector)                                                                                              \
	"rule " n " driver=vfio-pci allow=- at=boot id=- optional=0 live=0 vf=- /etc/earlybind.conf:1 " selector "\n"
#define LIVE(n, selector)                                                                                              \
	"rule " n " driver=vfio-pci allow=- at=boot id=- optional=0 live=1 vf=- /etc/earlybind.conf:1 " selector "\n"
#define RULE_WITH(driver, allow, at, id, optional, file)                                                               \
	"rule 1 driver=" driver " allow=" allow " at=" at " id=" id " optional=" optional " live=0 vf=- " file         \
	" 10de:"                                                                                                       \
	"13c2\n"
#define GPU "10de:13c2:10de:1116:030000"
#define CARD(n) "card " n " 0000:00 03.1/00 " GPU " - 0000:06:00.0\n"
#define FUNCTION "function 03.1/00.0 " GPU "\n"
#define GUARD(reason, text) "guard " reason " accept - 0000:00 02.0/00 " GPU " - " text "\n"
#define GOOD RULE("1", "10de:13c2") CARD("1") FUNCTION
#define NAME_31 "abcdefghijklmnopqrstuvwxyz01234"
#define RULE_VF(vf) "rule 1 driver=auto allow=- at=boot id=- optional=0 live=0 vf=" vf " f:1 10de:13c2\n"
#define LOCK "lock 0000000000000000\n"
#define HEAD "kernel 6.1\n" LOCK "hash cbf29ce484222325\n" /* FNV-1a of nothing: there are no rules */

/* A text with the right end line. */
static inline char *seal(enum plan_kind kind, const char *body)
{
	struct text t = { 0 };

	text_add(&t, kind == KIND_PLAN ? "earlybind-plan 2\n" : "earlybind-lock 2\n");
	text_add(&t, body);
	text_addf(&t, "end %08x\n", (unsigned)crc32_of(t.data, t.len));
	assert_int_equal(t.error, 0);
	return t.data;
}

static inline int parse_sealed(enum plan_kind kind, const char *body, struct plan *out, struct plan_error *err)
{
	char *text = seal(kind, body);
	int ret = plan_parse(kind, text, strlen(text), out, err);

	free(text);
	return ret;
}

#endif
