"""What did the caller ask of expdp, impdp, exp or imp, on the command line and in a parameter file?

One grammar for both, as Oracle's: values are parted by commas or blanks, a newline in a parameter
file is a comma, and a word that is not followed by ``=`` is one more value of the parameter before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

_DATAPUMP = (
    "access_method attach* cluster* compression compression_algorithm content dumpfile* directory "
    "encryption encryption_algorithm encryption_mode encryption_password encryption_pwd_prompt "
    "exclude* full help include* job_name keep_master logfile logtime metrics network_link "
    "nologfile parallel parfile query* remap_data* schemas* service_name source_edition status "
    "tables* tablespaces* trace transport_tablespaces* userid version views_as_tables* "
)
_PARAMETERS = {
    "expdp": _DATAPUMP + "abort_step estimate estimate_only filesize flashback_scn flashback_time "
    "reuse_dumpfiles sample* transport_full_check transportable checksum checksum_algorithm",
    "impdp": _DATAPUMP
    + "data_options partition_options remap_datafile* remap_schema* remap_table* "
    "remap_tablespace* reuse_datafiles skip_unusable_indexes sqlfile streams_configuration "
    "table_exists_action target_edition transform* transport_datafiles* flashback_scn "
    "flashback_time master_only verify_only verify_checksum",
    "exp": "userid buffer compress consistent constraints direct feedback file* filesize "
    "flashback_scn flashback_time full grants help indexes log object_consistent owner* parfile "
    "query record resumable rows statistics tables* tablespaces* transport_tablespace triggers",
    "imp": "userid buffer commit constraints data_only destroy feedback file* fromuser* full "
    "grants help ignore indexes indexfile log parfile rows show skip_unusable_indexes statistics "
    "tables* tablespaces* touser* transport_tablespace",
}
_SINCE = dict.fromkeys(("checksum", "checksum_algorithm", "verify_only", "verify_checksum"), 21)
"""Parameters that an older Data Pump does not know, with the release that brought them."""
LEGACY = {
    "expdp": {
        "file*": "dumpfile",
        "log": "logfile",
        "owner*": "schemas",
        "consistent": "",
        "rows": "",
    },
    "impdp": {
        "file*": "dumpfile",
        "log": "logfile",
        "fromuser*": "schemas",
        "ignore": "",
        "rows": "",
    },
}
_REPEATABLE = {"include", "exclude", "query", "remap_schema", "remap_table", "remap_tablespace"}


class ParameterError(Exception):
    """The command cannot be read; `lines` is what the tool prints."""

    def __init__(self, *lines: str) -> None:
        super().__init__(lines[0])
        self.lines = lines


@dataclass(slots=True)
class Request:
    """Everything that was asked, and how it was spelled."""

    tool: str
    release: int
    values: dict[str, list[str]] = field(default_factory=dict)
    legacy: list[tuple[str, str, str]] = field(default_factory=list)
    parfile_entries: list[tuple[str, str]] = field(default_factory=list)
    arguments: tuple[str, ...] = ()

    def one(self, name: str, default: str | None = None) -> str | None:
        """Return the single value of a parameter."""
        return self.values[name][0] if self.values.get(name) else default

    def many(self, name: str) -> list[str]:
        """Return all values of a parameter."""
        return self.values.get(name, [])

    def yes(self, name: str) -> bool:
        """Return whether a parameter says YES."""
        return (self.one(name) or "").upper() in {"YES", "Y", "TRUE"}


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    names: bool  # an equals sign follows


def parse(tool: str, arguments: list[str], *, release: int = 19) -> Request:
    """Read the command line and the parameter file it names, as the tool of a release does.

    Raise ParameterError.
    """
    request = Request(tool, release, arguments=tuple(arguments))
    # The shell has taken the quotes off an argument with blanks, as in '"/ as sysdba"'.
    words: list[_Word] = []
    for item in arguments:
        words += [_Word(item, names=False)] if _is_login(item) else _words(item)
    if words and not words[0].names:
        request.values["userid"] = [words.pop(0).text]
    _settle(request, words, place="Command Line")
    return request


def _settle(request: Request, words: list[_Word], *, place: str) -> None:
    """Put the words into the request; what comes later wins."""
    name = ""
    fresh: set[str] = set()
    for position, word in enumerate(words):
        if word.names:
            name = _canonical(request, word.text, place)
            if name not in fresh and not (name in _REPEATABLE and name in request.values):
                request.values[name] = []
            fresh.add(name)
            continue
        if not name:
            raise ParameterError(f"LRM-00108: invalid positional parameter value '{word.text}'")
        if request.values[name] and not _takes_many(request.tool, name):
            raise ParameterError(f"LRM-00112: multiple values not allowed for parameter '{name}'")
        request.values[name].append(word.text)
        last = position + 1 == len(words) or words[position + 1].names
        if name == "parfile" and last:
            _read_parfile(request, place)


def _read_parfile(request: Request, place: str) -> None:
    (path,) = request.values.pop("parfile")
    if place != "Command Line":
        raise ParameterError("LRM-00105: 'parfile' is not a legal parameter in a parameter file")
    try:
        text = Path(path).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        raise ParameterError(
            f"LRM-00109: could not open parameter file '{path}'",
            "LRM-00113: error when processing file '" + path + "'",
        ) from None
    try:
        _settle(request, _words(text), place="Parameter File")
    except ParameterError as error:
        trailer = f"LRM-00113: error when processing file '{path}'"
        raise ParameterError(*error.lines, trailer) from None
    request.parfile_entries = _entries(text)


def _canonical(request: Request, word: str, place: str) -> str:
    name = word.lower()
    known = [
        item for item in _names(_PARAMETERS[request.tool]) if _SINCE.get(item, 0) <= request.release
    ]
    legacy = LEGACY.get(request.tool, {})
    if name in known:
        return name
    if name in _names(" ".join(legacy)):
        current = legacy.get(name) or legacy.get(name + "*") or ""
        request.legacy.append((name, current, place))
        return current or name
    candidates = [item for item in known if item.startswith(name)]
    if len(candidates) == 1:
        return candidates[0]
    code = (
        "LRM-00107: abbreviation '{}' not unique"
        if candidates
        else "LRM-00101: unknown parameter name '{}'"
    )
    raise ParameterError(code.format(word))


def parameter_names(tool: str) -> list[str]:
    """Return the names of a tool's parameters."""
    return sorted(_names(_PARAMETERS[tool]))


