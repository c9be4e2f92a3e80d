"""
What may others rely on in a manifest? Its JSON Schema, made from the records themselves.

The sentences come from the records' docstrings. It describes what this release writes; a later one
may add fields, and a reader has to pass over those it does not know.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import types
import typing
from datetime import datetime
from typing import Any, Final

from oracle_backup.domain.manifest.model import LATER_FIELDS, VERSION, Manifest
from oracle_backup.domain.manifest.plain import MORE
from oracle_backup.domain.manifest.records import ArchiveRecord, Drill, Member, Verification

SCHEMA_ID: Final = "urn:oracle-backup:manifest:1"

_HEX_OF_32_BYTES: Final = {"pattern": "^[0-9a-f]{64}$"}
_NOT_NEGATIVE: Final = {"minimum": 0}
_INSTANT: Final = {
    "type": "string",
    "format": "date-time",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$",
}

_LIMITS: Final[dict[str, dict[str, Any]]] = {
    "verdict": {"enum": ["complete", "incomplete", "failed", "unknown"]},
    "tool": {"enum": ["expdp", "exp", ""]},
    "generation": {"minimum": 1},
    "size_bytes": _NOT_NEGATIVE,
    "sha256": _HEX_OF_32_BYTES,
    "body_sha256": _HEX_OF_32_BYTES,
    "start_header": _HEX_OF_32_BYTES,
    "crc32": {"minimum": 0, "maximum": 2**32 - 1},
    "level": {"minimum": 0, "maximum": 9},
    "method": {"enum": ["full", "hash", "size"]},
    "kind": {"enum": ["check", "import"]},
    "result": {"enum": ["passed", "failed"]},
    "tables": {"items": {"$ref": "#/$defs/TableRow"}},
}
"""What is known of a field beside its type."""

_TABLE_ROW: Final[dict[str, Any]] = {
    "type": "object",
    "description": "One table, partition or sub-partition that was written.",
    "properties": {
        "owner": {"type": ["string", "null"], "description": "Null where the log does not say."},
        "table": {"type": "string", "description": "The table's name."},
        "partition": {
            "type": ["string", "null"],
            "description": "Null where it was all of the table, or the log does not say.",
        },
        "subpartition": {
            "type": ["string", "null"],
            "description": "Null where it was no sub-partition, or the log does not say.",
        },
        "rows": {
            "type": "integer",
            **_NOT_NEGATIVE,
            "description": "How many rows were written.",
        },
        "size_bytes": {
            "type": ["integer", "null"],
            "description": "As Data Pump printed it, right to about three digits; exp prints none.",
        },
        "seconds": {
            "type": ["integer", "null"],
            "description": "How long it took, where the log says it.",
        },
    },
    "required": ["table", "rows"],
}

_PLAIN_TYPES: Final[dict[Any, dict[str, Any]]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    datetime: _INSTANT,
    types.NoneType: {"type": "null"},
}
_RECORDS: Final = (ArchiveRecord, Member, Verification, Drill)
_PARAM: Final = re.compile(r"^:param (\w+): (.*(?:\n(?!:).+)*)", re.MULTILINE)


def manifest_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a manifest."""
    version = {"const": VERSION, "description": "What this schema describes."}
    whole = _record(Manifest, known={"manifest_version": version})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "Manifest of an Oracle backup",
        **whole,
        "$defs": {kind.__name__: _record(kind) for kind in _RECORDS} | {"TableRow": _TABLE_ROW},
    }


def described_fields(kind: type) -> dict[str, str]:
    """Return what each field of a record means, by the docstrings."""
    said: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        for name, text in _PARAM.findall(inspect.cleandoc(one.__doc__ or "")):
            said[name] = _sentence(text)
    return {
        field.name: said[field.name] for field in dataclasses.fields(kind) if field.name != MORE
    }


def _record(kind: type, *, known: dict[str, Any] | None = None) -> dict[str, Any]:
    # The records import this name for the type checker only.
    hints = typing.get_type_hints(kind, localns={"datetime": datetime})
    properties = dict(known or {})
    for name, sentence in described_fields(kind).items():
        limits = _LIMITS.get(name, {})
        properties[name] = {**_form(hints[name]), **limits, "description": sentence}
    return {
        "type": "object",
        "description": _sentence(inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0]),
        "properties": properties,
        "required": [name for name in properties if name not in LATER_FIELDS],
    }


def _form(hint: Any) -> dict[str, Any]:
    """Return what a type looks like in JSON."""
    if hint in _PLAIN_TYPES:
        return dict(_PLAIN_TYPES[hint])
    if hint in _RECORDS:
        return {"$ref": f"#/$defs/{hint.__name__}"}
    inner = typing.get_args(hint)
    if typing.get_origin(hint) is dict:
        return {"type": "object"}
    if typing.get_origin(hint) is tuple:
        return {"type": "array", "items": _form(inner[0])}
    forms = [_form(one) for one in inner]
    if all(set(form) == {"type"} for form in forms):
        return {"type": [form["type"] for form in forms]}
    return {"anyOf": forms}


def _sentence(text: str) -> str:
    """Return a docstring's piece as one line that begins and ends like a sentence."""
    line = " ".join(text.split()).replace("``", "`")
    return f"{line[:1].upper()}{line[1:].rstrip('.')}."
