/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Config and lock as people and `accept` write them in; the lines of the plan and the notes out. */
#include "unit.h"

#include "compose.h"

#define GPU "10de:13c2:1043:8508:030000"
#define AUDIO "10de:0fbb:1043:8508:040300"
#define NIC "8086:1521:8086:0001:020000"

/* The parts that the locks of these tests are made of. */
#define RULE_ID "rule 1 driver=vfio-pci allow=- at=boot id=- optional=0 live=0 vf=- /etc/earlybind.conf:1 10de:13c2\n"
#define CARD_3                                                                                                         \
	"card 1 _SB_.PCI0 03.1/00 " GPU " - 0000:06:00.0\n"                                                            \
	"function 03.1/00.0 " GPU "\n"                                                                                 \
	"function 03.1/00.1 " AUDIO "\n"
#define RULE_PATH                                                                                                      \
	"rule 2 driver=vfio-pci allow=- at=boot id=- optional=0 live=0 vf=- /etc/earlybind.conf:2 0000:00:01.0/00\n"
#define CARD_1                                                                                                         \
	"card 2 _SB_.PCI0 01.0/00 " GPU " - 0000:01:00.0\n"                                                            \
	"function 01.0/00.0 " GPU "\n"                                                                                 \
	"function 01.0/00.1 " AUDIO "\n"
#define BOTH RULE_ID CARD_3 RULE_PATH CARD_1

struct made {
	struct config config;
	struct plan lock;
	struct composition c;
	struct text plan;
	char notes[2048];
};

static void unmake(struct made *m)
{
	config_free(&m->config);
	plan_free(&m->lock);
	composition_free(&m->c);
	text_free(&m->plan);
}

static void read_lock(const char *lines, struct plan *out)
{
	struct text text = { 0 };
	struct plan_error err = { 0 };

	text_addf(&text, "earlybind-lock 2\n%s", lines);
	text_addf(&text, "end %08x\n", (unsigned)crc32_of(text.data, text.len));
	if (plan_parse(KIND_LOCK, text.data, text.len, out, &err))
		fail_msg("lock line %u: %s", err.line, err.text);
	text_free(&text);
}

/* lock NULL: none. The plan is printed as a lock: the same lines, without those of the kernel. */
static struct made make(const char *config, const char *lock)
{
	struct made m = { 0 };
	struct plan shown;

	assert_int_equal(config_read(&m.config, "/etc/earlybind.conf", config, strlen(config)), 0);
	if (lock)
		read_lock(lock, &m.lock);
	assert_int_equal(compose(&m.config, lock ? &m.lock : NULL, &m.c), 0);
	assert_int_equal(m.c.plan.kind, KIND_PLAN);
	shown = m.c.plan;
	shown.kind = KIND_LOCK;
	assert_int_equal(plan_print(&shown, &m.plan), 0);
	for (size_t i = 0; i < m.c.n_notes; i++)
		snprintf(m.notes + strlen(m.notes), sizeof(m.notes) - strlen(m.notes), "%s %u %s\n",
			 reason_word(m.c.notes[i].reason), m.c.notes[i].rule, m.c.notes[i].text);
	return m;
}

static void expect(const char *config, const char *lock, const char *plan, const char *notes)
{
	_cleanup_(unmake) struct made m = make(config, lock);
	const char *head = "earlybind-lock 2\n";
	char *end = strstr(m.plan.data, "end ");

	assert_non_null(end);
	*end = '\0';
	assert_memory_equal(m.plan.data, head, strlen(head));
	assert_string_equal(m.plan.data + strlen(head), plan);
	assert_string_equal(m.notes, notes);
}

static void an_accepted_rule_goes_on_with_its_card(void **state)
{
	(void)state;
	expect("bind 10de:13c2\n", RULE_ID CARD_3, RULE_ID CARD_3, "");
}

static void without_a_lock_no_rule_goes_on(void **state)
{
	(void)state;
	expect("bind 10de:13c2\nbind 06:00\n", NULL, "",
	       "not-accepted 1 bind 10de:13c2: the lock has no entry for it\n"
	       "not-accepted 2 bind 0000:06:00: the lock has no entry for it\n");
}

static void a_rule_without_an_entry_costs_only_itself(void **state)
{
	(void)state;
	expect("bind 0a:00.0\n\nbind 10de:13c2\n", RULE_ID CARD_3,
	       "rule 1 driver=vfio-pci allow=- at=boot id=- optional=0 live=0 vf=- /etc/earlybind.conf:3 "
	       "10de:13c2\n" CARD_3,
	       "not-accepted 1 bind 0000:0a:00.0: the lock has no entry for it\n");
}

