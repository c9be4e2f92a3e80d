"""The words of alarms, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRIGGER = "Open {dag} in Airflow: is it paused, is its last run red? Mend that, then trigger it."

ENGLISH: Final[Mapping[str, str]] = {
    "too_old title": "newest good backup too old",
    "too_old what": "the newest good backup is {age} old, at most {expected} is expected",
    "too_old todo": _TRIGGER,
    "no_backup title": "no good backup",
    "no_backup.never what": "never backed up",
    "no_backup.none_good what": "no backup is complete and verified",
    "no_backup todo": _TRIGGER,
    "not_complete title": "newest backup not complete",
    "not_complete what": "the newest backup is {verdict}",
    "not_complete todo": (
        "Read the report of its run ({archive}), mend what it names, then trigger {dag}."
    ),
    "future title": "backup of the future",
    "future what": "the newest good backup is of the future: check clocks",
    "future todo": "Compare the clocks of the database's host, of Airflow and of this machine.",
    "lost title": "archives gone or changed",
    "lost what": "on store {store}, the archives of {count} backups are gone or changed: {names}",
    "lost todo": (
        "Find out who moved or cut them, and put them back, from another store if there is one. "
        "What is lost for good: remove its manifest (.7z.json), so that nobody counts on it."
    ),
    "damaged title": "damaged backups",
    "damaged what": "on store {store}, {count} backups are damaged: {names}",
    "damaged todo": (
        "Copy them from another store, or trigger {dag} for a new one. "
        "python -m oracle_backup verify --database {database} --schema {schema} "
        "--backup <name> reads one back again."
    ),
    "lags title": "store lags behind",
    "lags.empty what": "store {store} has no good backup",
    "lags.old what": "store {store} has none newer than {time}",
    "lags todo": "Clear the task verify of the newest run of {dag}: it makes the missing copy.",
    "drill_failed title": "last rehearsed restore failed",
    "drill_failed what": "the last rehearsed restore, of {archive} at {time}, failed: {reason}",
    "drill_failed todo": (
        "Take the backup for one that can't be restored until a drill passes: mend what it "
        "names, make a new backup, and rehearse again."
    ),
    "drill_overdue title": "rehearsed restore overdue",
    "drill_overdue.never what": (
        "no restore was ever rehearsed, and the first good backup is of {time}; "
        "one in {expected} is expected"
    ),
    "drill_overdue.old what": (
        "the last rehearsed restore that passed was {age} ago, one in {expected} is expected"
    ),
    "drill_overdue todo": "Rehearse a restore of its newest backup: docs/how-to/restore.md.",
    "silent title": "store not reachable",
    "silent what": "store {store} could not be asked: {error}",
    "silent todo": (
        "python -m oracle_backup check --connections says what each connection answers. Until "
        "then nobody knows what is on it."
    ),
    "unreadable title": "manifests that can't be read",
    "unreadable what": "on store {store}, {count} manifests can't be read",
    "unreadable todo": (
        "The task's log names them. Put them back from another store, or make new backups: what "
        "has no manifest does not count."
    ),
    "dropped title": "backups of a schema that is not in the config",
    "dropped what": (
        "{count} backups of it are on store {store} in {folders}, and the config has no such "
        "schema: nothing backs it up and nothing prunes it"
    ),
    "dropped todo": (
        "Put it back into {path}, with enabled: false if it is only to be kept; or remove the "
        "folder by hand."
    ),
    "broken title": "not backed up: its entry in the config is wrong",
    "broken what": "not backed up, its entry in {path} has {count} problems: {problems}",
    "broken todo": "Mend the file; python -m oracle_backup check lists every problem.",
    "section title": "wrong section in the config",
    "section what": "{path} has {count} problems beside its schemas: {problems}",
    "section todo": "Mend the file; until then the defaults of that section hold.",
    "config title": "config file can't be read",
    "config what": "{path} can't be read, so no schema is backed up: {problem}",
    "config todo": "Mend the file; python -m oracle_backup check says what is wrong with it.",
    "verdict complete": "complete",
    "verdict incomplete": "incomplete",
    "verdict failed": "failed",
    "verdict unknown": "unknown",
    "mail store": "store {name}",
    "mail config": "config file",
    "mail danger": "{count} of {total} schemas in danger: {names}",
    "mail danger headline": "{count} of {total} schemas in danger: {names}.",
    "mail warning": "{names}",
    "mail warning headline": "No schema is in danger, but look at: {names}.",
    "mail unread": "the config file can't be read, nothing is backed up",
    "mail unread headline": (
        "The config file can't be read: no schema is backed up until it is mended."
    ),
    "mail clear": "nothing is wrong any more",
    "mail clear headline": "All clear: nothing is wrong any more, schemas looked after: {total}.",
    "mail more": "{names} and {count} more",
    "mail CRITICAL": "ALARM",
    "mail WARNING": "WARNING",
    "mail REMINDER": "STILL",
    "mail CLEAR": "ALL CLEAR",
    "mail new": "new",
    "mail changed": "changed",
    "mail standing": "still",
    "mail unseen": "could not be looked at now",
    "mail over": "Over now",
    "mail what": "What",
    "mail since": "Since",
    "mail todo": "What to do",
    "mail others": "More alarms",
    "mail look": "This look",
    "mail looked": "Looked at",
    "mail again": "Told again",
    "mail again after": "after {span} while something stands, and at each change",
    "mail airflow": "In Airflow",
    "mail waits": "no backup yet, the first is due by {time}",
    "mail run": "Run",
    "mail failed": "WATCHDOG FAILED: nobody looks after the backups",
    "mail failed headline": (
        "The watchdog's own run has failed: until it is green again, nobody is told of backups "
        "that are missing."
    ),
    "mail failed todo": (
        "Read the log of its task look in Airflow (DAG oracle_watchdog). "
        "python -m oracle_backup status says meanwhile how the backups are."
    ),
    "mail unseen all": "none of its stores could be asked",
    "mail unseen one": "store {name} could not be asked",
}
