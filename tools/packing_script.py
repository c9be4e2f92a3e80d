"""Print the script that packs on the Oracle host, for shellcheck: it is made, and lies nowhere."""

from __future__ import annotations

from oracle_backup.adapters.archive.host_encoder import build_packing

print(build_packing("/u01/a dump.dmp", program="7zz", level=1, threads=None, size_bytes=1))
