"""Retention of whole runs: on the store, and on the host by a policy of its own."""

from __future__ import annotations


def test_host_keeps_dumps_by_its_own_policy(backups):
    options = {"retention": {"keep_last": 3}, "host_retention": {"keep_last": 1}}

    first = backups.run("HR", **options)
    dumps = {path.name for path in backups.lab.paths.dumps.glob("HR-*")}
    second = backups.run("HR", **options)
    left = {path.name for path in backups.lab.paths.dumps.glob("HR-*")}

    assert (first.state, second.state) == ("success", "success")
    assert {name.rpartition(".")[2] for name in dumps} == {"dmp", "log"}
    # The second run's dump has taken the first one's place; both archives are there.
    assert left
    assert not left & dumps
    assert len(second.manifests) == 2
    assert "On the host stay the dumps of 1 backup: the last 1." in second.mail_text
    assert "no manifest names" not in second.mail_text


def test_one_run_removes_no_more_than_it_may_and_says_so(backups):
    for _ in range(3):
        kept = backups.run("HR", retention={"keep_last": 3})

    run = backups.run("HR", retention={"keep_last": 1, "max_delete": 1})

    assert (len(kept.manifests), len(run.manifests)) == (3, 3)
    assert "2 more go at later runs (max_delete)." in run.mail_text
