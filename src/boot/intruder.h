/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EARLYBIND_INTRUDER_H
#define EARLYBIND_INTRUDER_H

#include "work.h"

/*
 * Unbinds what a target driver has taken since the devices were read and was not to get: an ids= that nobody saw, a
 * probe that came late. To be asked once the drivers are in, and again behind the last bind. What had the driver before
 * stays. One listing a driver.
 */
void intruders_release(struct work *w);

#endif
