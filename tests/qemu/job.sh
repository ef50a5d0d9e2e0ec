#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# job.sh FUNCTION ARG...: runs one function of the harness as a process of its own, for xargs. TOP and WORK are in
# the environment.
# shellcheck source=/dev/null
. "$TOP/tests/qemu/lib.sh"
"$@"