static void an_entry_is_known_by_selector_and_id_not_by_spelling_or_order(void **state)
{
	(void)state;
	expect("bind 00:01.0/00 optional\nbind 10de:13c2:*:* # a comment\n", BOTH,
	       "rule 1 driver=vfio-pci allow=- at=boot id=- optional=1 live=0 vf=- /etc/earlybind.conf:1 "
	       "0000:00:01.0/00\n"
	       "card 1 _SB_.PCI0 01.0/00 " GPU " - 0000:01:00.0\n"
	       "function 01.0/00.0 " GPU "\n"
	       "function 01.0/00.1 " AUDIO "\n"
	       "rule 2 driver=vfio-pci allow=- at=boot id=- optional=0 live=0 vf=- /etc/earlybind.conf:2 10de:13c2\n"
	       "card 2 _SB_.PCI0 03.1/00 " GPU " - 0000:06:00.0\n"
	       "function 03.1/00.0 " GPU "\n"
	       "function 03.1/00.1 " AUDIO "\n",
	       "");
}

#define OTHER_ENTRY                                                                                                    \
	"rule 1 driver=vfio-pci allow=- at=boot id=- optional=0 live=0 vf=- a:1 0000:00:01.0/00\n"                     \
	"card 1 0000:00 01.0/00 " GPU " - 0000:01:00.0\n"                                                              \
	"function 01.0/00.0 " GPU "\n"

static void a_path_with_id_and_a_live_rule_need_no_entry(void **state)
{
	(void)state;
	expect("bind 00:01.0/00 id=10de:13c2 driver=pci-stub allow=display\nbind 1002:67df live\n", NULL,
	       "rule 1 driver=pci-stub allow=display at=boot id=10de:13c2 optional=0 live=0 vf=- /etc/earlybind.conf:1 "
	       "0000:00:01.0/00\n"
	       "card 1 0000:00 01.0/00 10de:13c2 - -\n"
	       "rule 2 driver=vfio-pci allow=- at=boot id=- optional=0 live=1 vf=- /etc/earlybind.conf:2 1002:67df\n",
	       "");
	/* An entry of another rule in the same place is not its own, and does not stand against it. */
	expect("bind 00:01.0/00 id=10de:13c2\n", OTHER_ENTRY,
	       "rule 1 driver=vfio-pci allow=- at=boot id=10de:13c2 optional=0 live=0 vf=- /etc/earlybind.conf:1 "
	       "0000:00:01.0/00\n"
	       "card 1 0000:00 01.0/00 10de:13c2 - -\n",
	       "- 0 bind 0000:00:01.0/00 is in the lock, but no rule says so any more: not used\n");
	/* In another place it is a twin of what the live rule means. */
	expect("bind 10de:13c2 live\n", OTHER_ENTRY,
	       "guard twin accept - 0000:00 01.0/00 " GPU " - entry that no rule uses: bind 0000:00:01.0/00\n"
	       "rule 1 driver=vfio-pci allow=- at=boot id=- optional=0 live=1 vf=- /etc/earlybind.conf:1 10de:13c2\n",
	       "- 0 bind 0000:00:01.0/00 is in the lock, but no rule says so any more: not used\n");
}

static void options_come_from_the_config(void **state)
{
	(void)state;
	expect("bind 10de:13c2 driver=pci-stub\n", RULE_ID CARD_3,
	       "rule 1 driver=pci-stub allow=- at=boot id=- optional=0 live=0 vf=- /etc/earlybind.conf:1 "
	       "10de:13c2\n" CARD_3,
	       "");
}

static void keep_and_set_come_from_the_config_alone(void **state)
{
	(void)state;
	expect("keep 00:14.0\nset timeout=20s\nbind 10de:13c2\n", "set timeout 5\nkeep 0000:00:1f.3\n" RULE_ID CARD_3,
	       "set timeout 20\nkeep 0000:00:14.0\n"
	       "rule 1 driver=vfio-pci allow=- at=boot id=- optional=0 live=0 vf=- /etc/earlybind.conf:3 "
	       "10de:13c2\n" CARD_3,
	       "");
}

