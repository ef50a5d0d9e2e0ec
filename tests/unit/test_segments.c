/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Images made by the real tools, and what is damaged about them. */
#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "../../src/host/initramfs/contents.h"
#include "../../src/host/initramfs/uki.h"
#include "../../src/sys/sysroot.h"

static char folder[] = "/tmp/earlybind-segments-XXXXXX";

static char last[2048]; /* the last command, for what fails */

/* Runs a shell command in the folder; it must succeed. */
static void shell(const char *command)
{
	assert_true((size_t)snprintf(last, sizeof(last), "cd %s && %s", folder, command) < sizeof(last));
	assert_int_equal(system(last), 0);
}

/*
 * one, two, three and four: plain archives, each with a name of its own and the file `same`; big: with more than a
 * block of any compression, of bytes that cannot be packed, and after it `behind`.
 */
static int make_archives(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	/* The same bytes for everyone, at any time. */
	setenv("CPIO", "cpio --quiet --reproducible -R 0:0 -o -H newc", 1);
	shell("for n in one two three four; do mkdir -p d-$n/usr/lib && echo $n >d-$n/usr/lib/$n && echo $n >d-$n/same "
	      "&&"
	      " ln -s /usr/lib/$n d-$n/link && find d-$n -exec touch -h -d @0 {} + && (cd d-$n && find . | sort | "
	      "$CPIO) >$n || exit 1; done");
	shell("mkdir d-big && head -c 9000000 /dev/urandom >d-big/a && echo behind >d-big/behind &&"
	      " (cd d-big && printf 'a\\nbehind\\n' | $CPIO) >big &&"
	      " truncate -s 500000 d-big/a && truncate -s 1500000 d-big/a && (cd d-big && printf 'a\\nbehind\\n' | "
	      "$CPIO) >middle");
	return 0;
}

static int remove_archives(void **state)
{
	char text[128];

	(void)state;
	snprintf(text, sizeof(text), "rm -rf %s", folder);
	return system(text);
}

static int read_image(const char *name, struct contents *out, char why[SEGMENTS_WHY_LEN])
{
	static const char *const patterns[] = { "usr/lib/*", "same", "link", "behind", "hard*", NULL };
	struct sysroot root;
	char *data;
	size_t len;
	int ret;

	assert_int_equal(sysroot_open(&root, folder), 0);
	assert_int_equal(sysroot_read_all(&root, name, 64u << 20, &data, &len), 0);
	sysroot_close(&root);
	ret = contents_read((unsigned char *)data, len, patterns, out, why);
	free(data);
	return ret;
}

/* Whether the image holds `files` ("usr/lib/one same=one"), and nothing else that is asked for but the links. */
static void holds(const char *image, const char *files)
{
	struct contents c;
	char why[SEGMENTS_WHY_LEN], list[256], *rest = list, *word;
	size_t n = 0;

	if (read_image(image, &c, why))
		fail_msg("%s (%s): %s", image, last, why);
	snprintf(list, sizeof(list), "%s", files);
	while ((word = strsep(&rest, " "))) {
		char *value = strchr(word, '=');
		const struct content *item;

		if (value)
			*value++ = '\0';
		item = contents_find(&c, word);
		if (!item)
			fail_msg("%s: no %s in it", image, word);
		if (value && (strncmp(item->data, value, strlen(value)) || item->len != strlen(value) + 1))
			fail_msg("%s: %s holds %s", image, word, item->data);
		n++;
	}
	n += contents_find(&c, "link") != NULL;
	assert_int_equal(c.n, n);
	contents_free(&c);
}

/* Whether it is refused with this error, in these words. */
static void refused(const char *image, int err, const char *words)
{
	struct contents c;
	char why[SEGMENTS_WHY_LEN];

	if (read_image(image, &c, why) != err || c.n || !strstr(why, words))
		fail_msg("%s (%s): %s", image, last, why);
}

static const char *const packers[] = {
	"cat",
	"gzip -n",
	"xz --check=crc32",
	"xz -T2 --block-size=4096",
	"zstd -q",
	"zstd -q --no-check -19",
	"lz4 -q -l",
	"lz4 -q",
	"lz4 -q -BD -BX --content-size",
	"bzip2",
	"lzma",
};

