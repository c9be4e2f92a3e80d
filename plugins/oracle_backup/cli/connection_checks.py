"""Which of the places a config names answer, when all are asked at once?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from oracle_backup.adapters.side_by_side import ask_side_by_side
from oracle_backup.cli.connection_questions import questions_of
from oracle_backup.cli.progress_bar import status_line
from oracle_backup.errors import BackupError

if TYPE_CHECKING:
    from oracle_backup.cli.connection_questions import Found, Question
    from oracle_backup.config.model import SchemaSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    A question, and what came of it.

    :param answer: None where the place could not be asked.
    :param error: why it could not.
    """

    question: Question
    answer: Found | None
    error: str = ""

    @property
    def state(self) -> str:
        """``ok``, ``wrong`` where it is not as the config says, or ``unreachable``."""
        if self.answer is None:
            return "unreachable"
        return "wrong" if self.answer.wrong else "ok"

    def in_words(self) -> str:
        """Return what came of it in a line, trouble first."""
        if self.answer is None:
            return self.error
        return "; ".join((*self.answer.wrong, *self.answer.says))

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "kind": self.question.kind,
            "connection": self.question.name,
            "state": self.state,
            "says": list(self.answer.says) if self.answer else [],
            "wrong": list(self.answer.wrong) if self.answer else [],
            "error": self.error or None,
            "used_by": list(self.question.used_by),
        }


def ask_all(
    schemas: tuple[SchemaSettings, ...], *, timeout_seconds: int, stream: TextIO
) -> list[Asked]:
    """
    Ask all places the schemas use, side by side, and return what came of it.

    :param stream: where a line tells how far it is, if that is a terminal.
    """
    questions = questions_of(schemas, timeout_seconds=timeout_seconds)
    _import_first()
    with status_line(stream) as draw:
        answers = ask_side_by_side(
            {position: question.ask for position, question in enumerate(questions)},
            timeout_seconds=timeout_seconds,
            tell=lambda count: draw(f"{count} of {len(questions)} have answered"),
        )
    return [
        Asked(question=question, answer=None, error=_in_words(answer))
        if isinstance(answer, Exception)
        else Asked(question=question, answer=answer)
        for question, answer in zip(questions, answers.values(), strict=True)
    ]


def _import_first() -> None:
    """Import what the questions need: threads that import the same at once may lock each other."""
    from oracle_backup.adapters import oracle_database, ssh_cipher, ssh_shell  # noqa: F401
    from oracle_backup.hooks import database, host, mail, store  # noqa: F401


def _in_words(error: Exception) -> str:
    if isinstance(error, BackupError):
        return str(error)
    # A connection may hold anything, and what a provider makes of it is not foreseen.
    return f"{type(error).__name__}: {error}. Look at the connection's fields."
