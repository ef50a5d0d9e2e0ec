/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the words of a kernel command line ask for: those of the kernel, initramfs-tools, dracut, mkinitcpio, systemd.
 */
#include <ctype.h>
#include <strings.h>

#include "../../core/cmdline.h"
#include "../../core/compat.h"
#include "../lib/text_file.h"
#include "boot_ref.h"

#define UUID_LEN 36
#define UUID_DIGITS 32
#define HASH_OF_HASH "the hash of a verity"
#define MAC_LEN 17 /* "52:54:00:aa:bb:cc" */
#define UUID_LETTERS "0123456789abcdefABCDEF-"

struct boot_word {
	const char *name;
	const char *what;
	int (*add)(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out);
};

static int add_device(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	return boot_ref_add(out, BOOT_REF_DEVICE, where, w->what, value, strlen(value));
}

/* initramfs-tools takes "none" for no device, and to the others it is the name of none. */
static int add_resume(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	return strcmp(value, "none") == 0 ? 0 : add_device(w, where, value, out);
}

/* It waits for a passphrase; the device that a key is on does not. */
static int add_encrypted(const struct boot_word *w, const char *where, const char *name, size_t len,
			 struct boot_refs *out)
{
	int error = boot_ref_add(out, BOOT_REF_DEVICE, where, w->what, name, len);

	if (!error)
		out->items[out->n - 1].passphrase = strcmp(w->what, "the key") != 0;
	return error;
}

/* "UUID", "luks-UUID", "keysource:UUID", or the start of one (dracut's crypt module). */
static int add_luks(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	static const char source[] = "keysource:";
	char name[160];

	value += strncmp(value, source, strlen(source)) == 0 ? strlen(source) : 0;
	value += strncmp(value, "luks-", 5) == 0 ? 5 : 0;
	snprintf(name, sizeof(name), "LUKS=%.*s", (int)strcspn(value, "="), value);
	return add_encrypted(w, where, name, strlen(name), out);
}

/* "UUID=device", rd.luks.data=; "device:name", cryptdevice= and cryptkey= */
static int add_luks_data(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	const char *equals = strchr(value, '=');

	return equals ? add_encrypted(w, where, equals + 1, strlen(equals + 1), out) : 0;
}

static int add_crypt_device(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	if (strncmp(value, "rootfs:", 7) == 0)
		return 0;
	return add_encrypted(w, where, value, strcspn(value, ":"), out);
}

/* rd.luks.key=[UUID=]path[:device[:UUID]], or a device alone */
static int add_luks_key(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	const char *equals = *value == '/' ? NULL : strchr(value, '='), *colon;
	size_t len;

	value = equals ? equals + 1 : value;
	colon = strchr(value, ':');
	len = colon ? (size_t)(colon + 1 - value) + strcspn(colon + 1, ":") : strlen(value);
	return boot_ref_add_key(out, where, w->what, value, len);
}

/* rd.luks.options=[UUID=]options: header=path:device, fido2-device=auto */
static int add_luks_options(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	const char *header = strstr(value, "header="), *equals = strchr(value, '=');
	bool prefix = equals && (size_t)(equals - value) == UUID_LEN && strspn(value, UUID_LETTERS) == UUID_LEN;
	unsigned plugged = crypttab_plugged(prefix ? equals + 1 : value);

	if (plugged) {
		char what[sizeof("LUKS ") + UUID_LEN];

		snprintf(what, sizeof(what), "LUKS%s%.*s", prefix ? " " : "", prefix ? UUID_LEN : 0, value);
		if (boot_ref_add(out, BOOT_REF_MEMORY, where, what, "", 0))
			return -ENOMEM;
		out->items[out->n - 1].plugged = plugged;
	}
	return header ? boot_ref_add_key(out, where, w->what, header + 7, strcspn(header + 7, ",")) : 0;
}

/* cryptopts=target=root,source=/dev/sda2,... */
static int add_crypt_options(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	const char *source = strstr(value, "source=");

	return source ? add_encrypted(w, where, source + 7, strcspn(source + 7, ","), out) : 0;
}

static int add_named(const char *kind, const struct boot_word *w, const char *where, const char *value,
		     struct boot_refs *out)
{
	char name[160];

	snprintf(name, sizeof(name), "%s%s", kind, value);
	return boot_ref_add(out, BOOT_REF_DEVICE, where, w->what, name, strlen(name));
}