static void every_compression_ends_where_the_next_segment_starts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(packers); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			 "%s <one >p && cat p >alone && cat p two >direct && (cat p && head -c 513 /dev/zero) >last &&"
			 " truncate -s %%512 p && cat p two >padded && cat padded three >twice",
			 packers[i]);
		shell(text);
		holds("alone", "usr/lib/one same=one");
		holds("last", "usr/lib/one same=one");
		holds("padded", "usr/lib/one usr/lib/two same=two");
		holds("twice", "usr/lib/one usr/lib/two usr/lib/three same=three");
		/* A plain archive must start at a multiple of four, or the kernel does not take it. */
		snprintf(text, sizeof(text), "%s <one >p && %s <three >q && cat p q >direct", packers[i], packers[i]);
		shell(text);
		holds("direct", "usr/lib/one usr/lib/three same=three");
	}
}

static void segments_of_any_two_compressions_follow_each_other(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(packers); i++)
		for (size_t k = 0; k < ARRAY_SIZE(packers); k++) {
			char text[512];
			/* The kernel takes gzip's magic number for the size of one more block, too. */
			bool confused = strstr(packers[i], "lz4 -q -l") && strstr(packers[k], "gzip");
			bool plain = !strcmp(packers[k], "cat");

			snprintf(text, sizeof(text), "%s <one >p && %s cat p >pair && %s <two >>pair", packers[i],
				 plain ? "truncate -s %4 p &&" : "", packers[k]);
			shell(text);
			if (confused)
				refused("pair", -EBADMSG, "lz4");
			else
				holds("pair", "usr/lib/one usr/lib/two same=two");
		}
}

static void large_segments_keep_their_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(packers); i++) {
		char text[512];

		snprintf(text, sizeof(text), "%s <%s >p && truncate -s %%4 p && cat p two >large", packers[i],
			 strstr(packers[i], "lz4") ? "big" : "middle");
		shell(text);
		holds("large", "behind usr/lib/two same=two");
	}
}

static void four_mixed_segments_as_the_generators_make_them(void **state)
{
	(void)state;
	shell("(cat one && head -c 1024 /dev/zero && cat two && xz --check=crc32 <three && head -c 100 /dev/zero &&"
	      " zstd -q <four) >mixed");
	holds("mixed", "usr/lib/one usr/lib/two usr/lib/three usr/lib/four same=four");
	shell("(cat four && gzip <three && lz4 -q -l <two && bzip2 <one) >mixed");
	holds("mixed", "usr/lib/one usr/lib/two usr/lib/three usr/lib/four same=one");
	shell("cat one two >both && zstd -q <both >mixed");
	holds("mixed", "usr/lib/one usr/lib/two same=two");
}

static void hard_links_share_their_data(void **state)
{
	static const char *const orders[] = { "hard1 hard2 other", "other hard2 hard1", "hard1 other hard2" };

	(void)state;
	shell("mkdir d-hard && echo linked >d-hard/hard1 && ln d-hard/hard1 d-hard/hard2 && ln d-hard/hard1 "
	      "d-hard/other");
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		char text[256];

		snprintf(text, sizeof(text), "cd d-hard && printf '%%s\\n' %s | $CPIO >../hard", orders[i]);
		shell(text);
		holds("hard", "hard1=linked hard2=linked");
		shell("cat hard one | xz >p && cat p p >hard");
		holds("hard", "hard1=linked hard2=linked usr/lib/one same=one");
	}
}

static void links_and_modes_are_kept(void **state)
{
	struct contents c;
	char why[SEGMENTS_WHY_LEN];

	(void)state;
	shell("chmod 750 d-one/same && (cd d-one && find . | sort | $CPIO) >modes && chmod 644 d-one/same");
	assert_int_equal(read_image("modes", &c, why), 0);
	assert_int_equal(contents_find(&c, "same")->mode, S_IFREG | 0750);
	assert_true(S_ISLNK(contents_find(&c, "link")->mode));
	assert_string_equal(contents_find(&c, "link")->data, "/usr/lib/one");
	contents_free(&c);
}

static void truncated_images_are_damaged_wherever_they_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(packers); i++)
		for (unsigned percent = 5; percent < (i ? 100 : 80 /* of padding */); percent += 10) {
			char text[512];

			snprintf(text, sizeof(text),
				 "%s <one >p && (cat two && head -c $(($(stat -c %%s p) * %u / 100)) p) >cut",
				 packers[i], percent);
			shell(text);
			refused("cut", -EBADMSG, "segment 2");
		}
	shell("head -c 700000 big >cut");
	refused("cut", -EBADMSG, "truncated");
}

