#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# writes.t: which files below /sys are written, in which order; and that a second run writes none.
# shellcheck source=/dev/null
. tests/lib/need.sh
# shellcheck source=/dev/null
. tests/lib/tap.sh
# shellcheck source=/dev/null
. tests/trees/lib.sh
need depmod:kmod gcc:gcc strace:strace

# A process that is traced cannot look for leaks.
ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS

# traced INIT DIR: boots; the writes below sys go to $TMP/writes, a line each: the file's last two names, as
# they are without links, and the text.
traced()
{
	rm -f "$TMP/trace"
	strace -f -y -o "$TMP/trace" -e trace=open,openat,creat,write,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,symlink,symlinkat,truncate,ftruncate \
		"$1" --root "$2" || return 1
	report "$2" >"$TMP/report"
	awk '
		# 12 openat(6</tmp/tree/sys/bus/pci>, "drivers_probe", O_WRONLY|O_APPEND|O_NOFOLLOW|O_CLOEXEC) = 7</tmp/tree/...>
		# 12 write(7</tmp/tree/sys/bus/pci/drivers_probe>, "0000:06:00.0", 12) = 12
		function last_two(name) {
			count = split(name, path, "/")
			return path[count - 1] "/" path[count]
		}
		/open(at)?\(.*sys[\/>]/ && /O_(WRONLY|RDWR|CREAT)/ && / = -1/ { print last_two($0), "failed" }
		/ write\(.*\/sys\/[^>]*>, / { split($0, part, /[<>]/); split($0, text, "\""); print last_two(part[2]), text[2] }
		/(unlink|rename|mkdir|symlink|truncate|creat)[a-z0-9]*\(.*sys[\/>]/ { print }' "$TMP/trace" >"$TMP/writes"
	grep -q 'openat.*sys/bus/pci/devices' "$TMP/trace" || { echo 'nothing was traced'; return 1; }
}

# writes_are INIT MANIFEST TEXT: a boot of the rule 10de:13c2 on this machine writes this.
writes_are()
{
	tree "$TMP/$2" "$TMP/tree"
	plan "$TMP/host" 6.1.0-builtin "$TMP/tree" >/dev/null || return 1
	traced "$1" "$TMP/tree" || return 1
	if [ -z "$3" ]; then
		silent "$TMP/writes"
	else
		same "$TMP/writes" "$3"
	fi
}

# The tree as the first run left it: what it bound has driver and override.
second_run()
{
	writes_are "$1" bound '' && has "$TMP/report" 'summary 2 0 0'
}

accepted_host two-gpus "$TMP/host" 'bind 10de:13c2'

echo 'include two-gpus' >"$TMP/fresh"
cat >"$TMP/bound" <<'END'
include two-gpus
set 0000:06:00.0 driver=vfio-pci override=vfio-pci
set 0000:06:00.1 driver=vfio-pci override=vfio-pci
END
cat >"$TMP/audio" <<'END'
include two-gpus
set 0000:06:00.0 driver=vfio-pci override=vfio-pci
set 0000:06:00.1 driver=snd_hda_intel
END
echo 'include z97-gtx980' >"$TMP/foreign"
printf 'include two-gpus\ncmdline earlybind=off\n' >"$TMP/off"

for init in $INITS; do
	libc=$(basename "$(dirname "$init")")
	ok "probe-fails: tried: override, probe; given back: override cleared, probe ($libc)" writes_are "$init" fresh \
		'0000:06:00.0/driver_override vfio-pci\n
pci/drivers_probe 0000:06:00.0\n
0000:06:00.0/driver_override \n
pci/drivers_probe 0000:06:00.0\n'
	ok "probe-fails: a function that a host driver has: override, unbind, probe; given back ($libc)" writes_are "$init" audio \
		'0000:06:00.1/driver_override vfio-pci\n
snd_hda_intel/unbind 0000:06:00.1\n
pci/drivers_probe 0000:06:00.1\n
0000:06:00.1/driver_override \n
pci/drivers_probe 0000:06:00.1\n'
	ok "idempotent: a second run writes nothing ($libc)" second_run "$init"
	ok "another machine: nothing is written ($libc)" writes_are "$init" foreign ''
	ok "earlybind=off: nothing is written ($libc)" writes_are "$init" off ''
done
tap_end
