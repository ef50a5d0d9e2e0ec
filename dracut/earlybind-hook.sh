#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# dracut, initrds without systemd: binds the accepted cards before force_drivers, rd.driver.pre and udev can load their
# drivers. init sources this file.

if [ -x /usr/lib/earlybind/earlybind-init ]; then
	/usr/lib/earlybind/earlybind-init || :
fi
