"""How do figures become Prometheus's text format?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """
    One figure of many things.

    :param help: what it is, in a line.
    :param samples: labels and value of each.
    """

    name: str
    help: str
    samples: Sequence[tuple[Mapping[str, str], float]]


def render_metrics(gauges: Sequence[Gauge]) -> str:
    """Return the text of an exposition. A gauge without samples is left out."""
    lines: list[str] = []
    for gauge in gauges:
        if not gauge.samples:
            continue
        lines.append(f"# HELP {gauge.name} {_escaped(gauge.help)}")
        lines.append(f"# TYPE {gauge.name} gauge")
        lines += [
            f"{gauge.name}{_labels(labels)} {_number(value)}" for labels, value in gauge.samples
        ]
    return "".join(f"{line}\n" for line in lines)


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    inside = ",".join(
        '{}="{}"'.format(name, _escaped(value).replace('"', '\\"'))
        for name, value in labels.items()
    )
    return f"{{{inside}}}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
