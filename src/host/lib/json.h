/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON for --json: objects and lists of strings, numbers and booleans, printed as they are told. */
#ifndef EARLYBIND_JSON_H
#define EARLYBIND_JSON_H

#include "../../core/compat.h"

struct json {
	FILE *to;
	bool more; /* something stands before at this level */
};

/* Of share/earlybind.schema.json: another number where a key goes or changes its meaning. */
#define JSON_SCHEMA 1

/* The whole of what a command prints: an object that begins with the number of its schema, and ends with a line. */
void json_begin(struct json *j);
void json_end(struct json *j);
/* name NULL: in a list. */
void json_open(struct json *j, const char *name, char bracket);
void json_close(struct json *j, char bracket);
/* value NULL or "": null. */
void json_string(struct json *j, const char *name, const char *value);
void json_number(struct json *j, const char *name, unsigned long value);
void json_bool(struct json *j, const char *name, bool value);

#endif