static int add_luks_part(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	int error = add_named("PARTUUID=", w, where, value, out);

	if (!error)
		out->items[out->n - 1].passphrase = true;
	return error;
}

static int add_md(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	return add_named("MD=", w, where, value, out);
}

static int add_volume(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	return add_named("/dev/", w, where, value, out);
}

static int add_group(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	return add_named("VG=", w, where, value, out);
}

static int add_pool(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	static const char *const any[] = { "auto", "bootfs", "filesystem" };
	size_t len = strcspn(value, "/");

	for (size_t i = 0; i < ARRAY_SIZE(any); i++)
		if (strncasecmp(value, any[i], strlen(any[i])) == 0 && !isalnum((unsigned char)value[strlen(any[i])]))
			len = 0;
	return boot_ref_add(out, BOOT_REF_POOL, where, w->what, value, len);
}

/*
 * nfsroot=[server:]path[,options]; without a server it is told by DHCP. nbdroot=server,port, nbd:server:port,
 * cifs://[user[:password]@]server/share, iscsi:[user[:password[...]]@]server:...
 */
static int add_server(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	bool share = strncmp(value, "//", 2) == 0, v6;
	const char *user;
	size_t len;

	value += share ? 2 : 0;
	user = memchr(value, '@', strcspn(value, "/"));
	value = user ? user + 1 : value;
	v6 = *value == '[';
	len = strcspn(value, v6 ? "]" : ":,/");
	return boot_ref_add(out, BOOT_REF_SERVER, where, w->what, value + v6,
			    value[len] == '/' && !share ? 0 : len - v6);
}

/* netroot=KIND:server..., "dhcp" */
static int add_netroot(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	const char *server = strchr(value, ':');

	return add_server(w, where, server ? server + 1 : "", out);
}

/* A device, or "https://server/image" */
static int add_live(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	return strstr(value, "://") ? add_netroot(w, where, value, out) : add_device(w, where, value, out);
}

/* What stands in front of a colon in root=, as dracut's modules have it. */
static const struct boot_word roots[] = {
	{ "zfs:", "/", add_pool },     { "ZFS=", "/", add_pool },        { "nfs:", "/", add_server },
	{ "nfs4:", "/", add_server },  { "cifs:", "/", add_server },     { "nbd:", "/", add_server },
	{ "iscsi:", "/", add_server }, { "block:", "/", add_device },    { "live:", "/", add_live },
	{ "9p:", "/", add_device },    { "virtiofs:", "/", add_device },
};

/* "server:/export", as dracut has it without a kind; of bcachefs "/dev/sda:/dev/sdb" is none. */
static bool is_export(const char *value)
{
	return *value != '/' && !strchr(value, '=') && strstr(value, ":/");
}

/*
 * systemd finds it on the disk that the firmware booted from, in fstab, or in an image. What is mounted says which that
 * is.
 */
static const char *const found_at_boot[] = { "gpt-auto", "gpt-auto-force", "fstab", "dissect" };

static int add_root(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	if (strcmp(value, "/dev/nfs") == 0 || strcmp(value, "nfs") == 0 || strcmp(value, "dhcp") == 0 ||
	    strcmp(value, "nfs4") == 0)
		return boot_ref_add(out, BOOT_REF_SERVER, where, w->what, "", 0);
	if (strcmp(value, "zfs") == 0)
		return boot_ref_add(out, BOOT_REF_POOL, where, w->what, "", 0);
	if (strcmp(value, "tmpfs") == 0)
		return boot_ref_add(out, BOOT_REF_MEMORY, where, w->what, value, strlen(value));
	for (size_t i = 0; i < ARRAY_SIZE(found_at_boot); i++)
		if (strcmp(value, found_at_boot[i]) == 0)
			return 0;
	for (size_t i = 0; i < ARRAY_SIZE(roots); i++)
		if (strncmp(value, roots[i].name, strlen(roots[i].name)) == 0)
			return roots[i].add(&roots[i], where, value + strcspn(value, ":=") + 1, out);
	return (is_export(value) ? add_server : add_device)(w, where, value, out);
}

/* fips of dracut: the device of /boot; other initramfs: "nfs", "live", "zfs". */
static int add_boot(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	return *value == '/' || strchr(value, '=') ? add_device(w, where, value, out) : 0;
}

