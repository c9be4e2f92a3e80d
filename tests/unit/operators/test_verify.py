"""Each store's copy is looked at, also one that was found good before."""

from __future__ import annotations

import dataclasses
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from oracle_backup.domain.manifest import Manifest, Member
from oracle_backup.errors import CopyMissingError, IntegrityError, StoreUnreachableError
from oracle_backup.operators.stores import StorePlace
from oracle_backup.operators.verify import COPIES_KEY, VerifyOperator
from support.archives import make_archive
from support.builders import make_archive_record, make_manifest
from support.memory_store import InMemoryArchiveStore

if TYPE_CHECKING:
    from collections.abc import Iterator

ARCHIVE = "erp/HR/HR-20261123T020000Z.7z"
CONTENT, WRITTEN = make_archive({"HR.dmp": b"rows" * 1000})
RECORD = make_archive_record(
    size_bytes=WRITTEN.size_bytes,
    start_header=WRITTEN.start_header,
    body_sha256=WRITTEN.body_sha256,
    members=tuple(Member(**dataclasses.asdict(member)) for member in WRITTEN.members),
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlace(StorePlace):
    """A store of the config that lies in memory; None is one that is away."""

    memory: InMemoryArchiveStore | None

    def hook(self) -> Any:
        return SimpleNamespace(store=self._open)

    @contextmanager
    def _open(self) -> Iterator[InMemoryArchiveStore]:
        if self.memory is None:
            raise StoreUnreachableError(f"Cannot reach store {self.name}.")
        yield self.memory


def make_place(name: str, *, content: bytes | None = CONTENT, verify: str = "full") -> MemoryPlace:
    """Return a store that holds the archive as it was sent, or other content, or nothing."""
    store = InMemoryArchiveStore(label=name, hashes=True)
    if content is not None:
        part = store.open_part(ARCHIVE)
        part.write(content)
        store.finish(part)
        manifest = make_manifest(archive=RECORD, verified=None)
        store.write_text(f"{ARCHIVE}.json", manifest.to_json())
    return MemoryPlace(name=name, conn_id="nas", path="/backups", verify=verify, memory=store)


def manifest_on(place: MemoryPlace) -> Manifest:
    assert place.memory is not None
    return Manifest.from_json(place.memory.files[f"{ARCHIVE}.json"])


def verify(*places: MemoryPlace) -> tuple[dict[str, Any] | Exception, list[dict[str, Any]]]:
    """Run the task; return what it gave or raised, and what the report gets to know."""
    told: dict[str, Any] = {}
    operator = VerifyOperator(
        task_id="verify",
        archive={"archive": ARCHIVE, "location": "sftp://nas", "dump_bytes": 4000},
        stores=places,
    )
    ti = SimpleNamespace(xcom_push=lambda key, value: told.update({key: value}))
    result: dict[str, Any] | Exception
    try:
        result = operator.execute({"ti": ti})  # type: ignore[typeddict-item]  # all it asks for
    except (IntegrityError, CopyMissingError) as error:
        result = error
    return result, told[COPIES_KEY]


@pytest.mark.parametrize("method", ["full", "hash", "size"])
def test_good_copy_is_marked_with_how_it_was_verified(method: str) -> None:
    place = make_place("near", verify=method)

    result, copies = verify(place)

    assert result["verified"]  # type: ignore[index]  # it raised nothing
    assert copies == [{"store": "near", "method": method, "error": None}]
    verification = manifest_on(place).verified
    assert verification is not None
    assert verification.method == method


@pytest.mark.parametrize("method", ["full", "hash"])
def test_copy_with_a_flipped_bit_is_marked_damaged_and_never_verified(method: str) -> None:
    spoiled = CONTENT[:60] + bytes([CONTENT[60] ^ 1]) + CONTENT[61:]
    place = make_place("near", content=spoiled, verify=method)

    result, _ = verify(place)

    assert isinstance(result, IntegrityError)
    assert manifest_on(place).verified is None
    assert "other content" in manifest_on(place).damage


@pytest.mark.parametrize("method", ["full", "hash", "size"])
@pytest.mark.parametrize("content", [None, CONTENT[:-1]], ids=["gone", "shorter"])
def test_copy_that_was_verified_once_must_still_be_there(
    method: str, content: bytes | None
) -> None:
    """Whoever clears the task hears the truth, not what was true once."""
    place = make_place("near", verify=method)
    verify(place)
    assert place.memory is not None
    del place.memory.files[ARCHIVE]
    if content is not None:
        place.memory.files[ARCHIVE] = content

    result, copies = verify(place)

    assert isinstance(result, IntegrityError)
    assert copies[0]["method"] is None
    assert manifest_on(place).verified is None
    assert manifest_on(place).damage


def test_copy_that_was_verified_is_not_read_once_more() -> None:
    place = make_place("near")
    verify(place)
    first = manifest_on(place)
    assert first.verified is not None
    first_time = first.verified.time

    result, _ = verify(place)

    assert result["verified"]  # type: ignore[index]  # it raised nothing
    again = manifest_on(place).verified
    assert again is not None
    assert again.time == first_time < datetime.now(UTC)


def test_copy_that_is_missing_is_made_from_a_good_one() -> None:
    near, far = make_place("near"), make_place("far", content=None, verify="hash")

    result, copies = verify(near, far)

    assert result["verified"]  # type: ignore[index]  # it raised nothing
    assert [copy["method"] for copy in copies] == ["full", "hash"]
    assert far.memory is not None
    assert far.memory.files[ARCHIVE] == CONTENT


def test_store_that_is_away_makes_the_task_fail_and_stops_no_other() -> None:
    near, away = make_place("near"), dataclasses.replace(make_place("away"), memory=None)

    result, copies = verify(away, near)

    assert isinstance(result, CopyMissingError)
    assert "missing on away" in str(result)
    assert [bool(copy["error"]) for copy in copies] == [True, False]
    assert manifest_on(near).verified is not None
