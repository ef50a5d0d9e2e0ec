/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "plan_lines.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
#define RULE_FILE_SHOWN 64
#define VF_MAX 65535 /* TotalVFs of the SR-IOV capability has 16 bits */

static const char *const early_words[] = { "late", "early" };
static const char *const origin_words[] = { [GUARD_OF_ACCEPT] = "accept", [GUARD_OF_IMAGE] = "image" };
static const char *const at_words[] = { "boot", "claim" };
static const char *const yes_words[] = { "0", "1" };

/* drivers = name *( "," name ) */
static int drivers_parse(const struct field *f, char *text, void *base)
{
	const char *s = text;

	if (strlen(text) >= f->limit)
		return -EINVAL;
	for (;;) {
		size_t len = strspn(s, LETTERS);

		if (len == 0 || len >= DRIVER_LEN)
			return -EINVAL;
		s += len;
		if (!*s)
			break;
		if (*s++ != ',')
			return -EINVAL;
	}
	strcpy(field_at(f, base), text);
	return 0;
}

static void drivers_print(const struct field *f, const void *base, struct text *out)
{
	text_add(out, field_in(f, base));
}

/* allow = "-" | word *( "," word ) */
static int allow_parse(const struct field *f, char *text, void *base)
{
	unsigned *allow = field_at(f, base);

	if (!strcmp(text, "-"))
		return 0;
	for (char *word; (word = strsep(&text, ","));) {
		unsigned i = 0;

		while (allow_words[i] && strcmp(allow_words[i], word))
			i++;
		if (!allow_words[i])
			return -EINVAL;
		*allow |= 1u << i;
	}
	return 0;
}

static void allow_print(const struct field *f, const void *base, struct text *out)
{
	unsigned allow = *(const unsigned *)field_in(f, base);
	const char *between = "";

	if (!allow)
		text_add(out, "-");
	for (unsigned i = 0; allow_words[i]; i++) {
		if (allow & 1u << i) {
			text_addf(out, "%s%s", between, allow_words[i]);
			between = ",";
		}
	}
}

/* place = FILE ":" LINE, of a struct rule */
static int place_parse(const struct field *f, char *text, void *base)
{
	struct rule *r = base;
	char *colon = strrchr(text, ':');

	(void)f;
	if (!colon || decimal_parse(colon + 1, &r->line))
		return -EINVAL;
	*colon = '\0';
	if (!*text || unescape(text))
		return -EINVAL;
	r->file = strdup(strcmp(text, "-") ? text : "");
	return r->file ? 0 : -ENOMEM;
}

/* Of a long name only the end, so that it cannot make the line too long. */
static void place_print(const struct field *f, const void *base, struct text *out)
{
	const struct rule *r = base;
	const char *file = r->file;

	(void)f;
	if (file && strlen(file) > RULE_FILE_SHOWN)
		file += strlen(file) - RULE_FILE_SHOWN;
	text_add_file(out, file);
	text_addf(out, ":%u", r->line);
}

static int read_id(const struct field *f, char *text, void *base)
{
	struct syntax_error err;

	return id_read(text, strlen(text), field_at(f, base), &err);
}

static void id_write(const struct field *f, const void *base, struct text *out)
{
	char buf[ID_LEN];

	text_add(out, id_print(field_in(f, base), buf));
}

/* What is no whole identity is the id of an open card; card_check() asks whether it may be. */
static int card_identity_parse(const struct field *f, char *text, void *base)
{
	struct plan_card *c = base;

	if (identity_parse(text, &c->identity) == 0)
		return 0;
	c->open = true;
	return read_id(f, text, base);
}

static void card_identity_print(const struct field *f, const void *base, struct text *out)
{
	const struct plan_card *c = base;
	char buf[IDENTITY_LEN];

	if (c->open)
		id_write(f, base, out);
	else
		text_add(out, identity_print(&c->identity, buf));
}

/* setting = "timeout " seconds */
static int setting_parse(const struct field *f, char *text, void *base)
{
	struct plan *p = base;

	(void)f;
	if (strncmp(text, "timeout ", 8) || decimal_parse(text + 8, &p->timeout))
		return -EINVAL;
	return p->timeout && p->timeout <= PLAN_TIMEOUT_MAX ? 0 : -EINVAL;
}

static void setting_print(const struct field *f, const void *base, struct text *out)
{
	(void)f;
	text_addf(out, "timeout %u", ((const struct plan *)base)->timeout);
}