/* rd.overlay=LABEL=persist:/path; "1", "none" and a path name no device. Without it what is written goes to memory. */
static int add_overlay(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	int error;

	if (strncmp(value, "/dev/", 5) != 0 && !strchr(value, '='))
		return 0;
	error = boot_ref_add(out, BOOT_REF_DEVICE, where, w->what, value, strcspn(value, ":"));
	if (!error)
		out->items[out->n - 1].if_here = true;
	return error;
}

static int add_part(const char *where, const char *what, const char *digits, struct boot_refs *out)
{
	char name[sizeof("PARTUUID=") + UUID_LEN];

	snprintf(name, sizeof(name), "PARTUUID=%.8s-%.4s-%.4s-%.4s-%.12s", digits, digits + 8, digits + 12, digits + 16,
		 digits + 20);
	return boot_ref_add(out, BOOT_REF_DEVICE, where, what, name, strlen(name));
}

/* systemd-veritysetup-generator(8): the first 128 bits of the hash name the data's partition, the last the hash's. */
static int add_hash(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	size_t len = strspn(value, "0123456789abcdefABCDEF");
	int error;

	if (len < 2 * UUID_DIGITS || value[len])
		return 0;
	error = add_part(where, w->what, value, out);
	return error ? error : add_part(where, HASH_OF_HASH, value + len - UUID_DIGITS, out);
}

/* drivers/md/md-autodetect.c: md=0,/dev/sda1,sdb1; md=d1,...; md=0,LEVEL,FACTOR,START,/dev/... */
static int add_md_devices(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	int error = 0;

	for (const char *s = value; *s && !error; s += strcspn(s, ","), s += *s == ',') {
		int len = (int)strcspn(s, ",");
		char name[160];

		if (isdigit((unsigned char)*s) || !len || (*s == 'd' && isdigit((unsigned char)s[1])))
			continue;
		snprintf(name, sizeof(name), "%s%.*s", *s == '/' ? "" : "/dev/", len, s);
		error = boot_ref_add(out, BOOT_REF_DEVICE, where, w->what, name, strlen(name));
	}
	return error;
}

/* "8:2" */
static bool is_number(const char *s, size_t len)
{
	size_t major = strspn(s, "0123456789");

	return major && s[major] == ':' && len > major + 1 && strspn(s + major + 1, "0123456789") == len - major - 1;
}

/* Names of devices among others: dm-mod.create="a,,,ro,0 8 verity 1 PARTUUID=... 8:2 ..." */
static int add_dm_devices(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	static const char *const starts[] = { "/dev/", "PARTUUID=", "PARTLABEL=" };
	static const char blanks[] = " ,;";
	int error = 0;

	for (const char *s = value; *s && !error; s += strcspn(s, blanks), s += strspn(s, blanks)) {
		size_t len = strcspn(s, blanks);
		bool is = is_number(s, len);

		for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
			is |= strncmp(s, starts[i], strlen(starts[i])) == 0;
		if (is && strncmp(s, "/dev/dm-", 8) != 0 && strncmp(s, "/dev/mapper/", 12) != 0)
			error = boot_ref_add(out, BOOT_REF_DEVICE, where, w->what, s, len);
	}
	return error;
}

static bool is_method(const char *field, const char *method)
{
	size_t len = strlen(method);

	return strncmp(field, method, len) == 0 && (!field[len] || field[len] == ':');
}

/*
 * ip=client:server:gateway:mask:host:device[:method...] (the kernel, dracut), ip=device:method[:mtu[:mac]] (dracut,
 * systemd), ip=method. An IPv6 address stands in brackets. A server is an address and starts with no letter.
 */
static int add_ip(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	const char *field[7], *device = NULL, *method = NULL;
	unsigned n = 0;

	for (const char *s = value; s && n < ARRAY_SIZE(field);) {
		const char *end = s + (*s == '[' ? strcspn(s, "]") : 0);

		end += strcspn(end, ":");
		field[n++] = s;
		s = *end ? end + 1 : NULL;
	}
	if (n >= 2 && isalpha((unsigned char)*field[1])) {
		device = field[0];
		method = field[1];
	} else if (n >= 6) {
		device = field[5];
		method = n > 6 && (!*field[0] || *field[0] == ':') ? field[6] : NULL;
	}
	/* Without an address of its own it is not set up then. */
	if (method && (is_method(method, "off") || is_method(method, "none")))
		return 0;
	if (!device || !*device || *device == ':' || *device == '[')
		return 0;
	return boot_ref_add(out, BOOT_REF_INTERFACE, where, w->what, device, strcspn(device, ":"));
}

