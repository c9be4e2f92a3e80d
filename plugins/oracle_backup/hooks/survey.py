"""
What is on all stores that are looked after? They are asked side by side, each once.

`status` on the command line and the watchdog both ask this way.
"""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from oracle_backup.adapters.catalogue import CatalogueCache, survey_store
from oracle_backup.adapters.side_by_side import NoAnswerError, ask_side_by_side
from oracle_backup.domain.watch.subjects import StoreAnswer, StoreSilence
from oracle_backup.errors import RETRIED, BackupError, StoreUnreachableError
from oracle_backup.hooks.store import ArchiveStoreHook

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_backup.domain.watch.subjects import Watched, WatchedStore

log = logging.getLogger(__name__)

PAUSES_SECONDS: Final = (5.0, 20.0)
"""
Before each further try at a store that could not be reached. One that fails once and answers a
moment later is no alarm; what is wrong with its login or its key is one at once.
"""


def survey_stores(
    watched: Watched,
    *,
    timeout_seconds: float,
    whole: bool,
    pauses: tuple[float, ...] = (),
    hint: str = "Try a longer --timeout.",
    tell: Callable[[int, int], object] = lambda _count, _total: None,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, StoreAnswer | StoreSilence]:
    """
    Ask every store, and return by its place what it holds, or why it could not be asked.

    :param timeout_seconds: how long all of them have together; one that hangs holds up no other.
    :param whole: whether folders that the config does not know are looked into as well.
    :param pauses: seconds before each further try at one that can't be reached.
    :param hint: what to do about one that has not answered in time.
    :param tell: told how many have answered, of how many.
    """
    stores = watched.stores()
    # Connections are looked up here: a task's line to Airflow is for one thread.
    hooks: dict[str, ArchiveStoreHook] = {}
    found: dict[str, StoreAnswer | StoreSilence] = {}
    for place, store in stores.items():
        try:
            hooks[place] = _hook(store)
        except BackupError as error:
            found[place] = _silence(error)
    answers = ask_side_by_side(
        {
            place: partial(
                _survey, hook, watched.folders(place), whole=whole, pauses=pauses, sleep=sleep
            )
            for place, hook in hooks.items()
        },
        timeout_seconds=timeout_seconds,
        hint=hint,
        tell=lambda count: tell(count, len(hooks)),
    )
    for place, answer in answers.items():
        found[place] = _silence(answer) if isinstance(answer, Exception) else answer
    return {place: found[place] for place in stores}


def _hook(store: WatchedStore) -> ArchiveStoreHook:
    return ArchiveStoreHook(
        store.conn_id, path=store.path, bandwidth_limit_bytes=store.bandwidth_limit_bytes
    )


def _survey(
    hook: ArchiveStoreHook,
    folders: list[str],
    *,
    whole: bool,
    pauses: tuple[float, ...],
    sleep: Callable[[float], None],
) -> StoreAnswer:
    for seconds in pauses:
        try:
            return _ask(hook, folders, whole=whole)
        except RETRIED as error:
            log.warning("%s It is asked again in %.0f s.", error, seconds)
            sleep(seconds)
    return _ask(hook, folders, whole=whole)


def _ask(hook: ArchiveStoreHook, folders: list[str], *, whole: bool) -> StoreAnswer:
    with hook.store() as store:
        return survey_store(store, folders, whole=whole, cache=CatalogueCache.of_store(store.label))


def _silence(error: Exception) -> StoreSilence:
    if not isinstance(error, BackupError):
        log.error("A store could not be asked.", exc_info=error)
        return StoreSilence(error=f"{type(error).__name__}: {error}", cause=type(error).__name__)
    # A store that is away is told as one alarm, whether it refuses, hangs up or says nothing.
    is_away = isinstance(error, (StoreUnreachableError, NoAnswerError))
    return StoreSilence(error=str(error), cause="link" if is_away else type(error).__name__)
