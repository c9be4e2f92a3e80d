import argparse
import io
import json
from pathlib import Path

import pytest

from oracle_backup.cli.inspect_log import add_parser

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "export_logs"


def inspect_log(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    args = parser.parse_args(["inspect-log", *arguments])
    return int(args.run(args))


def sample(name: str) -> str:
    return str(SAMPLES / f"{name}.log")


def test_inspect_log_puts_the_verdict_first(capsys: pytest.CaptureFixture[str]) -> None:
    code = inspect_log(sample("en-expdp-lost-table"))

    out = capsys.readouterr().out
    assert code == 3
    assert out.startswith("INCOMPLETE  ")
    assert '"SHOP"."EMPTY_ERROR_LOG"' in out
    assert "To do: " in out


def test_inspect_log_prints_one_json_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    inspect_log("--json", sample("en-expdp-success"), sample("zh-expdp-success-gbk"))

    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["verdict"] for record in records] == ["complete", "complete"]
    assert records[1]["file"] == sample("zh-expdp-success-gbk")
    assert records[1]["rows"] == 5002


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["en-expdp-success"], 0),
        (["en-expdp-success", "en-expdp-lost-table"], 3),
        (["en-expdp-lost-table", "en-expdp-stopped"], 1),
        (["not-a-log"], 1),
        (["en-expdp-success", "no-such-file", "en-expdp-stopped"], 4),
    ],
)
def test_inspect_log_exits_with_the_code_of_the_worst(names: list[str], code: int) -> None:
    assert inspect_log(*map(sample, names)) == code


def test_inspect_log_says_which_file_it_cannot_read(capsys: pytest.CaptureFixture[str]) -> None:
    inspect_log("no-such-file")

    assert capsys.readouterr().err == "Cannot read no-such-file: No such file or directory.\n"


def test_inspect_log_says_that_a_text_is_no_log(capsys: pytest.CaptureFixture[str]) -> None:
    inspect_log(sample("not-a-log"))

    assert "This is no log of expdp, impdp, exp or imp." in capsys.readouterr().out


def test_inspect_log_reads_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Path(sample("en-expdp-success")).read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))

    assert inspect_log("-") == 0
    assert capsys.readouterr().out.startswith("COMPLETE  -\n")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_inspect_log_colours_the_verdict_only_on_a_terminal_that_wants_it(
    environment: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    inspect_log(sample("en-expdp-success"))

    assert terminal.getvalue().startswith("\x1b[1;32mCOMPLETE\x1b[0m") is coloured


def test_inspect_log_lets_no_log_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "evil.log"
    log.write_text('Job "A"."\x1b[2J" stopped due to fatal error at 10:00:00\n', encoding="utf-8")

    inspect_log(str(log))

    assert "\x1b" not in capsys.readouterr().out