/* BOOTIF=01-52-54-00-aa-bb-cc, bootdev=eno1 */
static int add_interface(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	return boot_ref_add(out, BOOT_REF_INTERFACE, where, w->what, value, strlen(value));
}

/* fcoe=eno1:dcb:fabric, fcoe=52:54:00:aa:bb:cc:nodcb; edd: the firmware says which. */
static int add_fcoe(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	size_t len = strcspn(value, ":");

	if (strncmp(value, "edd:", 4) == 0)
		return 0;
	if (len == 2 && strlen(value) >= MAC_LEN)
		len = MAC_LEN;
	return boot_ref_add(out, BOOT_REF_INTERFACE, where, w->what, value, len);
}

/*
 * An interface that the initramfs makes, or gives a name, and what it stands on: vlan=NAME:INTERFACE, ifname=NAME:MAC,
 * bond=NAME:INTERFACE,...[:OPTIONS], and team= and bridge= likewise.
 */
static int add_made(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	char name[64];
	size_t len = strcspn(value, ":");
	const char *s = value[len] ? value + len + 1 : "";
	const char *ends = strcmp(w->name, "ifname") == 0 ? "" : ",:";
	int error = 0;

	snprintf(name, sizeof(name), "%.*s", (int)len, value);
	for (; *s && !error; s += *s == ',') {
		len = *ends ? strcspn(s, ends) : strlen(s);
		error = boot_ref_add(out, BOOT_REF_INTERFACE, where, name, s, len);
		/* A name alone uses nothing. */
		if (!error)
			out->items[out->n - 1].optional = !*ends;
		s += len;
		if (*s == ':')
			break;
	}
	return error;
}

/* rd.neednet[=1]: for what unlocks the root, since a root on the network needs no word for it (dracut: getargbool). */
static int add_network(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	bool off = strcmp(value, "0") == 0 || strcmp(value, "no") == 0 || strcmp(value, "off") == 0;

	return off ? 0 : boot_ref_add(out, BOOT_REF_NETWORK, where, w->what, "", 0);
}

/* rd.iscsi.target.ip=ADDRESS; IPv6 in brackets or not */
static int add_address(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	value += *value == '[';
	return boot_ref_add(out, BOOT_REF_SERVER, where, w->what, value, strcspn(value, "]"));
}

/* rd.nvmf.discover=tcp,ADDRESS,...; over Fibre Channel there is no address of the network. */
static int add_nvmf(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	const char *address = strchr(value, ',');

	if (!address || strncmp(value, "fc,", 3) == 0)
		return 0;
	return boot_ref_add(out, BOOT_REF_SERVER, where, w->what, address + 1, strcspn(address + 1, ","));
}

/* rd.systemd.pull=OPTIONS:NAME:https://server/image */
static int add_pull(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	const char *url = strstr(value, "://");

	return url ? add_server(w, where, url + 1, out) : 0;
}

/*
 * systemd-fstab-generator: mount-extra=WHAT:WHERE[:TYPE[:OPTIONS]], swap-extra=WHAT[:OPTIONS]; a backslash before a
 * colon that divides nothing. As a line of fstab, where a blank is \040.
 */
static int add_extra(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	bool swap = strcmp(w->what, "swap") == 0;
	const unsigned fields = swap ? 2 : 4;
	_cleanup_(text_free) struct text line = { 0 };
	unsigned n = 1;

	for (const char *s = value; *s; s++) {
		s += *s == '\\' && s[1] == ':';
		if (*s == ':' && (s == value || s[-1] != '\\') && n < fields)
			text_add(&line, n++ == 1 && swap ? " none swap " : " ");
		else if (*s == ' ' || *s == '\t')
			text_add(&line, "\\040");
		else
			text_addf(&line, "%c", *s);
	}
	text_add(&line, n > 1 ? "" : swap ? " none swap" : " -");
	text_add(&line, !swap && n < 3 ? " auto" : "");
	return line.error ? line.error : boot_refs_of_fstab_line(where, line.data, out);
}

/* As of a line of fstab. The devices are none that the root itself could be on. */
static int add_flags(const struct boot_word *w, const char *where, const char *value, struct boot_refs *out)
{
	return boot_refs_of_options(where, w->what, value, out);
}

