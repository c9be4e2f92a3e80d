"""Asking all stores, each once, and again where it could not be reached."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from oracle_backup.domain.watch.subjects import StoreAnswer, StoreSilence
from oracle_backup.errors import (
    ConfigError,
    StoreKeyError,
    StoreUnreachableError,
)
from oracle_backup.hooks import survey
from oracle_backup.hooks.survey import survey_stores
from support.memory_store import InMemoryArchiveStore
from support.watch import NAS, OFF, make_watched, make_watched_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

AWAY = StoreUnreachableError("Cannot reach the store.", hint="Wait.")
WATCHED = make_watched(make_watched_schema(stores=(NAS, OFF)))


class Hooks:
    """What opens stores: a list of errors to raise first, by the store's name."""

    def __init__(self) -> None:
        self.errors: dict[str, list[Exception]] = {}
        self.opened: list[str] = []
        self.missing: set[str] = set()

    def hook(self, store: Any) -> Any:
        if store.name in self.missing:
            raise ConfigError("There is no such connection.")
        return Hook(self, store.name)


class Hook:
    def __init__(self, hooks: Hooks, name: str) -> None:
        self._hooks = hooks
        self._name = name

    @contextmanager
    def store(self) -> Iterator[InMemoryArchiveStore]:
        self._hooks.opened.append(self._name)
        waiting = self._hooks.errors.get(self._name, [])
        if waiting:
            raise waiting.pop(0)
        yield InMemoryArchiveStore(label=self._name)


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Hooks:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = Hooks()
    monkeypatch.setattr(survey, "_hook", found.hook)
    return found


def ask(*, pauses: tuple[float, ...] = (), slept: list[float] | None = None, **changes: Any) -> Any:
    values = {"timeout_seconds": 60.0, "whole": True} | changes
    sleep = ([] if slept is None else slept).append
    return survey_stores(WATCHED, pauses=pauses, sleep=sleep, **values)


def test_each_store_is_asked_once(hooks: Hooks):
    told: list[tuple[int, int]] = []

    answers = ask(tell=lambda count, total: told.append((count, total)))

    assert list(answers) == [NAS.place, OFF.place]
    assert all(isinstance(one, StoreAnswer) for one in answers.values())
    assert sorted(hooks.opened) == ["nas", "off"]
    assert told[0] == (0, 2)


def test_store_that_could_not_be_reached_is_asked_again_after_each_pause(hooks: Hooks):
    hooks.errors["nas"] = [AWAY, AWAY]
    slept: list[float] = []

    answers = ask(pauses=(5.0, 20.0), slept=slept)

    assert isinstance(answers[NAS.place], StoreAnswer)
    assert slept == [5.0, 20.0]


def test_store_that_stays_away_is_silent(hooks: Hooks):
    hooks.errors["nas"] = [AWAY, AWAY]

    answers = ask(pauses=(5.0,))

    assert answers[NAS.place] == StoreSilence(error="Cannot reach the store. Wait.", cause="link")
    assert isinstance(answers[OFF.place], StoreAnswer)


def test_what_does_not_pass_by_itself_is_not_tried_again(hooks: Hooks):
    hooks.errors["nas"] = [StoreKeyError("The key has changed.")]

    answers = ask(pauses=(5.0,))

    assert answers[NAS.place].cause == "StoreKeyError"
    assert hooks.opened.count("nas") == 1


def test_connection_that_is_not_there_stops_no_other(hooks: Hooks):
    hooks.missing.add("nas")

    answers = ask()

    assert list(answers) == [NAS.place, OFF.place]
    assert answers[NAS.place].cause == "ConfigError"
    assert isinstance(answers[OFF.place], StoreAnswer)


def test_store_that_hangs_is_given_up_and_holds_up_no_other(
    hooks: Hooks, monkeypatch: pytest.MonkeyPatch
):
    free = threading.Event()
    original = Hook.store

    @contextmanager
    def hang(self: Hook) -> Iterator[Any]:
        if self._name == "nas":
            free.wait(60)
        with original(self) as store:
            yield store

    monkeypatch.setattr(Hook, "store", hang)
    try:
        answers = ask(timeout_seconds=0.5, hint="Its server hangs.")
    finally:
        free.set()

    assert answers[NAS.place].cause == "link"
    assert "Its server hangs." in answers[NAS.place].error
    assert isinstance(answers[OFF.place], StoreAnswer)


def test_mistake_of_our_own_is_told_and_logged(hooks: Hooks, caplog: pytest.LogCaptureFixture):
    hooks.errors["nas"] = [KeyError("odd")]

    answers = ask()

    assert answers[NAS.place] == StoreSilence(error="KeyError: 'odd'", cause="KeyError")
    assert "could not be asked" in caplog.text
