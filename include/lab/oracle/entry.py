"""Which program is meant by a tool's name?"""

from __future__ import annotations


def main(tool: str, arguments: list[str]) -> int:
    """Run expdp, impdp, exp or imp and return its exit code."""
    # Imported where needed: a client should start at once.
    if tool in ("expdp", "impdp"):
        from lab.oracle import client

        return client.main(tool, arguments)
    from lab.oracle import legacy

    return legacy.main(tool, arguments)