/* Each is tried in each place where such words stand: tests/cases/words. */
static const struct boot_word words[] = {
	{ "root", "/", add_root },
	{ "rootflags", "a device of /", add_flags },
	{ "nfsroot", "/", add_server },
	{ "cifsroot", "/", add_server },
	{ "netroot", "/", add_netroot },
	{ "nbdroot", "/", add_server },
	{ "rd.iscsi.target.ip", "/", add_address },
	{ "rd.nvmf.discover", "NVMe over fabrics", add_nvmf },
	{ "rd.systemd.pull", "an image", add_pull },
	{ "systemd.pull", "an image", add_pull },
	{ "zfs", "/", add_pool },
	{ "rpool", "/", add_pool },
	{ "bootfs", "/", add_pool },
	{ "roothash", "/", add_hash },
	{ "systemd.verity_root_data", "/", add_device },
	{ "systemd.verity_root_hash", "the hash of /", add_device },
	{ "usrhash", "/usr", add_hash },
	{ "systemd.verity_usr_data", "/usr", add_device },
	{ "systemd.verity_usr_hash", "the hash of /usr", add_device },
	{ "mount.usr", "/usr", add_device },
	{ "mount.usrflags", "a device of /usr", add_flags },
	{ "boot", "/boot", add_boot },
	{ "rd.overlay", "the overlay", add_overlay },
	{ "rd.live.overlay", "the overlay", add_overlay },
	{ "resume", "resume", add_resume },
	{ "rd.luks.uuid", "LUKS", add_luks },
	{ "luks.uuid", "LUKS", add_luks },
	{ "rd_LUKS_UUID", "LUKS", add_luks },
	{ "rd.luks.partuuid", "LUKS", add_luks_part },
	{ "rd.luks.name", "LUKS", add_luks },
	{ "luks.name", "LUKS", add_luks },
	{ "rd.luks.data", "LUKS", add_luks_data },
	{ "luks.data", "LUKS", add_luks_data },
	{ "rd.luks.key", "the key", add_luks_key },
	{ "luks.key", "the key", add_luks_key },
	{ "rd.luks.options", "the header", add_luks_options },
	{ "luks.options", "the header", add_luks_options },
	{ "cryptdevice", "LUKS", add_crypt_device },
	{ "cryptkey", "the key", add_crypt_device },
	{ "cryptopts", "LUKS", add_crypt_options },
	{ "md", "MD", add_md_devices },
	{ "rd.md.uuid", "MD", add_md },
	{ "rd_MD_UUID", "MD", add_md },
	{ "dm-mod.create", "device-mapper", add_dm_devices },
	{ "rd.lvm.lv", "LVM", add_volume },
	{ "rd_LVM_LV", "LVM", add_volume },
	{ "rd.lvm.vg", "LVM", add_group },
	{ "rd_LVM_VG", "LVM", add_group },
	{ "systemd.mount-extra", "", add_extra },
	{ "rd.systemd.mount-extra", "", add_extra },
	{ "systemd.swap-extra", "swap", add_extra },
	{ "rd.systemd.swap-extra", "swap", add_extra },
	{ "ip", "the network", add_ip },
	{ "nfsaddrs", "the network", add_ip },
	{ "BOOTIF", "the network", add_interface },
	{ "bootdev", "the network", add_interface },
	{ "ifname", "", add_made },
	{ "vlan", "", add_made },
	{ "bond", "", add_made },
	{ "team", "", add_made },
	{ "bridge", "", add_made },
	{ "fcoe", "FCoE", add_fcoe },
	{ "rd.neednet", "what the boot waits for", add_network },
};

static const struct boot_word *find_word(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i].name) == len && memcmp(words[i].name, name, len) == 0)
			return &words[i];
	return NULL;
}

int boot_refs_of_word(const char *where, const char *name, const char *value, struct boot_refs *out)
{
	const struct boot_word *word = find_word(name, strlen(name));

	return word ? word->add(word, where, value, out) : 0;
}

/* kernel/power/hibernate.c: all of them set it. */
static bool is_noresume(const char *word)
{
	static const char *const all[] = { "noresume", "nohibernate", "hibernate=noresume", "hibernate=no" };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (strcmp(word, all[i]) == 0)
			return true;
	return false;
}

static int read_word(const char *where, const char *text, struct boot_refs *out)
{
	size_t len = strcspn(text, "=");
	const struct boot_word *word = find_word(text, len);
	const char *value;
	char place[400];

	if (is_noresume(text))
		return boot_ref_add(out, BOOT_REF_MEMORY, where, "noresume", text, len);
	value = text[len] ? text + len + 1 : "";
	if (!word || (!*value && word->add != add_network))
		return 0;
	snprintf(place, sizeof(place), "%s (%s=)", where, word->name);
	return word->add(word, place, value, out);
}

