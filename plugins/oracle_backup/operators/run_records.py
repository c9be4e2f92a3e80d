"""
Where does a report leave its run for the digest?

With an asset of its schema, which nothing ever updates: Airflow keeps what is stored with it until
the DAGs that name it are gone. Unlike an event of that asset, it is there also where the report's
mail is refused.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from airflow.sdk import Asset
from airflow.sdk.exceptions import AirflowRuntimeError

from oracle_backup.domain.digest.record import RunLog
from oracle_backup.domain.names import name_token
from oracle_backup.errors import IntegrityError

if TYPE_CHECKING:
    from airflow.sdk import Context

    from oracle_backup.domain.digest.record import RunRecord

RUNS_KEY: Final = "runs"
_TRIES: Final = 3
"""A run and a backfill of the same schema may end at the same moment."""

log = logging.getLogger(__name__)


def runs_asset(*, database: str, schema: str) -> Asset:
    """Return the asset with which a schema's runs are remembered."""
    place = f"{database}/{name_token(schema)}"
    return Asset(
        name=f"oracle-backup-runs/{place}",
        uri=f"oracle-backup-runs://{place}",
        group="oracle_backup",
    )


def read_runs(context: Context, asset: Asset) -> RunLog:
    """Return what is remembered of a schema; nothing where that can't be read."""
    try:
        plain = context["asset_state_store"][asset].get(RUNS_KEY)
        return RunLog() if plain is None else RunLog.from_plain(plain)
    except (IntegrityError, AirflowRuntimeError) as error:
        log.warning("The runs of %s are not remembered: %s", asset.name, error)
        return RunLog()


def keep_run(context: Context, asset: Asset, record: RunRecord) -> None:
    """
    Remember a run.

    Never raises: a run that the digest does not know of is told there as one that has not
    reported, and its own mail is worth more.
    """
    try:
        for _ in range(_TRIES):
            wanted = read_runs(context, asset).told(record)
            context["asset_state_store"][asset].set(RUNS_KEY, wanted.to_plain())
            if any(record.same_end(one) for one in read_runs(context, asset).runs):
                return
    except AirflowRuntimeError as error:
        log.warning("This run can't be remembered for the digest: %s", error)
        return
    log.warning("This run was not remembered for the digest: others wrote at the same moment.")
