"""``archive``, ``verify`` and ``extract``: files of this machine, there and back."""

from __future__ import annotations

import io
import json
import os
import stat
import sys

import pytest

from oracle_backup.adapters.archive import cipher
from oracle_backup.cli.main import main
from support.archives import dump_like, make_archive
from support.builders import make_manifest

CONTENTS = {"HR.dmp": dump_like(300_000), "HR.log": b"done\n", "empty": b""}


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch):
    """Keys of 2**4 rounds instead of 2**19: the archives are as valid."""
    monkeypatch.setattr(cipher, "_CYCLES_POWER", 4)


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "from"
    folder.mkdir()
    for name, content in CONTENTS.items():
        (folder / name).write_bytes(content)
    return [str(folder / name) for name in CONTENTS]


@pytest.fixture
def password_file(tmp_path):
    path = tmp_path / "password"
    path.write_text("contraseña🔑\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def output(tmp_path):
    return tmp_path / "HR.7z"


@pytest.fixture
def to(tmp_path):
    folder = tmp_path / "to"
    folder.mkdir()
    return folder


def pack(output, files, *more):
    return main(["archive", "--encoder", "lzma", *more, "--output", str(output), *files])


def content_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("level", ["0", "1"])
def test_what_was_archived_is_verified_and_extracted(output, files, to, capsys, level):
    assert pack(output, files, "--level", level) == 0
    assert main(["verify", str(output)]) == 0
    assert main(["extract", "--to", str(to), str(output)]) == 0

    said = capsys.readouterr()
    assert "Packed 3 files" in said.out
    assert "is whole, no manifest to compare with" in said.out
    assert f"Extracted {to / 'HR.dmp'}" in said.out
    assert said.err == ""
    assert content_of(to) == CONTENTS


def test_files_are_their_owners_alone_and_nothing_else_stays(output, files, to):
    pack(output, files)
    main(["extract", "--to", str(to), str(output)])

    for path in (output, *to.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(path.name for path in output.parent.iterdir()) == ["HR.7z", "from", "to"]


def test_password_encrypts_and_opens(output, files, to, password_file, capsys):
    given = ["--password-file", password_file]

    assert pack(output, files, *given) == 0
    assert main(["verify", *given, str(output)]) == 0
    assert main(["extract", *given, "--to", str(to), str(output)]) == 0
    assert content_of(to) == CONTENTS
    assert "HR.dmp".encode("utf-16-le") not in output.read_bytes()
    assert "contraseña" not in capsys.readouterr().out


@pytest.mark.parametrize("command", ["verify", "extract"])
@pytest.mark.parametrize("wrong", [None, "wrong-secret\n"], ids=["missing", "wrong"])
def test_wrong_or_missing_password_is_told_with_what_to_do(
    output, files, to, tmp_path, password_file, capsys, command, wrong
):
    pack(output, files, "--password-file", password_file)
    given = []
    if wrong is not None:
        (tmp_path / "wrong").write_text(wrong)
        given = ["--password-file", str(tmp_path / "wrong")]
    if command == "extract":
        given += ["--to", str(to)]

    assert main([command, *given, str(output)]) == 1
    said = capsys.readouterr().err
    assert "password" in said
    assert "--password-file" in said
    assert "secret" not in said
    assert content_of(to) == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\n", "empty"),
        (b"\xff\xfesecret", "UTF-8"),
        (b"secret" * 1000, "too long"),
        (None, "No such file"),
    ],
)
def test_bad_password_file_ends_with_2_before_anything_is_written(
    output, files, tmp_path, capsys, content, message
):
    path = tmp_path / "bad"
    if content is not None:
        path.write_bytes(content)

    assert pack(output, files, "--password-file", str(path)) == 2
    said = capsys.readouterr().err
    assert message in said
    assert "secret" not in said
    assert not output.exists()


@pytest.mark.parametrize("text", ["pass word ", "pass word \r\n", "\ufeffpass word \nsecond line"])
def test_password_is_the_first_line_and_no_more(output, files, tmp_path, monkeypatch, text):
    path = tmp_path / "password"
    path.write_bytes(text.encode())
    pack(output, files, "--password-file", str(path))
    stdin = io.TextIOWrapper(io.BytesIO(b"pass word \n"))
    monkeypatch.setattr(sys, "stdin", stdin)

    assert main(["verify", "--password-file", "-", str(output)]) == 0


def test_archive_is_not_replaced_without_force(output, files, capsys):
    output.write_bytes(b"precious")

    assert pack(output, files) == 1
    assert output.read_bytes() == b"precious"
    assert "--force" in capsys.readouterr().err
    assert pack(output, files, "--force") == 0
    assert main(["verify", str(output)]) == 0


def test_files_are_not_replaced_without_force(output, files, to, capsys):
    pack(output, files)
    (to / "HR.log").write_bytes(b"mine")

    assert main(["extract", "--to", str(to), str(output)]) == 1
    assert (to / "HR.log").read_bytes() == b"mine"
    said = capsys.readouterr()
    assert "HR.log is there already" in said.err
    # The one before it came out whole, and is named.
    assert "HR.dmp" in said.out
    assert main(["extract", "--force", "--to", str(to), str(output)]) == 0
    assert content_of(to) == CONTENTS