/* rd.luks.data=UUID=device: the header is elsewhere, so no device carries the UUID that other words ask for. */
static void drop_luks(const char *data, struct boot_refs *out, size_t first)
{
	size_t len = strcspn(data, "=");

	for (size_t i = first; i < out->n; i++) {
		struct boot_ref *w = &out->items[i];

		if (strncmp(w->name, "LUKS=", 5) == 0 && w->name[5] &&
		    strncasecmp(data, w->name + 5, strlen(w->name + 5)) == 0 && strlen(w->name + 5) <= len)
			w->optional = true;
	}
}

/* kernel/power/hibernate.c, and all initramfs: with noresume nothing is resumed from, whatever resume= says. */
static void drop_resume(struct boot_refs *out, size_t first)
{
	if (!boot_refs_say(out, first, "noresume"))
		return;
	for (size_t i = first; i < out->n; i++)
		if (strcmp(out->items[i].what, "resume") == 0)
			out->items[i].kind = BOOT_REF_MEMORY;
}

/*
 * Of several in one line the last counts, for the kernel and each initramfs.
 */
static bool is_overruled(const struct cmdline *line, const char *word)
{
	static const char *const single[] = { "root=", "resume=" };

	for (size_t i = 0; i < ARRAY_SIZE(single); i++)
		if (strncmp(word, single[i], strlen(single[i])) == 0)
			return word + strlen(single[i]) != cmdline_last(line, single[i]);
	return false;
}

/* A device of a verity that is named itself: the hash does not name it. */
static void drop_hash(const struct cmdline *line, struct boot_refs *out, size_t first)
{
	static const struct {
		const char *word, *of, *what;
	} named[] = {
		{ "systemd.verity_root_data=", "(roothash=)", "/" },
		{ "systemd.verity_root_hash=", "(roothash=)", HASH_OF_HASH },
		{ "systemd.verity_usr_data=", "(usrhash=)", "/usr" },
		{ "systemd.verity_usr_hash=", "(usrhash=)", HASH_OF_HASH },
	};

	for (size_t k = 0; k < ARRAY_SIZE(named); k++)
		for (size_t i = first; i < out->n && cmdline_last(line, named[k].word); i++)
			if (strcmp(out->items[i].what, named[k].what) == 0 && strstr(out->items[i].where, named[k].of))
				out->items[i].optional = true;
}

int boot_refs_of_words(const char *where, const char *text, size_t len, struct boot_refs *out)
{
	struct cmdline line;
	size_t first = out->n;
	int error = cmdline_parse(text, len, &line);

	if (error)
		return error;
	for (size_t i = 0; i < line.n_words && !error; i++)
		error = is_overruled(&line, line.words[i]) ? 0 : read_word(where, line.words[i], out);
	for (size_t i = 0; i < line.n_words && !error; i++) {
		const char *word = line.words[i] + (strncmp(line.words[i], "rd.", 3) == 0 ? 3 : 0);

		if (strncmp(word, "luks.data=", 10) == 0)
			drop_luks(word + 10, out, first);
	}
	if (!error)
		drop_hash(&line, out, first);
	cmdline_free(&line);
	return error;
}

int boot_refs_of_cmdline(const char *where, const char *text, size_t len, struct boot_refs *out)
{
	size_t first = out->n;
	int error = boot_refs_of_words(where, text, len, out);

	drop_resume(out, first);
	return error;
}

static int read_cmdline_file(const struct text_file_line *line, void *arg)
{
	if (!line->text)
		return boot_ref_add(arg, BOOT_REF_UNKNOWN, line->where, "it", "", 0);
	return *line->text == '#' ? 0 : boot_refs_of_words(line->where, line->text, strlen(line->text), arg);
}

/* The files of GRUB are one command line, the others together another. */
int boot_refs_of_bootloader(const struct sysroot *r, struct boot_refs *out)
{
	size_t first = out->n;
	int error = text_file_lines(r, "etc/kernel/cmdline", read_cmdline_file, out);

	if (!error)
		error = text_file_lines(r, "usr/lib/kernel/cmdline", read_cmdline_file, out);
	if (!error)
		error = text_file_lines_of_all(r, "etc/cmdline.d", ".conf", read_cmdline_file, out);
	drop_resume(out, first);
	first = out->n;
	if (!error)
		error = boot_refs_of_grub(r, out);
	drop_resume(out, first);
	return error;
}
