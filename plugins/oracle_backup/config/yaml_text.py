"""
What does a YAML text say, and where does it say something twice?

Narrower than PyYAML's own loader, so that nothing in the file means something else than it shows:

* YAML 1.2's words only: ``no`` and ``on`` are text, ``1:30`` is no number, ``007`` is no octal.
* Keys are always text, as written: a schema called NO is not ``false``.
* No tags, no anchors and aliases, no merge keys: ``defaults`` are how options are shared.
* Lines end with a line feed or a carriage return. YAML 1.1's other line ends, which nobody sees,
  are signs like any other; PyYAML would make blanks of them.
* A key that stands twice is a problem with its path and both lines; the first one is kept.

No message quotes the file's text, which may hold a password in the wrong place.
"""

from __future__ import annotations

import re

import yaml

from oracle_backup.config.problems import Place, Problem
from oracle_backup.errors import ConfigError

_MAP = "tag:yaml.org,2002:map"
_SEQ = "tag:yaml.org,2002:seq"
_NULL = "tag:yaml.org,2002:null"
_BOOL = "tag:yaml.org,2002:bool"
_INT = "tag:yaml.org,2002:int"
_FLOAT = "tag:yaml.org,2002:float"
_STR = "tag:yaml.org,2002:str"

_UNSEEN_BREAKS = "\x85\u2028\u2029"
_STAND_INS = "\ufdd0\ufdd1\ufdd2"
"""Of the code points that Unicode keeps free for a program's own use, and no text may hold."""
_HIDDEN = str.maketrans(_UNSEEN_BREAKS, _STAND_INS)
_SHOWN = str.maketrans(_STAND_INS, _UNSEEN_BREAKS)

_WAY_OUT = {
    "alias": "Text that begins with * or & stands in quotes, a cron string for one.",
    "anchor": "Text that begins with * or & stands in quotes, a cron string for one.",
    "'@'": "Text that begins with @ stands in quotes.",
    "'%'": "Text that begins with % stands in quotes.",
    "'\\t'": "Indent with blanks, not with tabs.",
}


class _Loader(yaml.SafeLoader):
    """Composes nodes; values are made from them below."""

    # PyYAML keeps its resolvers in the class: an empty dict drops all of YAML 1.1's.
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="found an alias", problem_mark=mark)
        if event.anchor is not None:
            raise yaml.MarkedYAMLError(problem="found an anchor", problem_mark=mark)
        return super().compose_node(parent, index)


_Loader.add_implicit_resolver(_NULL, re.compile(r"^(~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver(
    _BOOL, re.compile(r"^(true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(_INT, re.compile(r"^-?(0|[1-9][0-9]{0,17})$"), list("-0123456789"))
_Loader.add_implicit_resolver(
    _FLOAT, re.compile(r"^-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}$"), list("-0123456789")
)


def parse_yaml(text: str, *, name: str) -> tuple[object, tuple[Problem, ...]]:
    """
    Turn YAML into dicts, lists and scalars.

    :param name: the file's name, for messages.

    :returns: the value, and a problem for each key that stands twice.
    :raises ConfigError: the text is not YAML, or is YAML of a kind that is not read.
    """
    try:
        if taken := re.search(f"[{_STAND_INS}]", text):
            raise _control_character(text, taken.start(), name)
        node = _Loader(text.translate(_HIDDEN)).get_single_node()
        problems: list[Problem] = []
        value = None if node is None else _value(node, (), problems)
    except yaml.MarkedYAMLError as error:
        raise _config_error(error, name) from None
    except yaml.reader.ReaderError as error:
        raise _control_character(text, error.position, name) from None
    except RecursionError:
        raise ConfigError(
            f"{name} cannot be read as YAML: it is nested too deeply.", hint="Use fewer levels."
        ) from None
    return value, tuple(problems)


def _value(node: yaml.Node, path: Place, problems: list[Problem]) -> object:
    if isinstance(node, yaml.MappingNode) and node.tag == _MAP:
        return _mapping(node, path, problems)
    if isinstance(node, yaml.SequenceNode) and node.tag == _SEQ:
        return [_value(item, (*path, at), problems) for at, item in enumerate(node.value)]
    match node.tag:
        case "tag:yaml.org,2002:str":
            return _text(node)
        case "tag:yaml.org,2002:null":
            return None
        case "tag:yaml.org,2002:bool":
            return node.value.lower() == "true"
        case "tag:yaml.org,2002:int":
            return int(node.value)
        case "tag:yaml.org,2002:float":
            return float(node.value)
    raise yaml.MarkedYAMLError(problem="found a tag", problem_mark=node.start_mark)


def _text(node: yaml.Node) -> str:
    return str(node.value).translate(_SHOWN)


def _mapping(node: yaml.MappingNode, path: Place, problems: list[Problem]) -> dict[str, object]:
    values: dict[str, object] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        mark = key_node.start_mark
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.MarkedYAMLError(problem="found a key that is no text", problem_mark=mark)
        key = _text(key_node)
        if key == "<<" and key_node.style is None:
            raise yaml.MarkedYAMLError(problem="found a merge key", problem_mark=mark)
        value = _value(value_node, (*path, key), problems)
        if key in values:
            problems.append(
                Problem(
                    (*path, key),
                    f"stands twice, on line {lines[key]} and on line {mark.line + 1}; remove one",
                )
            )
            continue
        values[key] = value
        lines[key] = mark.line + 1
    return values


def _control_character(text: str, position: int, name: str) -> ConfigError:
    line = text.count("\n", 0, position) + 1
    return ConfigError(
        f"{name} cannot be read as YAML: line {line} has a control character.", hint="Remove it."
    )


def _config_error(error: yaml.MarkedYAMLError, name: str) -> ConfigError:
    # PyYAML's own text holds names of anchors and tags, and its mark holds the line itself.
    problem = re.sub(r"'(?!<)[^']{3,}'", "something", error.problem or "is cut off")
    mark = error.problem_mark or error.context_mark
    where = f" line {mark.line + 1}, column {mark.column + 1}:" if mark else ""
    said = f"{error.context or ''} {problem}"
    hint = next((way for sign, way in _WAY_OUT.items() if sign in said), "")
    if problem in {"found an alias", "found an anchor", "found a merge key"}:
        hint = f"Shared options stand under defaults. {hint}".strip()
    if problem == "found a tag":
        hint = "Text that begins with ! stands in quotes."
    return ConfigError(f"{name} cannot be read as YAML:{where} {problem}.", hint=hint)
