#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# count.sh DIR PROVED SECONDS [MORE]: for run.sh and check.sh: shows what failed, what was skipped and what is expected to fail (`# TODO`), and
# counts, also the stand-ins for other programs. A test file that ended early or with an error counts as one more failure.
cd "$1" || exit 1
for tap in *.tap; do
	status=$(cat "${tap%.tap}.status" 2>/dev/null)
	awk -v name="${tap%.tap}" -v status="${status:-none}" '
		/^1\.\.0 *# *[Ss][Kk][Ii][Pp]/ { print "SKIPPED " name ": all of it: " substr($0, index($0, "#")); skipped++ }
		/^1\.\.[0-9]/ { planned = substr($1, 4) + 0; has_plan = 1 }
		/^ *(not )?ok/ { failing = 0; count++ }
		/^ *not ok.*# *[Tt][Oo][Dd][Oo]/ { print "EXPECTED TO FAIL " name ": " $0; expected++; next }
		/^ *not ok/ { print "FAILED " name ": " $0; failing = 1; failed++; next }
		/^ *ok.*# *[Ss][Kk][Ii][Pp]/ { print "SKIPPED " name ": " $0; skipped++; next }
		/^ *ok/ { passed++ }
		failing && /^ *#/
		END {
			if (!has_plan || planned != count || (status != 0 && !failed)) {
				print "FAILED " name ": it ended early: exit status " status ", " count + 0 " of " planned + 0 " tests"
				failed++
			}
			print "COUNT", passed + 0, failed + 0, skipped + 0, expected + 0
		}' "$tap"
	[ "${status:-1}" = 0 ] || sed 's/^/#   /' "${tap%.tap}.err" | tail -n 20
done >summary
[ -s summary ] || { echo 'no test ran'; exit 1; }
grep -v '^COUNT' summary
sed -n 's/^# stand-ins: //p' ./*.tap | tr ' ' '\n' | sort -u | awk '
	{ names = names " " $0 }
	END { if (NR) print NR " programs were stand-ins that record how they are called:" names }'
echo "in $3 seconds${4:+; $4}"
awk -v proved="$2" '
	/^COUNT/ { passed += $2; failed += $3; skipped += $4; expected += $5 }
	END {
		if (proved && !failed) failed = 1
		if (expected) print expected " expected to fail"
		print passed + 0 " passed, " failed + 0 " failed, " skipped + 0 " skipped"
		exit failed > 0
	}' summary
