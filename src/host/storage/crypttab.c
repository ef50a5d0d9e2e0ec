/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crypttab(5) of Debian and of systemd:
 *
 *	line    = name device [ key [ options ] ]
 *	key     = "none" | "-" | path | device (raw) | path ":" device (systemd) | device ":" path (keyscript=passdev)
 *	options = word { "," word }
 */
#include "../../core/compat.h"
#include "../lib/text_file.h"
#include "boot_ref.h"

/* \NNN in octal is that byte: what a field has of blanks. In place: it is never longer. */
static void decode(char *text)
{
	char *to = text;
	unsigned byte;

	for (const char *s = text; *s; to++) {
		if (*s == '\\' && strspn(s + 1, "01234567") >= 3 && sscanf(s + 1, "%3o", &byte) == 1 && byte &&
		    byte < 256) {
			*to = (char)byte;
			s += 4;
		} else {
			*to = *s++;
		}
	}
	*to = '\0';
}

/* The next field, NUL-terminated; "" if there is none. */
static char *field(char **at)
{
	char *start = *at + strspn(*at, " \t");
	size_t len = strcspn(start, " \t");

	*at = start + len;
	if (start[len])
		*(*at)++ = '\0';
	decode(start);
	return start;
}

/* The value of an option ("" for one without); NULL: it is not there. */
static const char *option(const char *options, const char *name, size_t *len)
{
	size_t n = strlen(name);

	for (const char *s = options; *s; s += strcspn(s, ","), s += *s == ',') {
		if (strncmp(s, name, n) != 0 || !strchr(",=", s[n]))
			continue;
		s += n + (s[n] == '=');
		*len = strcspn(s, ",");
		return s;
	}
	return NULL;
}

static bool is_device(const char *name)
{
	static const char *const starts[] = { "/dev/", "UUID=", "LABEL=", "PARTUUID=", "PARTLABEL=", "ID=" };

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (strncmp(name, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

static int add(struct boot_refs *out, const char *where, const char *what, const char *name, size_t len)
{
	return boot_ref_add(out, is_device(name) ? BOOT_REF_DEVICE : BOOT_REF_FILE, where, what, name, len);
}

/* Those of Debian's cryptsetup; the device that passdev wants the key names. What others want nobody knows. */
static unsigned plugged_of_script(const char *script, size_t len)
{
	static const struct {
		const char *name;
		unsigned plugged;
	} known[] = {
		{ "askpass", 0 },
		{ "decrypt_keyctl", 0 },
		{ "decrypt_derived", 0 },
		{ "passdev", 0 },
		{ "decrypt_opensc", PLUGGED_CARD },
		{ "decrypt_gnupg-sc", PLUGGED_CARD },
	};
	const char *slash = memrchr(script, '/', len), *name = slash ? slash + 1 : script;

	len -= (size_t)(name - script);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strlen(known[i].name) == len && strncmp(name, known[i].name, len) == 0)
			return known[i].plugged;
	return PLUGGED_FIDO2 | PLUGGED_CARD | PLUGGED_DISK;
}

unsigned crypttab_plugged(const char *options)
{
	size_t len;
	const char *script = option(options, "keyscript", &len);
	unsigned plugged = script ? plugged_of_script(script, len) : 0;

	if (option(options, "fido2-device", &len))
		plugged |= PLUGGED_FIDO2;
	return plugged | (option(options, "pkcs11-uri", &len) ? PLUGGED_CARD : 0);
}

static bool is_random(const char *key)
{
	return strcmp(key, "/dev/urandom") == 0 || strcmp(key, "/dev/random") == 0 || strcmp(key, "/dev/hwrng") == 0;
}

int boot_ref_add_key(struct boot_refs *out, const char *where, const char *what, const char *value, size_t len)
{
	const char *colon = memchr(value, ':', len), *path = memmem(value, len, ":/", 2);

	/* The names of by-path have colons of their own. */
	if (is_device(value))
		return boot_ref_add(out, BOOT_REF_DEVICE, where, what, value, path ? (size_t)(path - value) : len);
	if (colon && is_device(colon + 1))
		return boot_ref_add(out, BOOT_REF_DEVICE, where, what, colon + 1, len - (size_t)(colon + 1 - value));
	return 0;
}

static int read_line(const struct text_file_line *line, void *arg)
{
	char *at = line->text, *name, *device, *key, *options, what[160];
	struct boot_refs *out = arg;
	const char *header;
	size_t len;
	int error;

	if (!line->text)
		return boot_ref_add(out, BOOT_REF_UNKNOWN, line->where, "it", "", 0);
	if (*at == '#')
		return 0;
	name = field(&at);
	device = field(&at);
	key = field(&at);
	options = field(&at);
	if (option(options, "noauto", &len) || option(options, "nofail", &len))
		return 0;
	if (!*device)
		return boot_ref_add(out, BOOT_REF_UNKNOWN, line->where, "it", "", 0);
	snprintf(what, sizeof(what), "%s", name);
	error = add(out, line->where, what, device, strlen(device));
	if (error)
		return error;
	out->items[out->n - 1].passphrase = !is_random(key);
	out->items[out->n - 1].random = is_random(key);
	out->items[out->n - 1].plugged = crypttab_plugged(options);
	out->items[out->n - 1].network = option(options, "_netdev", &len);
	snprintf(what, sizeof(what), "the key of %s", name);
	error = is_random(key) ? 0 : boot_ref_add_key(out, line->where, what, key, strlen(key));
	header = option(options, "header", &len);
	if (error || !header)
		return error;
	snprintf(what, sizeof(what), "the header of %s", name);
	return boot_ref_add_key(out, line->where, what, header, len);
}

int boot_refs_of_crypttab(const struct sysroot *r, struct boot_refs *out)
{
	int error = text_file_lines(r, "etc/crypttab", read_line, out);

	/* mkinitcpio's sd-encrypt puts it into the image as the crypttab there. */
	return error ? error : text_file_lines(r, "etc/crypttab.initramfs", read_line, out);
}
