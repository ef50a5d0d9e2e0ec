#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# fuzz.t: every file of the corpus, with sanitizers, through its fuzz target; with EARLYBIND_ALL=1 a minute of fuzzing each.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
need gcc:gcc make:make

# replay TARGET FILE...
replay()
{
	replay_target=$1
	shift
	[ -f "$1" ] || { echo "the corpus is empty"; return 1; }
	"build/asan/test/fuzz/fuzz_$replay_target" "$@"
}

ok 'the fuzz targets can be built' make -j2 SANITIZE=address,undefined BUILD=build/asan fuzz-replay
for source in tests/fuzz/fuzz_*.c; do
	target=${source#tests/fuzz/fuzz_}
	target=${target%.c}
	ok "the corpus of $target" replay "$target" "tests/fuzz/corpus/$target"/*
done
if [ -n "${EARLYBIND_ALL:-}" ]; then
	need clang:clang
	ok 'the fuzz targets can be built with libFuzzer' make -j2 fuzz
	for source in tests/fuzz/fuzz_*.c; do
		target=${source#tests/fuzz/fuzz_}
		target=${target%.c}
		mkdir -p "build/fuzz/found/$target"
		ok "a minute of fuzzing $target" "build/fuzz/fuzz_$target" -max_total_time=60 -print_final_stats=0 \
			-artifact_prefix="build/fuzz/$target-" "build/fuzz/found/$target" "tests/fuzz/corpus/$target"
	done
fi
tap_end
