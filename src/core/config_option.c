/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "config_line.h"
#include "suggest.h"

#define ON_ID (1u << SELECTOR_ID)
#define ON_PLACE (1u << SELECTOR_SLOT | 1u << SELECTOR_PATH)
#define ON_ALL (ON_ID | ON_PLACE)

/* One word that an option takes. */
struct choice {
	const char *option; /* with "=" if it takes a value */
	const char *value;  /* NULL: none, or for id= an ID */
	bool supported;
	unsigned on;                                            /* rules with these kinds of selector */
	void (*set)(struct rule *rule, const struct choice *c); /* NULL: id= */
	unsigned number;
};

static void set_driver(struct rule *rule, const struct choice *c)
{
	snprintf(rule->driver, sizeof(rule->driver), "%s", c->value);
}

static void set_allow(struct rule *rule, const struct choice *c)
{
	rule->allow |= c->number;
}

static void set_at(struct rule *rule, const struct choice *c)
{
	rule->at = c->number ? AT_CLAIM : AT_BOOT;
}

static void set_optional(struct rule *rule, const struct choice *c)
{
	(void)c;
	rule->optional = true;
}

static void set_live(struct rule *rule, const struct choice *c)
{
	(void)c;
	rule->live = true;
}

/*
 * option = "driver=" driver | "allow=" word { "," word } | "at=" ( "boot" | "claim" ) | "optional" | "id=" id | "live"
 *
 * Every option with each word that it takes. What has no effect yet is refused: only `supported` has to change.
 * The rows of an option stand together.
 */
static const struct choice choices[] = {
	{ "driver=", "vfio-pci", true, ON_ALL, set_driver, 0 },
	{ "driver=", "pci-stub", true, ON_ALL, set_driver, 0 },
	{ "driver=", "auto", false, ON_ALL, set_driver, 0 },
	{ "allow=", "display", true, ON_ALL, set_allow, ALLOW_DISPLAY },
	{ "allow=", "keyboard", true, ON_ALL, set_allow, ALLOW_KEYBOARD },
	{ "allow=", "in-use", true, ON_ALL, set_allow, ALLOW_IN_USE },
	{ "at=", "boot", true, ON_ALL, set_at, AT_BOOT },
	{ "at=", "claim", false, ON_ALL, set_at, AT_CLAIM },
	{ "optional", NULL, true, ON_ALL, set_optional, 0 },
	{ "id=", NULL, true, ON_PLACE, NULL, 0 },
	{ "live", NULL, true, ON_ID, set_live, 0 },
};

static bool is_name(const char *name, const char *s, size_t len)
{
	return strlen(name) == len && !memcmp(name, s, len);
}

/* "a, b or c" of the options (option NULL) or of one option's values, each once, the supported ones only. */
static const char *list_choices(const char *option, char *buf, size_t size)
{
	const char *names[ARRAY_SIZE(choices)];
	size_t n = 0, used = 0;

	for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
		const char *name = option ? choices[i].value : choices[i].option;

		if (!choices[i].supported || (option && strcmp(option, choices[i].option)) ||
		    (n && !strcmp(names[n - 1], name)))
			continue;
		names[n++] = name;
	}
	for (size_t i = 0; i < n && used < size; i++) {
		const char *before = !i ? "" : i + 1 == n ? " or " : ", ";

		used += (size_t)snprintf(buf + used, size - used, "%s%s", before, names[i]);
	}
	return buf;
}

/* The first row of the option that the word names, also where its "=" is missing or too many; or NULL. */
static const struct choice *option_find(const struct config_word *word, size_t *name_len)
{
	const char *equals = memchr(word->text, '=', word->len);
	size_t bare = equals ? (size_t)(equals - word->text) : word->len;

	*name_len = bare + (equals != NULL);
	for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
		const char *option = choices[i].option;

		if (strcspn(option, "=") == bare && !memcmp(option, word->text, bare))
			return &choices[i];
	}
	return NULL;
}

