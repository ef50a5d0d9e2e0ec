/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a function is: "vvvv:dddd:ssss:ssss:cccccc" (vendor, device, subsystem vendor, subsystem device,
 * class), and the pattern that an ID selector is.
 */
#ifndef EARLYBIND_IDENTITY_H
#define EARLYBIND_IDENTITY_H

#include "compat.h"

#define IDENTITY_LEN 28
#define ID_ANY 0xffffffffu
#define ID_LEN 48

struct identity {
	uint16_t vendor;
	uint16_t device;
	uint16_t subvendor;
	uint16_t subdevice;
	uint32_t class; /* 24 bits: base class, subclass, interface */
};

/* vvvv:dddd[:ssss:ssss[:class[:mask]]]; ID_ANY in a part: any. mask 0: any class. */
struct id {
	uint32_t vendor;
	uint32_t device;
	uint32_t subvendor;
	uint32_t subdevice;
	uint32_t class;
	uint32_t mask;
};

int identity_parse(const char *text, struct identity *out) _must_check_;
char *identity_print(const struct identity *i, char buf[IDENTITY_LEN]);
/* Equal identities: of the class the base class alone compares, because firmware settings change the rest. */
bool identity_equal(const struct identity *a, const struct identity *b) _pure_;
/* Equal ones have one hash. */
uint64_t identity_hash(const struct identity *i) _pure_;

/* Prints the canonical spelling: lower case, '*' for any, trailing parts that say nothing left out. */
char *id_print(const struct id *id, char buf[ID_LEN]);
bool id_equal(const struct id *a, const struct id *b) _pure_;
bool id_matches(const struct id *id, const struct identity *i) _pure_;

#define CLASS_DISPLAY 0x03 /* of class_base() */

static inline uint8_t class_base(uint32_t class)
{
	return (uint8_t)(class >> 16);
}

static inline uint16_t class_sub(uint32_t class)
{
	return (uint16_t)(class >> 8);
}

#endif
