#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# clang.t: clang builds both programs without a warning, and the two can be run.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
need clang:clang make:make
ok 'clang builds earlybind-init' make WERROR=-Werror BUILD=build/clang CC=clang build/clang/glibc/earlybind-init
ok 'clang builds earlybind' make WERROR=-Werror BUILD=build/clang CC=clang build/clang/glibc/earlybind
ok 'earlybind-init of clang runs' build/clang/glibc/earlybind-init --version
ok 'earlybind of clang runs' build/clang/glibc/earlybind --version
tap_end