def _names(text: str) -> dict[str, bool]:
    """Return each parameter with whether it takes several values (the asterisk)."""
    return {item.rstrip("*"): item.endswith("*") for item in text.split()}


def _takes_many(tool: str, name: str) -> bool:
    return _names(_PARAMETERS[tool]).get(name, True)


def _is_login(argument: str) -> bool:
    return bool(re.fullmatch(r"/?[^=]*\s+as\s+sys\w+", argument, re.IGNORECASE))


def _words(text: str) -> list[_Word]:
    """Split into words; quotes round a whole value go, quotes inside one stay."""
    words: list[_Word] = []
    position = 0
    while position < len(text):
        char = text[position]
        if char in " \t\r\n,()":
            position += 1
        elif char == "#":
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
        elif char == "\\" and text[position + 1 : position + 2] in ("\n", "\r"):
            position += 2
        elif char == "=":
            if words and not words[-1].names:
                words[-1] = _Word(words[-1].text, names=True)
            position += 1
        elif char in "'\"":
            position = _quoted_value(text, position, words)
        else:
            position = _bare_value(text, position, words)
    return words


def _quoted_value(text: str, start: int, words: list[_Word]) -> int:
    end = _closing(text, start)
    following = text[end + 1 : end + 2]
    if not following or following in " \t\r\n,)":
        inner = text[start + 1 : end]
        words.append(_Word(inner.replace("''", "'") if text[start] == "'" else inner, names=False))
        return end + 1
    return _bare_value(text, start, words)


def _bare_value(text: str, start: int, words: list[_Word]) -> int:
    """Take a word that may hold quoted pieces and parentheses, as TABLE:"IN ('A')" does."""
    position, depth = start, 0
    while position < len(text):
        char = text[position]
        if char == "\\" and text[position + 1 : position + 2] in ("'", '"'):
            position += 2
            continue
        if char in "'\"":
            position = _closing(text, position)
        elif char == "(":
            depth += 1
        elif char == ")":
            if depth == 0:
                break
            depth -= 1
        elif (depth == 0 and char in " \t\r\n,") or (
            char == "=" and re.fullmatch(r"[A-Za-z_]+", text[start:position])
        ):
            break
        position += 1
    words.append(_Word(re.sub(r"\\(['\"])", r"\1", text[start:position]), names=False))
    return position


def _closing(text: str, start: int) -> int:
    quote, position = text[start], start + 1
    while True:
        end = text.find(quote, position)
        if end < 0:
            value = text[start + 1 :].split("\n", 1)[0]
            raise ParameterError(f"LRM-00111: no closing quote for value '{value[:30]}'")
        if quote == "'" and text[end + 1 : end + 2] == "'":  # a doubled quote is one of the value
            position = end + 2
            continue
        return end


def _entries(text: str) -> list[tuple[str, str]]:
    """Return name and value of each line, for the copy of the file that the log shows."""
    joined = re.sub(r"\\\r?\n", "", text)
    lines = (line.strip() for line in joined.splitlines())
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return [(name.strip().lower(), value.strip()) for name, value in pairs]
