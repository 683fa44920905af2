"""`stream`: a line of JSON in, a line of JSON out, in order, whatever the lines hold and however they come."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from syntax_guard import check_source
from syntax_guard.cli import json_requests
from syntax_guard.reports.json import diagnostic_object

from ..conftest import COMMAND, Folder

if TYPE_CHECKING:
    from pathlib import Path

posix = pytest.mark.skipif(os.name == "nt", reason="a limit of the stack is POSIX's")
HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
DEEP = "-" * 3000 + "1"
"""Up to 3.13, no interpreter with a stack of 256 KiB survives it; later ones say that it is too deep."""


def answers(folder: Folder, lines: list[str], *arguments: str, code: int) -> list[dict[str, Any]]:
    run = folder.guard("stream", "--jobs", "2", *arguments, stdin="".join(line + "\n" for line in lines).encode())
    assert (run.code, run.err) == (code, "")
    return [json.loads(line) for line in run.out.splitlines()]


def test_each_source_has_its_answer_in_order(folder: Folder) -> None:
    sources = [
        b"x = 1\n",
        b"x = = 1\n",
        "# é\nx = 'é' +\n".encode(),
        b"\xff",
        b"x = '\\d'\n",
        b"x\xe2\x80\xae = 1\n",
    ] * 100
    lines = []
    for number, data in enumerate(sources):
        content = (
            {"base64": base64.b64encode(data).decode()} if number % 3 or data == b"\xff" else {"source": data.decode()}
        )
        lines.append(json.dumps({"id": number, "name": f"{number}.py", **content}))
    said = answers(folder, lines, code=1)
    assert [one["id"] for one in said] == [*range(len(sources))]
    for one, data in list(zip(said, sources, strict=True))[-6:]:
        expected = [diagnostic_object(found) for found in check_source(data, f"{one['id']}.py")]
        assert one["findings"] == expected
    assert [one["verdict"] for one in said[:6]] == ["valid", "broken", "broken", "broken", "valid", "broken"]
    assert answers(folder, lines[:1], code=0) == [{"id": 0, "verdict": "valid", "findings": []}]


def test_a_source_says_itself_which_pythons_it_is_for(folder: Folder) -> None:
    source = '# /// script\n# requires-python = ">=3.8"\n# ///\nmatch 1:\n    case 1: pass\n'
    line = json.dumps({"id": 1, "source": source})
    (said,) = answers(folder, [line], code=1)
    assert [one["targets"] for one in said["findings"]] == [["3.8"]]
    (said,) = answers(folder, [line], "--target-version", HERE, code=0)
    assert said["findings"] == []


@pytest.mark.parametrize(
    ("line", "id_", "why"),
    [
        ("", None, "no JSON"),
        ("x = 1", None, "no JSON"),
        ("\x00", None, "no JSON"),
        ("[" * 100_000, None, "no JSON"),
        ('{"id": 1e999, "source": ""}', None, "`id`"),
        ('{"id": NaN, "source": ""}', None, "NaN"),
        ('{"id": [-1e999], "source": ""}', None, "`id`"),
        ('{"id": "\\ud800", "source": ""}', None, "`id`"),
        ('{"id": {"\\udfff": 1}, "source": ""}', None, "`id`"),
        ('{"id": 1, "id": 2, "source": ""}', None, "twice"),
        ('{"id": 1, "source": "x = = 1", "source": ""}', None, "twice"),
        ('{"id": {"a": 1, "a": 2}, "source": ""}', None, "twice"),
        ("9" * 10_000, None, "no JSON"),
        ("[]", None, "not a JSON object"),
        ('{"id": 1}', 1, "one of"),
        ('{"id": 1, "source": "", "base64": ""}', 1, "one of"),
        ('{"id": [2, {"a": null}], "source": 1}', [2, {"a": None}], "not a string"),
        ('{"id": "é", "name": 1, "source": ""}', "é", "`name`"),
        ('{"id": 1, "source": "\\ud800"}', 1, "no bytes"),
        ('{"id": 1, "base64": "e"}', 1, "`base64`"),
        ('{"id": 1, "base64": "eD0x!!!!"}', 1, "`base64`"),
        ('{"id": 1, "base64": "é"}', 1, "`base64`"),
    ],
    ids=lambda each: repr(each)[:30],
)
def test_a_line_that_holds_no_source_says_why(line: str, id_: object, why: str) -> None:
    read = json_requests.read_line(line.encode())
    assert json.loads(read.id) == id_
    assert read.source is None
    assert why in read.error


@pytest.mark.parametrize(
    ("given", "repeated"),
    [
        *((one, one) for one in (
            "null", "true", "1", "-1", "0", "-0", "-0.0", "1.0", "1.10", "1e2", "1E+2", "0.1e-400", "9" * 4000,
            "9007199254740993", "0.1000000000000000055511151231257827", '""', '"a"', '"\\u20ac"', "[]", "{}",
            "[1.0, 1]", '{"b": 1, "a": [1.50, {"id": 2.0}]}',
            '{ "a" : [ 1.0 ] }', '[1.0, "\\ud83d\\ude00"]', '[1.0, "\\"]\\\\"]',
        )),
        ('"é"', r'"\u00e9"'),
        ('[1.0, "é\U0001f600"]', r'[1.0, "\u00e9\ud83d\ude00"]'),
        ('[1.0, "::error::##[x]"]', r'[1.0, "::error::\u0023\u0023[x]"]'),
        ("[\t1.0\r,2]", "[ 1.0 ,2]"),
    ],
    ids=lambda each: each[:30],
)  # fmt: skip
@pytest.mark.parametrize("line", ['{{"id": {0}, "source": ""}}', '{{"more": {{"id": 7}} ,"source":"","id" :{0} }}'])
def test_an_id_is_repeated_as_it_is_written(given: str, repeated: str, line: str) -> None:
    read = json_requests.read_line(line.format(given).encode())
    assert (read.id, read.error) == (repeated, "")


def test_bad_lines_keep_their_place(folder: Folder) -> None:
    good = '{"id": "a", "source": "x = 1"}'
    said = answers(folder, ["?", good, "", '{"id": 7}', good], code=1)
    assert [one["id"] for one in said] == [None, "a", None, 7, "a"]
    assert ["error" in one for one in said] == [True, False, True, True, False]
    run = folder.guard("stream", stdin=good.encode() + b"\n\xff\n" + good.encode())  # no line feed at the end
    assert [json.loads(line).get("verdict") for line in run.out.splitlines()] == ["valid", None, "valid"]


def test_a_line_that_is_too_long_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    from io import BytesIO

    monkeypatch.setattr(json_requests, "LINE_LIMIT", 100)
    monkeypatch.setattr(json_requests, "READ_BYTES", 64)
    short = b'{"id": 1, "source": ""}\n'
    together = [*json_requests.lines_together(BytesIO(short + b" " * 1000 + short + short + b" " * 101))]
    assert [line.error[:6] for lines in together for line in lines] == ["", "longer", "", "longer"]


def test_several_targets_are_asked(folder: Folder) -> None:
    line = json.dumps({"id": 1, "source": "match x:\n    case 1: pass\n"})
    (said,) = answers(folder, [line], "--target-version=3.9,3.10", code=1)
    assert [found["targets"] for found in said["findings"]] == [["3.9"]]
    run = folder.guard("stream", "--target-version=2.7", stdin=line.encode())
    assert (run.code, run.out) == (2, "")
    assert len(run.err.splitlines()) == 1


def test_no_settings_file_is_read_unless_it_is_named(folder: Folder) -> None:
    folder.write("pyproject.toml", "[tool.syntax-guard]\nwarnings = 'error'\n")
    line = json.dumps({"id": 1, "source": "x = '\\d'\n"})
    (said,) = answers(folder, [line], code=0)
    assert [found["severity"] for found in said["findings"]] == ["warning"]
    (said,) = answers(folder, [line], "--config=pyproject.toml", code=0)
    assert [found["severity"] for found in said["findings"]] == ["error"]


@pytest.fixture
def stream(tmp_path: Path) -> Any:
    pipe = subprocess.PIPE
    command = [str(COMMAND), "stream", "--jobs", "1"]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=tmp_path) as running:
        yield running
        running.kill()


def test_an_answer_does_not_wait_for_the_next_line(stream: Any) -> None:
    for number in range(3):
        stream.stdin.write(json.dumps({"id": number, "source": ""}).encode() + b"\n")
        stream.stdin.flush()
        assert json.loads(stream.stdout.readline())["id"] == number


@posix
def test_a_reader_that_does_not_read_holds_the_writer_back(stream: Any) -> None:
    os.set_blocking(stream.stdin.fileno(), False)
    line = json.dumps({"id": "x" * 1000, "source": "x = 1\n" * 100}).encode() + b"\n"
    last = time.monotonic()
    sent = 0
    while time.monotonic() < last + 1:
        try:
            sent += os.write(stream.stdin.fileno(), line)
            last = time.monotonic()
        except BlockingIOError:
            time.sleep(0.01)
    assert sent < 4 << 20


def test_a_reader_that_has_gone_ends_it(stream: Any) -> None:
    stream.stdout.close()
    stream.stdin.write(b'{"source": ""}\n')
    stream.stdin.flush()
    assert stream.stderr.read() == b""
    assert stream.wait() == 2


@posix
@pytest.mark.parametrize(
    ("redirection", "said"),
    [("<&-", "standard input is closed"), ("0> /dev/null", "cannot be read"), (">&- < /dev/null", "")],
)
def test_trouble_with_its_streams_is_one_line(redirection: str, said: str, folder: Folder) -> None:
    run = folder.run("sh", "-c", f"exec {sys.executable} -m syntax_guard stream {redirection}")
    assert said in run.err
    assert len(run.err.splitlines()) == (1 if said else 0)
    assert run.code == (2 if said else 0)


@posix
def test_a_source_that_kills_costs_itself_alone(folder: Folder) -> None:
    lines = [
        json.dumps({"id": number, "source": DEEP if number % 50 == 25 else f"x = {number}\n"}) for number in range(200)
    ]
    folder.write("lines", "".join(line + "\n" for line in lines))
    run = folder.run("sh", "-c", f"ulimit -s 256; exec {sys.executable} -m syntax_guard stream < lines")
    said = [json.loads(line) for line in run.out.splitlines()]
    assert [one["id"] for one in said] == [*range(200)]
    killed = "undecided" if sys.version_info < (3, 14) else "broken"
    assert [one["verdict"] for one in said] == [killed if number % 50 == 25 else "valid" for number in range(200)]