/* Each loosens a guard that `accept` did not lift, or did not ask. */
static void allow_and_at_boot_count_only_as_accepted(void **state)
{
	(void)state;
	expect("bind 10de:13c2 allow=display\n",
	       "rule 1 driver=vfio-pci allow=display,in-use at=boot id=- optional=0 live=0 vf=- c:1 10de:13c2\n" CARD_3,
	       "rule 1 driver=vfio-pci allow=display at=boot id=- optional=0 live=0 vf=- /etc/earlybind.conf:1 "
	       "10de:13c2\n" CARD_3,
	       "");
	expect("bind 10de:13c2 allow=display\n",
	       "rule 1 driver=vfio-pci allow=in-use at=boot id=- optional=0 live=0 vf=- c:1 10de:13c2\n" CARD_3,
	       RULE_ID CARD_3, "not-accepted 1 bind 10de:13c2: allow=display counts only once it is accepted\n");
	expect("bind 10de:13c2\n",
	       "rule 1 driver=vfio-pci allow=display at=boot id=- optional=0 live=0 vf=- c:1 10de:13c2\n" CARD_3,
	       RULE_ID CARD_3, "");
	expect("bind 10de:13c2\n",
	       "rule 1 driver=vfio-pci allow=- at=claim id=- optional=0 live=0 vf=- c:1 10de:13c2\n" CARD_3,
	       "rule 1 driver=vfio-pci allow=- at=claim id=- optional=0 live=0 vf=- /etc/earlybind.conf:1 "
	       "10de:13c2\n" CARD_3,
	       "not-accepted 1 bind 10de:13c2: it was accepted with at=claim, which counts until "
	       "then\n");
}

static void guards_of_the_lock_are_never_dropped(void **state)
{
	static const char guards[] = "guard twin accept - _SB_.PCI0 07.0/00 " GPU " - not selected\n"
				     "guard boot-disk accept - 0000:00 1f.2 8086:2922:1af4:1100:010601 - /dev/sda\n";
	char lock[4096], plan[4096];

	(void)state;
	snprintf(lock, sizeof(lock), "%s%s", guards, BOTH);
	snprintf(plan, sizeof(plan), "%s%s", guards, BOTH);
	expect("bind 10de:13c2\nbind 00:01.0/00\n", lock, plan, "");
	expect("", lock, guards,
	       "- 0 bind 10de:13c2 is in the lock, but no rule says so any more: not used\n"
	       "- 0 bind 0000:00:01.0/00 is in the lock, but no rule says so any more: not used\n");
}

/* Else "no other entry and no guard names that identity" would hold, and the twin could be taken for the other. */
static void an_unused_entry_of_a_used_identity_becomes_a_guard(void **state)
{
	(void)state;
	expect("bind 10de:13c2\n", BOTH,
	       "guard twin accept - _SB_.PCI0 01.0/00 " GPU
	       " - entry that no rule uses: bind 0000:00:01.0/00\n" RULE_ID CARD_3,
	       "- 0 bind 0000:00:01.0/00 is in the lock, but no rule says so any more: not used\n");
}

static void its_serial_goes_into_the_guard(void **state)
{
	(void)state;
	expect("bind 10de:13c2\n",
	       RULE_ID CARD_3 RULE_PATH "card 2 _SB_.PCI0 01.0/00 " GPU " 525400ffffaabbcc 0000:01:00.0\n"
					"function 01.0/00.0 " GPU "\n",
	       "guard twin accept - _SB_.PCI0 01.0/00 " GPU
	       " 525400ffffaabbcc entry that no rule uses: bind 0000:00:01.0/00\n" RULE_ID CARD_3,
	       "- 0 bind 0000:00:01.0/00 is in the lock, but no rule says so any more: not used\n");
}

static void an_unused_entry_of_another_identity_becomes_none(void **state)
{
	(void)state;
	expect("bind 10de:13c2\n",
	       RULE_ID CARD_3 RULE_PATH "card 2 _SB_.PCI0 01.0/00 " NIC " - 0000:01:00.0\n"
					"function 01.0/00.0 " NIC "\n",
	       RULE_ID CARD_3, "- 0 bind 0000:00:01.0/00 is in the lock, but no rule says so any more: not used\n");
}

