"""The contract's asserts are explained as a test's own."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("support.archive_store_contract")
