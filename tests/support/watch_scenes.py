"""Every kind of trouble on a real store or in a real config file, and how it is mended."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from oracle_backup.domain.manifest import Drill
from oracle_backup.domain.watch.alarm import Kind
from support.kept_backups import keep_backup, read_manifest, write_manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOBODY_LISTENS = 1
"""A port."""


class Scene(Protocol):
    """A config file, and the folder that its store's path is."""

    config: Path

    @property
    def store(self) -> Path: ...

    def configure(self, schemas: dict[str, Any], **options: Any) -> None:
        """Write a config with these schemas, and options for all of them."""

    def set_connections(self, **changes: dict[str, Any]) -> None:
        """Write the lab's connections, some with other fields."""


def hours_ago(hours: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) - timedelta(hours=hours)


def keep(scene: Scene, hours: float, *, schema: str = "HR", **changes: Any) -> Path:
    """Put a backup there whose data are so many hours old."""
    return keep_backup(scene.store, schema=schema, moment=hours_ago(hours), **changes)


def make_config_old(scene: Scene, *, days: float = 30) -> None:
    """Let the config file be one that nobody has changed for long."""
    moment = hours_ago(24 * days).timestamp()
    os.utime(scene.config, (moment, moment))


def configure(scene: Scene, schemas: dict[str, Any], **options: Any) -> None:
    """Write a config that is old already."""
    scene.configure(schemas, **options)
    make_config_old(scene)


def set_right(scene: Scene) -> None:
    """Mend everything: one schema, one good young backup, a store that answers."""
    for path in scene.store.parent.iterdir():
        shutil.rmtree(path)
    scene.set_connections()
    configure(scene, {"HR": {}})
    keep(scene, 3)


def _no_backup(scene: Scene) -> None:
    shutil.rmtree(scene.store)


def _too_old(scene: Scene) -> None:
    shutil.rmtree(scene.store)
    keep(scene, 60)


def _not_complete(scene: Scene) -> None:
    keep(scene, 1, verdict="incomplete")


def _future(scene: Scene) -> None:
    keep(scene, -5)


def _lost(scene: Scene) -> None:
    keep(scene, 30).unlink()


def _damaged(scene: Scene) -> None:
    keep(scene, 30, verified=None, damage="The CRC of a file differs.")


def _lags(scene: Scene) -> None:
    stores = [
        {"conn_id": "lab_store", "path": "/backups", "name": "here"},
        {"conn_id": "lab_store", "path": "/elsewhere", "name": "there"},
    ]
    configure(scene, {"HR": {"stores": stores}}, store=None)


def _drill_failed(scene: Scene) -> None:
    drill = Drill(time=hours_ago(1), kind="check", result="failed", reason="ORA-39083")
    keep(scene, 2, drills=(drill,))


def _drill_overdue(scene: Scene) -> None:
    configure(scene, {"HR": {"max_drill_age": "1d"}})
    keep(scene, 60)


def _silent(scene: Scene) -> None:
    scene.set_connections(lab_store={"port": NOBODY_LISTENS})


def _unreadable(scene: Scene) -> None:
    path = keep(scene, 30)
    path.with_name(f"{path.name}.json").write_text("{", encoding="utf-8")


def _dropped(scene: Scene) -> None:
    keep(scene, 30, schema="OLD")


def _broken(scene: Scene) -> None:
    configure(scene, {"HR": {}, "SALES": {"retries": -1}})


def _section(scene: Scene) -> None:
    text = scene.config.read_text(encoding="utf-8")
    scene.config.write_text(f"digest: {{wrong: 1}}\n{text}", encoding="utf-8")


def _config(scene: Scene) -> None:
    scene.config.write_text("defaults: [", encoding="utf-8")


SCENES: dict[Kind, Callable[[Scene], None]] = {
    Kind.TOO_OLD: _too_old,
    Kind.NO_BACKUP: _no_backup,
    Kind.NOT_COMPLETE: _not_complete,
    Kind.FUTURE: _future,
    Kind.LOST: _lost,
    Kind.DAMAGED: _damaged,
    Kind.LAGS: _lags,
    Kind.DRILL_FAILED: _drill_failed,
    Kind.DRILL_OVERDUE: _drill_overdue,
    Kind.SILENT: _silent,
    Kind.UNREADABLE: _unreadable,
    Kind.DROPPED: _dropped,
    Kind.BROKEN: _broken,
    Kind.SECTION: _section,
    Kind.CONFIG: _config,
}
"""What makes each kind of alarm, where everything was right before."""


def shorten(path: Path) -> None:
    """Take the last byte off an archive."""
    path.write_bytes(path.read_bytes()[:-1])


def record_passed_drill(path: Path) -> None:
    """Note in an archive's manifest that a restore of it was rehearsed just now."""
    drill = Drill(time=hours_ago(0), kind="check", result="passed")
    write_manifest(path, read_manifest(path).with_drill(drill))