/* vf = first "-" last */
static int vf_parse(const struct field *f, char *text, void *base)
{
	struct vf *vf = field_at(f, base);
	char *dash = strchr(text, '-');

	if (!dash)
		return -EINVAL;
	*dash = '\0';
	if (decimal_parse(text, &vf->first) || decimal_parse(dash + 1, &vf->last))
		return -EINVAL;
	return vf->first <= vf->last && vf->last <= VF_MAX ? 0 : -EINVAL;
}

static void vf_print(const struct field *f, const void *base, struct text *out)
{
	const struct vf *vf = field_in(f, base);

	text_addf(out, "%u-%u", vf->first, vf->last);
}

static const struct field_type drivers_field = { drivers_parse, drivers_print, false };
static const struct field_type allow_field = { allow_parse, allow_print, false };
static const struct field_type place_field = { place_parse, place_print, false };
static const struct field_type id_field = { read_id, id_write, false };
static const struct field_type card_identity_field = { card_identity_parse, card_identity_print, false };
static const struct field_type vf_field = { vf_parse, vf_print, false };
static const struct field_type setting_field = { setting_parse, setting_print, true };

static const char *module_check(struct plan *p, void *item)
{
	const struct plan_module *m = item;
	size_t len = strlen(m->file);

	(void)p;
	/* the .ko at its end also keeps "." and ".." out */
	if (len < 4 || strcmp(m->file + len - 3, ".ko") || strspn(m->file, LETTERS ".") != len)
		return "FILE is no name of a .ko file";
	return NULL;
}

static const char *guard_check(struct plan *p, void *item)
{
	const struct plan_guard *g = item;

	(void)p;
	return g->reason == REASON_NONE ? "a guard needs a reason" : NULL;
}

static const char *rule_check(struct plan *p, void *item)
{
	const struct rule *r = item;

	if (r->number != p->n_rules)
		return "rules are not numbered from 1 in their order";
	return r->live && r->selector.kind != SELECTOR_ID ? "a live rule has an ID" : NULL;
}

/* An open card is what its rule says, and nothing else. An id with all its parts looks like an identity. */
static const char *open_card_check(const struct rule *r, struct plan_card *c)
{
	struct plan_card open = plan_open_card(r);
	char id[ID_LEN], identity[IDENTITY_LEN];

	if (!c->open && strcmp(id_print(&open.id, id), identity_print(&c->identity, identity)) != 0)
		return NULL;
	if (!rule_is_complete(r) || c->has_address || c->serial || !root_is(&open.root, &c->root) ||
	    !path_equal(&open.path, &c->path) || (c->open && !id_equal(&open.id, &c->id)))
		return c->open ? "the card is not what its rule says" : NULL;
	*c = open;
	return NULL;
}

static const char *card_check(struct plan *p, void *item)
{
	struct plan_card *c = item;

	if (!p->n_rules || c->rule != p->n_rules)
		return "the card does not belong to the rule before it";
	if (p->rules[p->n_rules - 1].live)
		return "a live rule has no card";
	return open_card_check(&p->rules[p->n_rules - 1], c);
}

/* The item is not yet in the plan: it goes to the last card. */
static const char *function_check(struct plan *p, void *item)
{
	const struct plan_function *f = item;
	struct plan_card *c = p->n_cards ? &p->cards[p->n_cards - 1] : NULL;

	if (!c || c->rule != p->n_rules)
		return "no card stands before the function";
	if (c->open)
		return "a card that was not accepted has no functions";
	if (c->n_functions == CARD_FUNCTIONS)
		return "the card has too many functions";
	if (f->path.slot)
		return "the path of a function ends in a slot";
	for (unsigned i = 0; i < c->n_functions; i++)
		if (path_equal(&c->functions[i].path, &f->path))
			return "the same function twice";
	c->functions[c->n_functions++] = *f;
	return NULL;
}

