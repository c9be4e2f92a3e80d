"""What does an editor need to know to complete and check the config file?"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from oracle_backup.config import names
from oracle_backup.config.model import Options
from oracle_backup.config.options import (
    fields_of,
    group_of,
    groups,
    item_group_of,
    written_default,
)
from oracle_backup.config.sections import SECTIONS


def build_json_schema() -> dict[str, Any]:
    """
    Build the JSON Schema of the file.

    It knows shapes only: what must be there after merging, and what goes together, the loader says.
    Draft 7, as that is what editors' YAML support reads.
    """
    model = Options.model_json_schema(by_alias=True)
    definitions = {
        name: _mapping(_properties(group, model["$defs"][group.__name__]), empty=True)
        for name, field in groups().items()
        if (group := group_of(field)) is not None
    }
    options = _properties(Options, model)
    schema = {"$ref": "#/definitions/schema"}
    schemas = {
        "description": "The schemas to back up: a name each, then options of its own or nothing.",
        "type": "object",
        "patternProperties": {names.SCHEMA_NAME: schema, names.QUOTED_SCHEMA_NAME: schema},
        "additionalProperties": False,
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Oracle backups",
        "description": "Generated from plugins/oracle_backup/config/model.py by make generate.",
        "type": "object",
        "properties": {
            "defaults": {
                "description": "Options of every schema that does not set them itself.",
                **_mapping(options, empty=True),
            },
            "databases": {
                "description": "The databases, by names of your own.",
                "type": "object",
                "patternProperties": {names.DATABASE_NAME: {"$ref": "#/definitions/database"}},
                "additionalProperties": False,
            },
            **{name: _section(model) for name, model in SECTIONS.items()},
        },
        "required": ["databases"],
        "additionalProperties": False,
        "definitions": {
            "database": {**_mapping({"schemas": schemas, **options}), "required": ["schemas"]},
            "schema": _mapping(options, empty=True),
            **definitions,
        },
    }


def _section(model: type[BaseModel]) -> dict[str, Any]:
    properties = _properties(model, model.model_json_schema(by_alias=True))
    return {"description": model.__doc__, **_mapping(properties, empty=True)}


def _mapping(properties: dict[str, Any], *, empty: bool = False) -> dict[str, Any]:
    """Describe a mapping of which nothing is required: another level may set it."""
    return {
        "type": ["object", "null"] if empty else "object",
        "properties": properties,
        "additionalProperties": False,
    }


def _properties(model: type[BaseModel], schema: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for name, field in fields_of(model).items():
        if group_of(field):
            # Draft 7 ignores whatever stands beside $ref itself.
            kind: dict[str, Any] = {"allOf": [{"$ref": f"#/definitions/{name}"}]}
        else:
            kind = dict(schema["properties"][name])
            kind.pop("title", None)
            if item := item_group_of(field):
                kind = _list_of_groups(item, kind)
            if not field.is_required():
                # Pydantic would write durations its own way.
                kind["default"] = written_default(field)
        properties[name] = {**kind, "description": field.description}
    return properties


def _list_of_groups(item: type[BaseModel], schema: dict[str, Any]) -> dict[str, Any]:
    """Describe a list of groups: no other level can set what an item lacks."""
    (listed,) = (choice for choice in schema["anyOf"] if choice["type"] == "array")
    required = [name for name, field in fields_of(item).items() if field.is_required()]
    properties = _properties(item, item.model_json_schema(by_alias=True))
    items = {**_mapping(properties), "required": required}
    return {**schema, "anyOf": [{**listed, "items": items}, {"type": "null"}]}