static void foreign_files_are_told_from_damaged_ones(void **state)
{
	(void)state;
	/* A plain archive must start at a multiple of four. */
	shell("gzip -n <one >odd && if [ $(($(stat -c %s odd) % 4)) = 0 ]; then printf '\\0' >>odd; fi && cat two "
	      ">>odd");
	refused("odd", -EBADMSG, "segment 2");
	shell(": >empty && head -c 4096 /dev/zero >zeros && head -c 4096 /bin/sh >foreign && cat one foreign >junk &&"
	      " gzip <foreign >packed && (printf x && cat one) >shifted && sed 's/070701/070709/2' one >header");
	refused("empty", -ENOEXEC, "it is empty");
	refused("zeros", -ENOEXEC, "nothing but zeros");
	refused("foreign", -ENOEXEC, "no initramfs image");
	refused("shifted", -ENOEXEC, "no initramfs image");
	refused("junk", -EBADMSG, "segment 2");
	refused("packed", -EBADMSG, "no cpio archive");
	refused("header", -EBADMSG, "damaged header");
}

static void damage_inside_compressed_data_is_found(void **state)
{
	static const char *const checked[] = { "xz --check=crc32", "zstd -q", "lz4 -q", "bzip2" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(checked); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			 "%s <one >p && printf '\\377\\000\\377' | dd of=p bs=1 seek=$(($(stat -c %%s p) / 2)) "
			 "conv=notrunc "
			 "status=none",
			 checked[i]);
		shell(text);
		/* Of lz4 the archive may be wrong before the checksum is. */
		refused("p", -EBADMSG, "segment 1");
	}
}

/* The block header of an xz stream of one thread, with another size of the dictionary. */
static void shell_dictionary(const char *header)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "xz -T1 --check=crc32 <one >p && printf '%s' | dd of=p bs=1 seek=12 conv=notrunc status=none", header);
	shell(text);
}

static void the_memory_for_an_xz_dictionary_is_bounded(void **state)
{
	(void)state;
	shell_dictionary("\\002\\000\\041\\001\\040\\000\\000\\000\\011\\210\\245\\166"); /* 256 MiB */
	holds("p", "usr/lib/one same=one");
	shell_dictionary("\\002\\000\\041\\001\\044\\000\\000\\000\\136\\037\\307\\371"); /* 1 GiB */
	refused("p", -EFBIG, "segment 1");
}

static void the_initrd_of_a_uki_is_found(void **state)
{
	const unsigned char *start;
	struct sysroot root;
	size_t len, size;
	char *data;

	(void)state;
	if (system("command -v objcopy >/dev/null") != 0)
		skip();
	shell("printf 'int f(void) { return 1; }' >f.c && gcc -c f.c -o f.o &&"
	      " objcopy -O pei-x86-64 --add-section .initrd=one --set-section-flags .initrd=data f.o uki &&"
	      " objcopy -O pei-x86-64 f.o plain");
	assert_int_equal(sysroot_open(&root, folder), 0);
	assert_int_equal(sysroot_read_all(&root, "uki", 1u << 20, &data, &len), 0);
	assert_int_equal(uki_section((unsigned char *)data, len, ".initrd", &start, &size), 0);
	assert_memory_equal(start, "070701", 6);
	assert_int_equal(uki_section((unsigned char *)data, len, ".nosuch", &start, &size), -ENODATA);
	assert_int_equal(uki_section((unsigned char *)data, 0x3e, ".initrd", &start, &size), -EBADMSG);
	free(data);
	assert_int_equal(sysroot_read_all(&root, "plain", 1u << 20, &data, &len), 0);
	assert_int_equal(uki_section((unsigned char *)data, len, ".initrd", &start, &size), -ENODATA);
	free(data);
	sysroot_close(&root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_compression_ends_where_the_next_segment_starts),
		cmocka_unit_test(segments_of_any_two_compressions_follow_each_other),
		cmocka_unit_test(large_segments_keep_their_end),
		cmocka_unit_test(four_mixed_segments_as_the_generators_make_them),
		cmocka_unit_test(hard_links_share_their_data),
		cmocka_unit_test(links_and_modes_are_kept),
		cmocka_unit_test(truncated_images_are_damaged_wherever_they_end),
		cmocka_unit_test(foreign_files_are_told_from_damaged_ones),
		cmocka_unit_test(damage_inside_compressed_data_is_found),
		cmocka_unit_test(the_memory_for_an_xz_dictionary_is_bounded),
		cmocka_unit_test(the_initrd_of_a_uki_is_found),
	};

	return cmocka_run_group_tests(tests, make_archives, remove_archives);
}
