#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""schema.py SCHEMA DIR: each DIR/COMMAND.N.json is what the schema says of COMMAND, with no key that the schema does not
have; and each key of the schema is in one of them. Says what is not so."""
import json
import pathlib
import sys

import jsonschema


def objects(part, name):
    """The objects that a part of the schema describes, each with its name."""
    if isinstance(part, list):
        for item in part:
            yield from objects(item, name)
    if not isinstance(part, dict):
        return
    if "properties" in part:
        yield name, part
    for key, value in part.items():
        yield from objects(value, f"{name}.{key}" if key not in ("properties", "items", "anyOf") else name)


def keys_in(part, value, schema, name):
    """The keys, as NAME.KEY, that a value has of what a part of the schema describes."""
    if "$ref" in part:
        name = part["$ref"].split("/")[-1]
        part = schema["$defs"][name]
    for one in part.get("anyOf", []):
        yield from keys_in(one, value, schema, name)
    if isinstance(value, list):
        for item in value:
            yield from keys_in(part.get("items", {}), item, schema, name)
    if isinstance(value, dict):
        for key in value.keys() & part.get("properties", {}).keys():
            yield f"{name}.{key}"
            yield from keys_in(part["properties"][key], value[key], schema, f"{name}.{key}")


def main():
    schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    described = {}
    for name, part in objects(schema["$defs"], ""):
        part["additionalProperties"] = False
        described.update({f"{name[1:]}.{key}": True for key in part["properties"]})
    wrong, seen = 0, set()
    for file in sorted(pathlib.Path(sys.argv[2]).glob("*.json")):
        command = file.name.split(".")[0]
        part = {"$ref": f"#/$defs/{command}", "$defs": schema["$defs"]}
        value = json.loads(file.read_text())
        for error in jsonschema.Draft202012Validator(part).iter_errors(value):
            print(f"{file.name}: {error.json_path}: {error.message}")
            wrong = 1
        seen.update(keys_in(part, value, schema, command))
    for key in sorted(described.keys() - seen):
        print(f"no output has {key}")
        wrong = 1
    return wrong


sys.exit(main())
