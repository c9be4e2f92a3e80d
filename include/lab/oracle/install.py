"""How do the stand-in tools get into an ORACLE_HOME?

Each tool is a short shell script that starts this Python on a program beside it, so that a bare
environment (ORACLE_HOME, ORACLE_SID, PATH=/usr/bin:/bin) is enough, as with the real ones.
"""

from __future__ import annotations

import shlex
import sys
import sysconfig
from pathlib import Path

TOOLS = ("expdp", "impdp", "exp", "imp")

_PROGRAM = '''"""Start one of the stand-in Oracle tools."""

import sys

sys.path[:0] = [{include!r}]
sys.path.append({packages!r})
from lab.oracle.entry import main

sys.exit(main(sys.argv[1], sys.argv[2:]))
'''

_STUB = """#!/bin/sh
# A stand-in for Oracle's {tool}.
exec {python} -E -S -B {program} {tool} "$@"
"""

_TNSNAMES = """\
# Made by the lab.
LABPDB1 =
  (DESCRIPTION =
    (ADDRESS = (PROTOCOL = TCP)(HOST = 127.0.0.1)(PORT = {port}))
    (CONNECT_DATA = (SERVER = DEDICATED)(SERVICE_NAME = LABPDB1))
  )

LABCDB =
  (DESCRIPTION =
    (ADDRESS = (PROTOCOL = TCP)(HOST = 127.0.0.1)(PORT = {port}))
    (CONNECT_DATA = (SERVER = DEDICATED)(SERVICE_NAME = LABCDB))
  )
"""

_SQLNET = """\
WALLET_LOCATION = (SOURCE = (METHOD = FILE)(METHOD_DATA = (DIRECTORY = {admin})))
SQLNET.WALLET_OVERRIDE = TRUE
"""


def install(oracle_home: Path, *, port: int = 1521) -> None:
    """Put the tools and the network files into `oracle_home`; what is there is replaced."""
    home = Path(oracle_home).absolute()
    program = home / "lib" / "lab_tool.py"
    program.parent.mkdir(parents=True, exist_ok=True)
    include = str(Path(__file__).parents[2])
    packages = sysconfig.get_paths()["platlib"]
    program.write_text(_PROGRAM.format(include=include, packages=packages), encoding="utf-8")
    for tool in TOOLS:
        stub = home / "bin" / tool
        stub.parent.mkdir(exist_ok=True)
        words = {"python": shlex.quote(sys.executable), "program": shlex.quote(str(program))}
        stub.write_text(_STUB.format(tool=tool, **words), encoding="utf-8")
        stub.chmod(0o755)
    admin = home / "network" / "admin"
    admin.mkdir(parents=True, exist_ok=True)
    write_tnsnames(home, port=port)
    (admin / "sqlnet.ora").write_text(_SQLNET.format(admin=admin), encoding="utf-8")
    (home / "log").mkdir(exist_ok=True)


def write_tnsnames(oracle_home: Path, *, port: int) -> None:
    """Write tnsnames.ora with the aliases LABPDB1 and LABCDB at a port of 127.0.0.1."""
    file = Path(oracle_home) / "network" / "admin" / "tnsnames.ora"
    file.write_text(_TNSNAMES.format(port=port), encoding="utf-8")
