#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# minutes.sh DIR SECONDS LIMIT: for run.sh: the minutes of each family of tests (two run at once, so they add up to more
# than the run took), and whether the run, of so many seconds, took at most LIMIT minutes, as a test in DIR/minutes.tap;
# LIMIT - is none. What a machine makes once and keeps, the roots and kernels in build/cache, does not count: its spans, from
# second to second, are in DIR/one-time.
dir=$1
cat "$dir"/*.seconds 2>/dev/null | LC_ALL=C awk '
	{
		family = $1
		if (sub(/^asan:.*/, "asan", family) || sub(/^build\/test\//, "", family) || sub(/^tests\//, "", family))
			if (!sub(/\/.*/, "", family) && family ~ /\.t$/) family = "others"
		took[family] += $2
	}
	END { for (family in took) printf "%-12s %5.1f minutes\n", family, took[family] / 60 }' | sort
once=$(sort -n "$dir/one-time" 2>/dev/null | awk '
	$1 > end { sum += end - begin; begin = $1; end = $2 }
	$2 > end { end = $2 }
	END { print sum + end - begin }')
counted=$(($2 - once))
[ "$once" -eq 0 ] || echo "to make what is kept in build/cache: $once seconds, which do not count"
[ "$3" != - ] || exit 0
if [ $counted -le $(($3 * 60)) ]; then
	result=ok
else
	result='not ok'
fi
printf '1..1\n%s 1 - the run takes at most %s minutes: it took %s seconds\n' "$result" "$3" "$counted" >"$dir/minutes.tap"
echo 0 >"$dir/minutes.status"