static int option_unknown(struct config_line *l, const struct config_word *word, size_t name_len)
{
	char list[128], buf[SUGGEST_LEN];
	const char *hint = suggest(word->text, name_len, choices, ARRAY_SIZE(choices), sizeof(*choices), buf);
	struct syntax_error ignored;
	struct selector s;

	if (!hint && selector_parse(word->text, word->len, &s, &ignored) == 0)
		hint = "a rule has one selector: write another line for this one";
	return config_error(l, word->text, word->len, hint, "expected an option (%s), not `%.*s`",
			    list_choices(NULL, list, sizeof(list)), word->len < 60 ? (int)word->len : 60, word->text);
}

static int choice_refused(struct config_line *l, const struct config_word *word, const struct choice *c)
{
	return config_error(l, word->text, word->len, NULL, "`%s%s` is not supported yet", c->option,
			    c->value ? c->value : "");
}

/* One word of a value; `where` is that word in the line. */
static int value_read(struct config_line *l, const struct config_word *word, const struct config_word *where,
		      const struct choice *first, struct rule *rule)
{
	const char *names[ARRAY_SIZE(choices)] = { NULL };
	char list[128], buf[SUGGEST_LEN];
	size_t n = 0;

	for (const struct choice *c = first; c < choices + ARRAY_SIZE(choices) && c->option == first->option; c++) {
		names[n++] = c->value;
		if (!is_name(c->value, where->text, where->len))
			continue;
		if (!c->supported)
			return choice_refused(l, word, c);
		if (c->set == set_allow && (rule->allow & c->number))
			return config_error(l, where->text, where->len, NULL, "`%s` stands in this list already",
					    c->value);
		c->set(rule, c);
		return 0;
	}
	list_choices(first->option, list, sizeof(list));
	if (!where->len)
		return config_error(l, where->text, 1, NULL, "expected %s behind `%s`", list, first->option);
	return config_error(l, where->text, where->len, suggest(where->text, where->len, names, n, sizeof(*names), buf),
			    "expected %s behind `%s`, not `%.*s`", list, first->option,
			    where->len < 60 ? (int)where->len : 60, where->text);
}

/* The value behind "=": one word, of allow= a list of words divided by commas. */
static int values_read(struct config_line *l, const struct config_word *word, size_t name_len,
		       const struct choice *first, struct rule *rule)
{
	const char *s = word->text + name_len, *end = word->text + word->len;

	for (;;) {
		const char *comma = first->set == set_allow ? memchr(s, ',', (size_t)(end - s)) : NULL;
		struct config_word where = { s, (size_t)((comma ? comma : end) - s) };
		int r = value_read(l, word, &where, first, rule);

		if (r < 0 || !comma)
			return r;
		s = comma + 1;
	}
}

static int read_id(struct config_line *l, const struct config_word *word, size_t name_len, struct rule *rule)
{
	const char *s = word->text + name_len;
	size_t len = word->len - name_len;
	struct syntax_error err;

	if (id_parse(s, len, &rule->id, &err) < 0)
		return config_error(l, s + err.offset, len - err.offset, err.hint, "expected %s", err.expected);
	rule->has_id = true;
	return 0;
}

int config_option(struct config_line *l, const struct config_word *word, struct rule *rule, unsigned *seen)
{
	size_t name_len;
	const struct choice *c = option_find(word, &name_len);
	bool equals, wanted;

	if (!c)
		return option_unknown(l, word, name_len);
	equals = word->text[name_len - 1] == '=';
	wanted = strchr(c->option, '=');
	if (wanted && !equals)
		return config_error(l, word->text + word->len, 1, NULL, "expected `=` and a value behind `%.*s`",
				    (int)word->len, word->text);
	if (!wanted && equals)
		return config_error(l, word->text + name_len - 1, word->len - name_len + 1, NULL,
				    "expected `%s` without a value", c->option);
	if (*seen & 1u << (c - choices))
		return config_error(l, word->text, word->len, NULL, "`%s` stands in this rule already", c->option);
	*seen |= 1u << (c - choices);
	if (!(c->on & 1u << rule->selector.kind))
		return config_error(l, word->text, word->len, NULL, "`%s` is for rules with %s only", c->option,
				    c->on == ON_ID ? "an ID" : "a slot or a path");
	if (wanted && c->value)
		return values_read(l, word, name_len, c, rule);
	if (!c->supported)
		return choice_refused(l, word, c);
	if (!c->set)
		return read_id(l, word, name_len, rule);
	c->set(rule, c);
	return 0;
}