static const struct field kernel_fields[] = {
	{ "RELEASE", &name_field, FIELD_AT(plan, kernel), .limit = KERNEL_LEN },
};
static const struct field lock_fields[] = {
	{ "HEX16", &digits_field, FIELD_AT(plan, lock) },
};
static const struct field hash_fields[] = {
	{ "HEX16", &hex64_field, FIELD_AT(plan, hash) },
};
static const struct field module_fields[] = {
	{ "early|late", &bool_field, FIELD_AT(plan_module, early), FIELD_WORDS(early_words) },
	{ "FILE", &name_field, FIELD_AT(plan_module, file), .limit = MODULE_FILE_LEN },
	{ "PARAM", &whole_text_field, FIELD_AT(plan_module, params), .optional = true },
};
static const struct field set_fields[] = {
	{ "timeout 1..60", &setting_field, .at = 0 },
};
static const struct field keep_fields[] = {
	{ "SELECTOR", &selector_field, .at = 0 },
};
static const struct field guard_fields[] = {
	{ "REASON", &reason_field, FIELD_AT(plan_guard, reason) },
	{ "accept|image", &word_field, FIELD_AT(plan_guard, origin), FIELD_WORDS(origin_words), .since = 2 },
	{ "N", &number_field, FIELD_AT(plan_guard, rule), .since = 2 },
	{ "ROOT", &root_field, FIELD_AT(plan_guard, root) },
	{ "PATH", &path_field, FIELD_AT(plan_guard, path) },
	{ "IDENTITY", &identity_field, FIELD_AT(plan_guard, identity) },
	{ "SERIAL", &hex64_field, FIELD_AT(plan_guard, serial) },
	{ "TEXT", &text_field, FIELD_AT(plan_guard, text) },
};
static const struct field rule_fields[] = {
	{ "N", &number_field, FIELD_AT(rule, number), .unhashed = true },
	{ "driver=", &drivers_field, FIELD_AT(rule, driver), .limit = DRIVER_LIST_LEN },
	{ "allow=", &allow_field, FIELD_AT(rule, allow) },
	{ "at=", &word_field, FIELD_AT(rule, at), FIELD_WORDS(at_words) },
	{ "id=", &id_field, FIELD_AT(rule, id), FIELD_HAS(rule, has_id) },
	{ "optional=", &bool_field, FIELD_AT(rule, optional), FIELD_WORDS(yes_words) },
	{ "live=", &bool_field, FIELD_AT(rule, live), FIELD_WORDS(yes_words) },
	{ "vf=", &vf_field, FIELD_AT(rule, vf), FIELD_HAS(rule, has_vf), .since = 2 },
	{ "FILE:LINE", &place_field, .unhashed = true },
	{ "SELECTOR", &selector_field, FIELD_AT(rule, selector) },
};
static const struct field card_fields[] = {
	{ "N", &number_field, FIELD_AT(plan_card, rule), .unhashed = true },
	{ "ROOT", &root_field, FIELD_AT(plan_card, root) },
	{ "PATH", &path_field, FIELD_AT(plan_card, path) },
	{ "IDENTITY", &card_identity_field, FIELD_AT(plan_card, id) },
	{ "SERIAL", &hex64_field, FIELD_AT(plan_card, serial) },
	{ "ADDRESS", &address_field, FIELD_AT(plan_card, address), FIELD_HAS(plan_card, has_address) },
};
static const struct field function_fields[] = {
	{ "PATH", &path_field, FIELD_AT(plan_function, path) },
	{ "IDENTITY", &identity_field, FIELD_AT(plan_function, identity) },
};

#define ARRAY(items, n, type)                                                                                          \
	.array = offsetof(struct plan, items), .count = offsetof(struct plan, n), .size = sizeof(type)

const struct plan_line plan_lines[LINE_COUNT] = {
	[LINE_KERNEL] = { RECORD("kernel", kernel_fields), .rank = 0, .plan_only = true, .once = true },
	[LINE_LOCK] = { RECORD("lock", lock_fields), .rank = 1, .plan_only = true, .once = true },
	[LINE_HASH] = { RECORD("hash", hash_fields), .rank = 2, .plan_only = true, .once = true },
	[LINE_MODULE] = { RECORD("module", module_fields), .rank = 3, .plan_only = true,
			  ARRAY(modules, n_modules, struct plan_module), .check = module_check },
	[LINE_SET] = { RECORD("set", set_fields), .rank = 4, .once = true },
	[LINE_KEEP] = { RECORD("keep", keep_fields), .rank = 5, ARRAY(keeps, n_keeps, struct selector) },
	[LINE_GUARD] = { RECORD("guard", guard_fields), .rank = 6, ARRAY(guards, n_guards, struct plan_guard),
			 .check = guard_check },
	[LINE_RULE] = { RECORD("rule", rule_fields), .rank = 7, ARRAY(rules, n_rules, struct rule),
			.check = rule_check },
	[LINE_CARD] = { RECORD("card", card_fields), .rank = 7, ARRAY(cards, n_cards, struct plan_card),
			.check = card_check },
	[LINE_FUNCTION] = { RECORD("function", function_fields), .rank = 7, .size = sizeof(struct plan_function),
			    .check = function_check },
};
