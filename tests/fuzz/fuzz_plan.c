/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What parses as lock or plan prints as the same bytes. Each input is read as it is, and once more with the right CRC
 * at its end; what is a lock also makes a plan, because a fuzzer does not guess CRC and hash. A lock of version 1 makes
 * one of this version.
 */
#include "compat.h"

#include "plan.h"
#include "replay.h"

/* Returns whether it parsed. */
static bool check(enum plan_kind kind, const char *text, size_t len, bool must, struct plan *p)
{
	struct text printed = { 0 };
	struct plan_error err;
	int ret = plan_parse(kind, text, len, p, &err);

	if (ret) {
		struct plan empty = { 0 };

		if (must || memcmp(p, &empty, sizeof(empty)) || (ret == -EBADMSG && !err.text[0]))
			abort();
		return false;
	}
	if (plan_print(p, &printed) || printed.len != len || memcmp(printed.data, text, len))
		abort();
	text_free(&printed);
	return true;
}

static void check_as_plan(struct plan *lock)
{
	struct text text = { 0 };
	struct plan plan;

	lock->kind = KIND_PLAN;
	strcpy(lock->kernel, "6.1.0");
	if (plan_print(lock, &text))
		abort();
	check(KIND_PLAN, text.data, text.len, true, &plan);
	text_free(&text);
	plan_free(&plan);
}

/* A lock of version 1 prints as one of this version, unless a line becomes too long by that. */
static void check_old(const char *text, size_t len)
{
	struct text printed = { 0 };
	struct plan_error err;
	struct plan p, again;
	int ret = lock_parse(text, len, &p, &err);

	if (ret)
		return;
	ret = plan_print(&p, &printed);
	if (ret && !(ret == -E2BIG && p.version == 1))
		abort();
	if (!ret)
		check(KIND_LOCK, printed.data, printed.len, true, &again);
	if (!ret)
		plan_free(&again);
	text_free(&printed);
	plan_free(&p);
}

static void check_both(const char *text, size_t len)
{
	struct plan p;

	if (check(KIND_PLAN, text, len, false, &p))
		plan_free(&p);
	check_old(text, len);
	if (check(KIND_LOCK, text, len, false, &p)) {
		check_as_plan(&p);
		plan_free(&p);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct text sealed = { 0 };
	const char *text = (const char *)data;
	size_t before = len;

	check_both(text, len);
	if (len > 13 && !memcmp(text + len - 13, "end ", 4))
		before = len - 13;
	if (!before || memchr(text, '\0', before))
		return 0;
	text_addf(&sealed, "%.*s", (int)before, text);
	text_addf(&sealed, "end %08x\n", (unsigned)crc32_of(text, before));
	check_both(sealed.data, sealed.len);
	text_free(&sealed);
	return 0;
}
