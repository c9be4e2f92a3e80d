"""The fake store keeps the same contract as the real ones."""

from __future__ import annotations

import pytest

from support.archive_store_contract import ArchiveStoreContract
from support.memory_store import InMemoryArchiveStore


class TestInMemoryArchiveStore(ArchiveStoreContract):
    @pytest.fixture
    def store(self):
        return InMemoryArchiveStore(free=10**12)