/* A rule for the audio function alone; the whole card 01.0/00, whose audio is like it, is not used any more. */
static void a_function_of_an_unused_card_can_be_the_one_like_it(void **state)
{
	static const char audio[] = "rule 1 driver=vfio-pci allow=- at=boot id=- optional=0 live=0 vf=- "
				    "/etc/earlybind.conf:1 0000:06:00.1\n"
				    "card 1 _SB_.PCI0 03.1/00.1 " AUDIO " - 0000:06:00.1\n"
				    "function 03.1/00.1 " AUDIO "\n";
	char lock[4096], plan[4096];

	(void)state;
	snprintf(lock, sizeof(lock), "%s%s", audio, RULE_PATH CARD_1);
	snprintf(plan, sizeof(plan), "guard twin accept - _SB_.PCI0 01.0/00.1 %s - %s\n%s", AUDIO,
		 "entry that no rule uses: bind 0000:00:01.0/00", audio);
	expect("bind 06:00.1\n", lock, plan,
	       "- 0 bind 0000:00:01.0/00 is in the lock, but no rule says so any more: not used\n");
}

/* A guard in the place of a used card would refuse that card. */
static void no_guard_is_made_in_a_used_place(void **state)
{
	(void)state;
	expect("bind 00:01.0/00\n",
	       "rule 1 driver=vfio-pci allow=- at=boot id=- optional=0 live=0 vf=- c:1 10de:13c2\n"
	       "card 1 _SB_.PCI0 01.0/00 " GPU " - 0000:01:00.0\n"
	       "function 01.0/00.0 " GPU "\n" RULE_PATH CARD_1,
	       "rule 1 driver=vfio-pci allow=- at=boot id=- optional=0 live=0 vf=- /etc/earlybind.conf:1 "
	       "0000:00:01.0/00\n"
	       "card 1 _SB_.PCI0 01.0/00 " GPU " - 0000:01:00.0\n"
	       "function 01.0/00.0 " GPU "\n"
	       "function 01.0/00.1 " AUDIO "\n",
	       "- 0 bind 10de:13c2 is in the lock, but no rule says so any more: not used\n");
}

static void an_entry_without_a_card_is_like_none(void **state)
{
	(void)state;
	expect("bind 10de:13c2\n", RULE_ID, "", "not-accepted 1 bind 10de:13c2: the lock names no card for it\n");
}

static void a_rule_may_have_several_cards(void **state)
{
	(void)state;
	expect("bind 10de:13c2\n",
	       RULE_ID CARD_3 "card 1 _SB_.PCI0 01.0/00 " GPU " - 0000:01:00.0\nfunction 01.0/00.0 " GPU "\n",
	       RULE_ID CARD_3 "card 1 _SB_.PCI0 01.0/00 " GPU " - 0000:01:00.0\nfunction 01.0/00.0 " GPU "\n", "");
}

static void the_same_input_gives_the_same_hash_under_other_lines_and_comments(void **state)
{
	_cleanup_(unmake) struct made a = make("bind 10de:13c2\nbind 00:01.0/00\n", BOTH);
	_cleanup_(unmake) struct made b = make("# moved\n\nbind 0000:00:01.0/00\nbind 10de:13c2 # this\n", BOTH);
	uint64_t hash_a = 0, hash_b = 1;

	(void)state;
	assert_int_equal(plan_hash(&a.c.plan, &hash_a), 0);
	assert_int_equal(plan_hash(&b.c.plan, &hash_b), 0);
	assert_true(hash_a == hash_b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_accepted_rule_goes_on_with_its_card),
		cmocka_unit_test(without_a_lock_no_rule_goes_on),
		cmocka_unit_test(a_rule_without_an_entry_costs_only_itself),
		cmocka_unit_test(an_entry_is_known_by_selector_and_id_not_by_spelling_or_order),
		cmocka_unit_test(a_path_with_id_and_a_live_rule_need_no_entry),
		cmocka_unit_test(options_come_from_the_config),
		cmocka_unit_test(keep_and_set_come_from_the_config_alone),
		cmocka_unit_test(allow_and_at_boot_count_only_as_accepted),
		cmocka_unit_test(guards_of_the_lock_are_never_dropped),
		cmocka_unit_test(an_unused_entry_of_a_used_identity_becomes_a_guard),
		cmocka_unit_test(its_serial_goes_into_the_guard),
		cmocka_unit_test(an_unused_entry_of_another_identity_becomes_none),
		cmocka_unit_test(a_function_of_an_unused_card_can_be_the_one_like_it),
		cmocka_unit_test(no_guard_is_made_in_a_used_place),
		cmocka_unit_test(an_entry_without_a_card_is_like_none),
		cmocka_unit_test(a_rule_may_have_several_cards),
		cmocka_unit_test(the_same_input_gives_the_same_hash_under_other_lines_and_comments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
