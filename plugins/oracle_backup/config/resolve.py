"""What holds for one schema, or else everything that is wrong with it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from oracle_backup.config.merge import Level, Merged, merge_levels
from oracle_backup.config.model import Options
from oracle_backup.config.options import all_options, example_of, groups
from oracle_backup.config.problems import Problem
from oracle_backup.config.sense import check_sense
from oracle_backup.config.wording import describe


def resolve(levels: Sequence[Level]) -> tuple[Options | None, tuple[Problem, ...]]:
    """
    Merge the levels of one schema and validate what comes out.

    :param levels: defaults, database, schema. What is missing is looked for in the last.

    :returns: the options, or None and all problems: those of shape, and those of sense that do
        not follow from them.
    """
    merged = merge_levels(levels)
    values = _with_every_group(merged.options)
    errors: list[ErrorDetails] = []
    try:
        options = Options.model_validate(values)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        options = Options.model_validate(_mended(values, errors))
    problems = [
        *(_shape_problem(error, merged=merged, nearest=levels[-1]) for error in errors),
        *_sense_problems(options, errors, merged=merged, nearest=levels[-1]),
    ]
    return (None if problems else options), tuple(problems)


def _with_every_group(options: Mapping[str, object]) -> dict[str, Any]:
    """Treat an empty group like an absent one; of a required one, its options are named."""
    values = dict(options)
    for name, field in groups().items():
        if values.get(name) in (None, {}):
            values.pop(name, None)
            if field.is_required():
                values[name] = {}
    if values.get("stores") is None:
        values.setdefault("store", {})
    return values


def _shape_problem(error: ErrorDetails, *, merged: Merged, nearest: Level) -> Problem:
    if error["type"] == "missing" and not _in_list(error):
        return Problem((*nearest.path, *error["loc"]), describe(error))
    return Problem(merged.place_of(error["loc"], otherwise=nearest.path), describe(error))


def _sense_problems(
    options: Options, errors: Sequence[ErrorDetails], *, merged: Merged, nearest: Level
) -> Iterator[Problem]:
    mended = {_option_of(error) for error in errors}
    # An unknown option may be meant to be any of its group.
    mended |= {_option_of(error)[:1] for error in errors if error["type"] == "extra_forbidden"}
    if ("stores",) in mended:
        mended.add(("store",))
    for finding in check_sense(options):
        # What stands in for a wrong option proves nothing.
        involved = [tuple(takewhile(_is_name, path)) for path in finding.involved]
        if not any(path in mended or path[:1] in mended for path in involved):
            place = merged.place_of(finding.option, otherwise=nearest.path)
            yield Problem(place, finding.text)


def _mended(values: Mapping[str, Any], errors: Sequence[ErrorDetails]) -> dict[str, Any]:
    """Replace what is wrong by what is harmless, so that the rest can be checked for sense."""
    mended = {
        name: dict(value) if isinstance(value, dict) else value for name, value in values.items()
    }
    for error in errors:
        option = _option_of(error)
        if option[0] in groups() and len(option) == 1:
            mended[option[0]] = {}
            continue
        group = mended[option[0]] if len(option) == 2 else mended
        group.pop(option[-1], None)
    for option, field in all_options().items():
        if field.is_required() and not (option[0] == "store" and mended.get("stores")):
            group = mended.setdefault(option[0], {}) if len(option) == 2 else mended
            group.setdefault(option[-1], example_of(field))
    return mended


def _option_of(error: ErrorDetails) -> tuple[str, ...]:
    """Give the option an error is about: at most a group and an option, nothing in a list."""
    return tuple(str(part) for part in takewhile(_is_name, error["loc"]))[:2]


def _in_list(error: ErrorDetails) -> bool:
    return not all(map(_is_name, error["loc"]))


def _is_name(part: int | str) -> bool:
    return isinstance(part, str)
