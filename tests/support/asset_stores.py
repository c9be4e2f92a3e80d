"""Airflow's asset_state_store, in memory; what is kept in it has been JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse

if TYPE_CHECKING:
    from airflow.sdk import Asset


@dataclass
class _OneAsset:
    values: dict[str, str]
    is_down: bool

    def get(self, key: str, default: Any = None) -> Any:
        self._answer()
        return json.loads(self.values[key]) if key in self.values else default

    def set(self, key: str, value: Any) -> None:
        self._answer()
        self.values[key] = json.dumps(value)

    def _answer(self) -> None:
        if self.is_down:
            raise AirflowRuntimeError(ErrorResponse(error=ErrorType.GENERIC_ERROR))


@dataclass
class FakeAssetStores:
    """The stores of all assets; while `is_down`, Airflow's database does not answer."""

    assets: dict[str, dict[str, str]] = field(default_factory=dict)
    is_down: bool = False

    def __getitem__(self, asset: Asset) -> _OneAsset:
        return _OneAsset(self.assets.setdefault(asset.name, {}), self.is_down)
