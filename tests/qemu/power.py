#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""power.py DISK LOG POINTS SEED PARTS COMMAND...: what is on a disk where the power failed.

DISK is the disk as it was before, LOG what QEMU's blklogwrites recorded of it (the format is dm-log-writes'). The power
fails at each flush, and at POINTS points between, where each time another random part of what was written since the last
flush is lost.
Each time the partitions PARTS (START:SIZE,... in MB) are written to DISK.1, DISK.2 and so on, and the command is run. Ends
with the number of those that it did not like, at most 100.
"""
import collections
import random
import struct
import subprocess
import sys

MAGIC = 0x6A736677736872
FLUSH, FUA, DISCARD = 1, 2, 4
MB = 1 << 20


def entries(log):
    """The writes: (flags, offset, data); a discard has zeros. Of flushes the data is empty."""
    magic, version, count, sector = struct.unpack_from("<QQQI", log, 0)
    if magic != MAGIC or version != 1:
        sys.exit("power.py: this is no log of blklogwrites")
    at = sector
    for _ in range(count):
        first, sectors, flags, _ = struct.unpack_from("<QQQQ", log, at)
        at += sector
        size = sectors * sector
        if flags & DISCARD:
            yield flags, first * sector, bytes(size)
            continue
        yield flags, first * sector, log[at:at + size]
        at += size


def write(disk, entry):
    _, offset, data = entry
    disk[offset:offset + len(data)] = data


class Look:
    def __init__(self, name, parts, command):
        self.name, self.command = name, command
        self.parts = [tuple(int(n) * MB for n in part.split(":")) for part in parts.split(",")]
        self.states = self.failures = 0

    def at(self, disk, where):
        for i, (start, size) in enumerate(self.parts):
            with open(f"{self.name}.{i + 1}", "wb") as out:
                out.write(disk[start:start + size])
        self.states += 1
        if subprocess.run(self.command, check=False).returncode:
            self.failures += 1
            print(f"lost {where}", flush=True)


def main():
    name, log, points, seed, parts, *command = sys.argv[1:]
    with open(name, "rb") as file:
        disk = bytearray(file.read())
    with open(log, "rb") as file:
        writes = list(entries(file.read()))
    chance = random.Random(int(seed))
    between = collections.Counter(chance.choices(range(len(writes)), k=int(points)))
    look, pending = Look(name, parts, command), []
    for i, entry in enumerate(writes):
        if entry[2]:
            pending.append(entry)
        for _ in range(between[i]):
            torn = bytearray(disk)
            for kept in pending:
                if chance.random() < 0.5:
                    write(torn, kept)
            look.at(torn, f"behind write {i} of {len(writes)}")
        if entry[0] & (FLUSH | FUA):
            for kept in pending:
                write(disk, kept)
            pending = []
            look.at(disk, f"at the flush {i} of {len(writes)}")
    print(f"{look.states} states, {look.failures} lost, seed {seed}")
    sys.exit(min(look.failures, 100))


main()
