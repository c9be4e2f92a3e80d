"""The SSH provider's tries without its pauses of three to five seconds between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenacity import wait_none

if TYPE_CHECKING:
    import pytest


def retry_without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each connection that fails be tried as often as ever, and at once."""
    from airflow.providers.ssh.hooks import ssh

    for name in ("wait_fixed", "wait_random"):
        monkeypatch.setattr(ssh, name, lambda *_: wait_none())