@pytest.mark.parametrize("place", [0, 40, 5000, -20])
def test_damaged_archive_ends_with_1(output, files, capsys, place):
    pack(output, files)
    data = bytearray(output.read_bytes())
    data[place] ^= 0x10
    output.write_bytes(data)

    assert main(["verify", str(output)]) == 1
    assert str(output) in capsys.readouterr().err


def test_verify_compares_with_the_manifest_beside_the_archive(output, capsys, tmp_path):
    manifest, data = manifest_and_archive()
    output.write_bytes(data)
    beside = tmp_path / "HR.7z.json"
    beside.write_text(manifest)

    assert main(["verify", str(output)]) == 0
    assert "is the one its manifest tells of" in capsys.readouterr().out
    # Whole, but another one.
    output.write_bytes(make_archive({"HR.dmp": b"other"})[0])
    assert main(["verify", str(output)]) == 1
    assert "were sent" in capsys.readouterr().err
    beside.rename(tmp_path / "elsewhere.json")
    assert main(["verify", "--manifest", str(tmp_path / "elsewhere.json"), str(output)]) == 1
    assert main(["verify", str(output)]) == 0


def test_manifest_that_was_named_and_is_not_there_ends_with_4(output, tmp_path):
    output.write_bytes(make_archive({"HR.dmp": b"x"})[0])

    assert main(["verify", "--manifest", str(tmp_path / "none.json"), str(output)]) == 4


def manifest_and_archive():
    data, written = make_archive({"HR.dmp": b"content"})
    plain = json.loads(make_manifest().to_json())
    facts = written.to_dict()
    for name in ("size_bytes", "start_header", "body_sha256", "members"):
        plain["archive"][name] = facts[name]
    return json.dumps(plain), data


def test_every_command_answers_in_json(output, files, to, capsys):
    assert pack(output, files, "--json") == 0
    packed = json.loads(capsys.readouterr().out)
    assert main(["verify", "--json", str(output)]) == 0
    verified = json.loads(capsys.readouterr().out)
    assert main(["extract", "--json", "--to", str(to), str(output)]) == 0
    extracted = json.loads(capsys.readouterr().out)

    assert packed["archive"] == str(output)
    assert packed["encoder"] == "lzma"
    assert packed["size_bytes"] == verified["size_bytes"] == output.stat().st_size
    assert verified["compared_with_manifest"] is False
    assert extracted["folder"] == str(to)
    hashes = {one["name"]: one["sha256"] for one in packed["members"]}
    for answer in (verified, extracted):
        assert {one["name"]: one["sha256"] for one in answer["members"]} == hashes


@pytest.mark.parametrize(
    "arguments",
    [
        ["archive", "--output", "{output}", "{folder}/missing"],
        ["archive", "--output", "{folder}/missing/a.7z", "{folder}/HR.log"],
        ["verify", "{folder}/missing"],
        ["extract", "{folder}/missing"],
        ["extract", "--to", "{folder}/missing", "{made}"],
    ],
    ids=" ".join,
)
def test_what_is_not_there_ends_with_4(output, files, tmp_path, capsys, arguments):
    made = tmp_path / "made.7z"
    pack(made, files)
    places = {"output": output, "folder": tmp_path / "from", "made": made}

    assert main([one.format(**places) for one in arguments]) == 4
    assert "missing" in capsys.readouterr().err
    assert not output.exists()


@pytest.mark.parametrize("kind", ["folder", "device", "twice", "itself"])
def test_what_can_be_no_member_ends_with_2(output, files, tmp_path, kind):
    output.write_bytes(b"older")
    more = {
        "folder": str(tmp_path),
        "device": os.devnull,
        "twice": files[0],
        "itself": str(output),
    }[kind]

    assert pack(output, [*files, more], "--force") == 2
    assert output.read_bytes() == b"older"


@pytest.mark.parametrize(
    "switches", [["--level", "10"], ["--threads", "0"], ["--encoder", "rar"], ["--threads", "x"]]
)
def test_nonsense_ends_with_2(output, files, switches):
    with pytest.raises(SystemExit) as ended:
        pack(output, files, *switches)
    assert ended.value.code == 2


def test_missing_encoder_is_told(output, files, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert main(["archive", "--encoder", "7zz", "--output", str(output), *files]) == 1
    assert "no working 7-Zip" in capsys.readouterr().err
    assert not output.exists()


def test_what_the_system_refuses_ends_with_1(files, capsys):
    assert pack(f"{files[0]}/a.7z", files) == 1
    assert "Not a directory" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["archive", "verify", "extract"])
def test_help_has_an_example_and_the_exit_codes(command, capsys):
    with pytest.raises(SystemExit):
        main([command, "--help"])

    said = capsys.readouterr().out
    assert f"python -m oracle_backup {command} " in said
    assert "4 " in said
