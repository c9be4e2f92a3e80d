"""Both SFTP servers keep the store's contract."""

from __future__ import annotations

import pytest

from oracle_backup.adapters.sftp_store import SftpStore
from support.archive_store_contract import ArchiveStoreContract

pytestmark = pytest.mark.integration


class TestOpenSshStore(ArchiveStoreContract):
    @pytest.fixture
    def store(self, openssh, tmp_path):
        return SftpStore(openssh.sftp(), root=str(tmp_path / "not yet/there"), label="openssh")


class TestAsyncSshStore(ArchiveStoreContract):
    @pytest.fixture
    def store(self, asyncssh_host):
        return SftpStore(asyncssh_host.sftp(), root="/not yet/there", label="asyncssh")


class TestProFtpdStore(ArchiveStoreContract):
    @pytest.fixture
    def store(self, proftpd, tmp_path):
        return SftpStore(proftpd.sftp(), root=str(tmp_path / "not yet/there"), label="proftpd")
