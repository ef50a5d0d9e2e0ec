/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compat.h"

#include "array.h"
#include "config_line.h"
#include "suggest.h"

#define SELECTOR_FORMS "a slot (06:00.0), a path (0000:00:03.1/00) or an ID (10de:13c2)"
#define TIMEOUT_MAX 60 /* seconds */
#define RULES_MAX 1000 /* of bind, and of keep; each new one is compared with all before */

/* Shortens what a message quotes. */
static int shown(size_t len)
{
	return len < 60 ? (int)len : 60;
}

static struct config_word word_next(struct config_line *l)
{
	struct config_word w = { NULL, 0 };

	while (l->next < l->end && (*l->next == ' ' || *l->next == '\t'))
		l->next++;
	w.text = l->next;
	while (l->next < l->end && *l->next != ' ' && *l->next != '\t')
		l->next++;
	w.len = (size_t)(l->next - w.text);
	return w;
}

static bool word_is(const struct config_word *w, const char *name)
{
	return strlen(name) == w->len && !memcmp(name, w->text, w->len);
}

static int nothing_more(struct config_line *l, const char *behind)
{
	struct config_word w = word_next(l);

	if (!w.len)
		return 0;
	return config_error(l, w.text, w.len, NULL, "expected nothing behind %s, not `%.*s`", behind, shown(w.len),
			    w.text);
}

/* Reads the selector of a rule; *w is its word. */
static int read_selector(struct config_line *l, struct config_word *w, struct selector *out)
{
	const char *behind = l->next;
	struct syntax_error err;

	*w = word_next(l);
	if (!w->len)
		return config_error(l, behind, 1, NULL, "expected a selector: " SELECTOR_FORMS);
	if (selector_parse(w->text, w->len, out, &err) == 0)
		return 0;
	if (!err.hint && memchr(w->text, ',', w->len))
		err.hint = "a rule has one selector: write a line for each";
	return config_error(l, w->text + err.offset, w->len - err.offset, err.hint, "expected %s", err.expected);
}

/* bind = "bind" selector { option } */
static int bind_read(struct config_line *l)
{
	struct rule rule = { .line = l->number, .driver = "vfio-pci" };
	const struct rule *same;
	struct config *c = l->config;
	struct config_word selector, option;
	unsigned seen = 0;
	int r = read_selector(l, &selector, &rule.selector);

	if (r < 0)
		return r;
	while ((option = word_next(l)).len) {
		r = config_option(l, &option, &rule, &seen);
		if (r < 0)
			return r;
	}
	if (rule.live && (rule.allow & ALLOW_DISPLAY))
		return config_error(l, selector.text, selector.len, NULL,
				    "a `live` rule never takes the boot display: expected no `allow=display`");
	if (c->n_rules == RULES_MAX)
		return config_error(l, NULL, 1, NULL, "expected at most %d `bind` rules", RULES_MAX);
	same = rule_find(c->rules, c->n_rules, &rule);
	if (same)
		return config_error(l, selector.text, selector.len, NULL, "this rule stands in %s:%u already",
				    same->file, same->line);
	rule.number = (unsigned)c->n_rules + 1;
	rule.file = strdup(l->file);
	if (rule.file && array_add(&c->rules, &c->n_rules, &rule, sizeof(rule)) == 0)
		return 0;
	rule_free(&rule);
	return -ENOMEM;
}

/* keep = "keep" selector */
static int keep_read(struct config_line *l)
{
	struct config_keep keep = { .line = l->number };
	struct config *c = l->config;
	struct config_word selector;
	int r = read_selector(l, &selector, &keep.selector);

	if (r == 0)
		r = nothing_more(l, "the selector of `keep`");
	if (r < 0)
		return r;
	if (c->n_keeps == RULES_MAX)
		return config_error(l, NULL, 1, NULL, "expected at most %d `keep` rules", RULES_MAX);
	for (size_t i = 0; i < c->n_keeps; i++)
		if (selector_equal(&c->keeps[i].selector, &keep.selector))
			return config_warning(l, selector.text, selector.len, NULL, "this rule stands in %s:%u already",
					      c->keeps[i].file, c->keeps[i].line);
	keep.file = strdup(l->file);
	if (keep.file && array_add(&c->keeps, &c->n_keeps, &keep, sizeof(keep)) == 0)
		return 0;
	free(keep.file);
	return -ENOMEM;
}

/* seconds = 1*2 digit [ "s" ], 1 to 60 */
static int timeout_set(struct config_line *l, const struct config_word *pair, const struct config_word *value)
{
	unsigned seconds = 0;
	size_t n = 0;

	while (n < value->len && n < 2 && value->text[n] >= '0' && value->text[n] <= '9')
		seconds = seconds * 10 + (unsigned)(value->text[n++] - '0');
	n += n < value->len && value->text[n] == 's';
	if (n < value->len || seconds < 1 || seconds > TIMEOUT_MAX)
		return config_error(l, value->text, value->len, NULL,
				    "expected 1 to 60 seconds behind `timeout=`, as in timeout=15s");
	if (l->config->timeout &&
	    config_warning(l, pair->text, pair->len, NULL, "`timeout=` was set to %us before; this one counts",
			   l->config->timeout) < 0)
		return -ENOMEM;
	l->config->timeout = seconds;
	return 0;
}

static const struct setting {
	const char *key;
	int (*set)(struct config_line *l, const struct config_word *pair, const struct config_word *value);
} settings[] = {
	{ "timeout", timeout_set },
};

