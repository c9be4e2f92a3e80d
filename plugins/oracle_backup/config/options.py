"""Which options does the model have, by their names in the file?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from oracle_backup.config.duration import render_duration
from oracle_backup.config.model import Options


def written_name(name: str, field: FieldInfo) -> str:
    """Give an option's name in the file, which for ``from`` is not the one in Python."""
    return field.alias or name


def group_of(field: FieldInfo) -> type[BaseModel] | None:
    """Give the model of an option that is a group of options, required or not."""
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


def item_group_of(field: FieldInfo) -> type[BaseModel] | None:
    """Give the model of the items of an option that is a list of groups."""
    return None if group_of(field) else next(_models_in(field.annotation), None)


def _models_in(kind: object) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for inner in get_args(kind):
        yield from _models_in(inner)


def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Give the options of a model by their names in the file."""
    return {written_name(name, field): field for name, field in model.model_fields.items()}


def written_default(field: FieldInfo) -> object:
    """Give the default of an option that is not required, as it would stand in the file."""
    default = field.get_default(call_default_factory=True)
    if isinstance(default, timedelta):
        return render_duration(default)
    return list(default) if isinstance(default, tuple) else default


def example_of(field: FieldInfo) -> object:
    """Give a value an option may have, as it would stand in the file."""
    return (field.examples or [None])[0]


@cache
def all_options() -> dict[tuple[str, ...], FieldInfo]:
    """Give every option that is not a group, by its path."""
    return dict(_walk(Options, ()))


@cache
def groups() -> dict[str, FieldInfo]:
    """Give every group by its name."""
    return {name: field for name, field in fields_of(Options).items() if group_of(field)}


def _walk(
    model: type[BaseModel], prefix: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    for name, field in fields_of(model).items():
        group = group_of(field)
        if group is None:
            yield (*prefix, name), field
        else:
            yield from _walk(group, (*prefix, name))
