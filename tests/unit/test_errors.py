"""The tree of errors: what its docstring says is what the classes are."""

from __future__ import annotations

import inspect
import re

import pytest

from oracle_backup import errors
from oracle_backup.errors import RETRIED, BackupError, ConfigError, PreflightError

CLASSES = {
    name: one
    for name, one in vars(errors).items()
    if inspect.isclass(one) and issubclass(one, BackupError)
}
_LINE = re.compile(r"(?P<indent>[│ ├└─]*)(?P<name>[A-Z]\w+Error)\s*(?P<rest>.*)")


def _documented() -> dict[str, tuple[str | None, str]]:
    """Return each class of the docstring's tree with its parent and what is said of it."""
    found: dict[str, tuple[str | None, str]] = {}
    open_at: dict[int, str] = {}
    for line in errors.__doc__.splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        depth = len(match["indent"]) // 4
        open_at[depth] = match["name"]
        found[match["name"]] = (open_at.get(depth - 1), match["rest"])
    return found


DOCUMENTED = _documented()


def make_error(kind: type[BackupError], message: str = "It broke.", hint: str = "") -> BackupError:
    needs_problems = issubclass(kind, PreflightError)
    return kind(message, hint=hint, **({"problems": ("one",)} if needs_problems else {}))


def test_docstring_lists_every_class_and_no_other() -> None:
    assert set(DOCUMENTED) == set(CLASSES)
    assert len(CLASSES) > 25


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_docstring_shows_each_class_below_its_parent(name: str) -> None:
    parent, _ = DOCUMENTED[name]

    assert CLASSES[name].__base__.__name__ == (parent or "Exception")


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_docstring_tells_whether_each_class_is_retried(name: str) -> None:
    _, rest = DOCUMENTED[name]
    said = rest.split()[-1] if rest.endswith(("retried", "never")) else None
    if rest.endswith("never retried"):
        said = "never"
    is_group = any(one.__base__ is CLASSES[name] for one in CLASSES.values())

    assert said is not None or is_group
    assert issubclass(CLASSES[name], RETRIED) is (said == "retried")


def test_retried_names_no_class_below_which_another_is_never_retried() -> None:
    below = {one for one in CLASSES.values() if issubclass(one, RETRIED)}

    assert below == set(RETRIED)


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_each_class_keeps_message_and_hint_apart(name: str) -> None:
    error = make_error(CLASSES[name], message="It broke.", hint="Mend it.")

    assert str(error).startswith("It broke.")
    assert str(error).endswith("Mend it.")
    assert error.hint == "Mend it."
    assert error.message.startswith("It broke.")
    assert "Mend it." not in error.message
    assert CLASSES[name].__doc__


def test_error_without_hint_ends_with_its_message() -> None:
    assert str(BackupError("It broke.")) == "It broke."
    assert BackupError("It broke.").hint == ""


def test_error_reads_as_one_paragraph() -> None:
    assert str(BackupError("It broke.", hint="Mend it.")) == "It broke. Mend it."


def test_config_error_lists_problems_on_lines_of_their_own() -> None:
    error = ConfigError("Two problems:", problems=("a: wrong", "b: wrong"), hint="Mend both.")

    assert str(error) == "Two problems:\n  a: wrong\n  b: wrong\nMend both."
    assert error.problems == ("a: wrong", "b: wrong")
    assert error.hint == "Mend both."


def test_config_error_without_problems_is_one_line() -> None:
    assert str(ConfigError("No file.", hint="Make one.")) == "No file. Make one."
    assert ConfigError("No file.").problems == ()


def test_preflight_error_lists_problems_as_points() -> None:
    error = PreflightError("Not ready:", problems=("no space", "no tool"), hint="Mend both.")

    assert str(error) == "Not ready:\n  - no space\n  - no tool\nMend both."
    assert str(PreflightError("Not ready:", problems=("no tool",))) == "Not ready:\n  - no tool"
    assert error.problems == ("no space", "no tool")


def test_remote_command_error_carries_the_exit_code() -> None:
    assert errors.RemoteCommandError("It ended.", exit_code=3).exit_code == 3
    assert errors.RemoteCommandError("It ended.").exit_code is None