static int setting_unknown(struct config_line *l, const struct config_word *key)
{
	char buf[SUGGEST_LEN];

	if (!key->len)
		return config_error(l, key->text, 1, NULL, "expected a setting: timeout=SECONDS");
	return config_error(l, key->text, key->len,
			    suggest(key->text, key->len, settings, ARRAY_SIZE(settings), sizeof(*settings), buf),
			    "expected a setting (timeout=SECONDS), not `%.*s`", shown(key->len), key->text);
}

/* set = "set" key "=" value */
static int set_read(struct config_line *l)
{
	static const char spaces[] = "`=` stands between key and value, without spaces";
	const char *behind = l->next;
	struct config_word pair = word_next(l), key = pair, value = pair;
	const char *equals = memchr(pair.text, '=', pair.len);
	const struct setting *s = settings;
	int r;

	if (equals)
		key.len = (size_t)(equals - pair.text);
	while (s < settings + ARRAY_SIZE(settings) && !word_is(&key, s->key))
		s++;
	if (s == settings + ARRAY_SIZE(settings)) {
		key.text = pair.len ? key.text : behind;
		return setting_unknown(l, &key);
	}
	behind = l->next;
	if (!equals)
		return config_error(l, behind, 1, word_next(l).len ? spaces : NULL,
				    "expected `=` and a value behind `%s`", s->key);
	value.text = equals + 1;
	value.len = pair.len - key.len - 1;
	if (!value.len && word_next(l).len)
		return config_error(l, value.text, 1, spaces, "expected a value behind `%s=`", s->key);
	r = nothing_more(l, "the value of `set`");
	return r < 0 ? r : s->set(l, &pair, &value);
}

static const struct keyword {
	const char *name;
	int (*read)(struct config_line *l);
} keywords[] = {
	{ "bind", bind_read },
	{ "keep", keep_read },
	{ "set", set_read },
};

static int keyword_unknown(struct config_line *l, const struct config_word *w)
{
	char buf[SUGGEST_LEN];
	const char *hint = suggest(w->text, w->len, keywords, ARRAY_SIZE(keywords), sizeof(*keywords), buf);
	struct syntax_error ignored;
	struct selector s;

	if (!hint && selector_parse(w->text, w->len, &s, &ignored) == 0)
		hint = "a rule starts with its keyword: write `bind` before the selector";
	return config_error(l, w->text, w->len, hint, "expected `bind`, `keep` or `set`, not `%.*s`", shown(w->len),
			    w->text);
}

static int byte_error(struct config_line *l, const char *at)
{
	unsigned char c = (unsigned char)*at;

	if (c == '\r')
		return config_error(l, at, 4, "lines end in LF or CRLF", "expected no carriage return inside a line");
	if (c == 0xc2 && at + 1 < l->text + l->len && (unsigned char)at[1] == 0xa0)
		return config_error(l, at, 8, "this is a no-break space: write an ordinary one",
				    "expected ASCII, not the byte \\x%02x", c);
	if (c >= 0x80)
		return config_error(l, at, 4, "other letters may stand in comments only",
				    "expected ASCII, not the byte \\x%02x", c);
	return config_error(l, at, 4, NULL, "expected text, not the control byte \\x%02x", c);
}

/* A rule is printable ASCII and tabs; in a comment bytes from 0x80 on may stand too. */
static int bytes_check(struct config_line *l)
{
	for (const char *s = l->text; s < l->text + l->len; s++) {
		unsigned char c = (unsigned char)*s;

		if ((c < ' ' && c != '\t') || c == 0x7f || (c >= 0x80 && s < l->end))
			return byte_error(l, s);
	}
	return 0;
}

/* line = [ rule ] [ "#" anything ]; l->end is where the rule ends. 0, -EINVAL (a problem was added), -ENOMEM. */
static int line_read(struct config_line *l)
{
	struct config_word w;
	int r;

	l->next = l->text;
	if (l->len > CONFIG_LINE_MAX)
		return config_error(l, NULL, 1, NULL, "expected at most %d bytes in a line, not %zu", CONFIG_LINE_MAX,
				    l->len);
	r = bytes_check(l);
	if (r < 0)
		return r;
	w = word_next(l);
	if (!w.len)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (word_is(&w, keywords[i].name))
			return keywords[i].read(l);
	return keyword_unknown(l, &w);
}

int config_read(struct config *c, const char *file, const char *text, size_t len)
{
	struct config_line l = { .config = c, .file = file };
	const char *end;

	c->hash = fnv1a64(fnv1a64(c->hash, file, strlen(file) + 1), text, len);
	if (!len)
		return 0;
	end = text + len;
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) /* an editor's byte order mark */
		text += 3;
	while (text < end) {
		const char *lf = memchr(text, '\n', (size_t)(end - text)), *comment;

		l.number++;
		l.text = text;
		l.len = (size_t)((lf ? lf : end) - text);
		l.len -= l.len && text[l.len - 1] == '\r';
		comment = memchr(text, '#', l.len);
		l.end = comment ? comment : text + l.len;
		if (line_read(&l) == -ENOMEM)
			return -ENOMEM;
		text = lf ? lf + 1 : end;
	}
	return config_hidden(&l);
}

int config_read_rule(struct config *c, const char *file, const char *text)
{
	struct config_line l = { .config = c, .file = file, .number = 1 };
	struct text line = { 0 };
	int r;

	text_addf(&line, "bind %s", text);
	if (line.error) {
		text_free(&line);
		return -ENOMEM;
	}
	l.text = line.data;
	l.len = line.len;
	l.end = line.data + line.len;
	r = line_read(&l);
	text_free(&line);
	return r;
}

const struct rule *config_rule(const struct config *c, unsigned number)
{
	return number && number <= c->n_rules ? &c->rules[number - 1] : NULL;
}
