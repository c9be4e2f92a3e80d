"""
How long is "1y6mo"? Spans of the calendar, as retention rules are given in the config file.

They are restic's, and weeks. Only its bare ``6m`` is refused: in every other option of the file m
is minutes, and a history of six minutes is not one of six months.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from oracle_backup.config.values import refuse
from oracle_backup.domain.retention import Span

WRITTEN = (
    r"^(?![1-9][0-9]*m$)([1-9][0-9]{0,3}y)?([1-9][0-9]{0,4}mo?)?([1-9][0-9]{0,4}w)?"
    r"([1-9][0-9]{0,5}d)?([1-9][0-9]{0,6}h)?$"
)
"""Years, months, weeks, days, hours: each at most once, the longest first."""

_WEEK_DAYS = 7


def parse_keep_span(text: str) -> Span:
    """
    Turn ``1y6mo`` into a span.

    :raises ValueError: it is not a span, is nothing, or may be minutes.
    """
    if re.fullmatch(r"[1-9][0-9]*m", text):
        raise ValueError(
            f"must be a span whose months are written mo, as in {text}o; elsewhere m is minutes"
        )
    if not text or not re.fullmatch(WRITTEN, text):
        raise ValueError("must be a span such as 12h, 30d, 8w, 6mo or 1y6mo")
    amounts = {unit: int(amount) for amount, unit in re.findall(r"([0-9]+)([ymwdh])", text)}
    return Span(
        years=amounts.get("y", 0),
        months=amounts.get("m", 0),
        days=amounts.get("w", 0) * _WEEK_DAYS + amounts.get("d", 0),
        hours=amounts.get("h", 0),
    )


def render_keep_span(span: Span) -> str:
    """Write a span the way parse_keep_span reads it."""
    return str(span).replace("m", "mo")


def _read(value: object) -> Span:
    if isinstance(value, Span):
        return value
    if not isinstance(value, str):
        raise refuse("must be a span with its unit, such as 12h, 30d, 8w, 6mo or 1y6mo")
    try:
        return parse_keep_span(value)
    except ValueError as error:
        raise refuse(str(error)) from None


KeepSpan = Annotated[
    Span,
    BeforeValidator(_read),
    PlainSerializer(render_keep_span, return_type=str),
    WithJsonSchema({"type": "string", "pattern": WRITTEN, "minLength": 2}),
]
