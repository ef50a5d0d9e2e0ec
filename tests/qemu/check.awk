# SPDX-License-Identifier: GPL-2.0-or-later
#
# Reads the serial line of a test boot and prints what differs from what the cell expects; nothing if all is well.
#   expect   words: ADDRESS=DRIVER  ADDRESS:VERDICT[/REASON]  plan:STATE  note:REASON  report:none
#                   SECTION~REGEX (a line of the section matches)  SECTION!REGEX (none does)
#                   fails (alone: the initramfs gives up)
# Addresses are written without their domain, 0000. The rest is asked of every boot.

function problem(text) { print text; problems++ }

function address_of(text) { return text ~ /^0000:/ ? substr(text, 6) : text }

/^@@ end / { section = ""; next }
/^Rebooting automatically due to panic=/ { gave_up = 1 }
/^@@ last word$/ { finished = 1; next }
/^@@ / { section = substr($0, 4); next }
section == "" { next }
{ lines[section, ++count[section]] = $0 }

section == "devices" {
	address = address_of($1)
	driver[address] = $4
	class[address] = $3
	override[address] = $5
}

section == "report" && $1 == "plan" { plan = $3 }
section == "report" && $1 == "device" {
	address = address_of($2)
	verdict[address] = $7
	reason[address] = $8
}
section == "report" && $1 == "note" { note[$2] = 1 }
# What the kernel bound by itself, and no rule means.
section == "report" && $1 == "note" && $2 == "bound-by-kernel" {
	for (i = 3; i <= NF; i++)
		kernels[address_of($i)] = 1
}
section == "report" && $1 == "summary" { summary = $0; summary_bound = $2 }

function matches(name, regex,    i)
{
	for (i = 1; i <= count[name]; i++)
		if (lines[name, i] ~ regex)
			return 1
	return 0
}

function expect_driver(address, wanted)
{
	if (!(address in driver))
		problem(address " is not there, expected on " wanted)
	else if (driver[address] != wanted)
		problem(address " is on " driver[address] ", expected on " wanted)
	if (wanted == "vfio-pci")
		expected[address] = 1
}

function expect_verdict(address, wanted,    part)
{
	split(wanted, part, "/")
	if (!(address in verdict))
		problem("the report has no line for " address ", expected " wanted)
	else if (verdict[address] != part[1] || (part[2] != "" && reason[address] != part[2]))
		problem("the report says " verdict[address] "/" reason[address] " of " address ", expected " wanted)
}

function expect_report(name, rest)
{
	if (name == "report") {
		if (count["report"])
			problem("there is a report")
	} else if (name == "plan") {
		if (plan != rest)
			problem("the plan is " (plan == "" ? "not reported" : plan) ", expected " rest)
	} else if (name == "note") {
		if (!(rest in note))
			problem("the report has no note " rest)
	} else
		expect_verdict(name, rest)
}

function expect_word(word,    at, op, name, rest)
{
	at = match(word, /[~!=]/)
	if (!at)
		at = match(word, /:[^:]*$/)
	op = substr(word, at, 1)
	name = substr(word, 1, at - 1)
	rest = substr(word, at + 1)
	if (op == "=")
		expect_driver(name, rest)
	else if (op == "~" && !matches(name, rest))
		problem("no line of " name " matches " rest)
	else if (op == "!" && matches(name, rest))
		problem("a line of " name " matches " rest)
	else if (op == ":")
		expect_report(name, rest)
}

END {
	if (expect == "fails") {
		if (finished || !gave_up)
			problem("the boot " (finished ? "reached its last word" : "did not end in the initramfs"))
		exit problems != 0
	}
	if (!finished)
		problem("the boot did not reach its last word")
	if (!count["devices"])
		problem("the boot listed no devices")
	n = split(expect, words, " ")
	for (i = 1; i <= n; i++)
		expect_word(words[i])
	for (address in driver) {
		# The link is there before the probe, and gone before the removal (drivers/base/dd.c: really_probe,
		# __device_release_driver): of a device that hangs in one of them it says nothing.
		if (override[address] == "unread")
			continue
		if (driver[address] == "vfio-pci") {
			bound += !(address in kernels)
			if (class[address] ~ /^06/)
				problem("the bridge " address " is on vfio-pci")
			if (!(address in expected))
				problem(address " is on vfio-pci, which nobody expected")
			if (summary != "" && verdict[address] != "bound" && !(address in kernels))
				problem(address " is on vfio-pci, but the report does not say bound")
		} else if (override[address] != "(null)")
			problem(address " has the override " override[address] " without its driver")
	}
	for (address in verdict)
		if (verdict[address] == "bound" && driver[address] != "vfio-pci")
			problem("the report says bound of " address ", which is on " driver[address])
	if (count["report"] && summary == "")
		problem("the report has no summary")
	if (summary != "" && summary_bound != bound + 0)
		problem("summary counts " summary_bound " bound, seen " bound + 0)
	exit problems != 0
}
