"""What a person sees, in a real pseudo-terminal: nothing is wider than it, and the caret stands under its place."""

from __future__ import annotations

import os
import re
import struct
import subprocess
from typing import TYPE_CHECKING

import pytest
from wcwidth import wcswidth, wcwidth

from syntax_guard.reports.full import _columns
from syntax_guard.reports.neutral import cells, escape

from ..conftest import COMMAND

if TYPE_CHECKING:
    from ..conftest import Folder

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")

WIDE = "\tif \u5728\u5eab and n\u0303 and '\U0001f469\u200d\U0001f4bb\U0001f44d\U0001f3fd' && x:\n\t\tpass\n"
"""Wide, combining and joined characters before the place of the error."""
LONG = "value = first_of_the_names + second_of_the_names + third_of_the_names + fourth_of_the_names && fifth\n"
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def seen(folder: Folder, columns: int, *arguments: str, **environment: str) -> str:
    """What the installed command prints on a terminal that is so wide and has no COLUMNS."""
    import fcntl
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    plain = {name: value for name, value in folder.environment.items() if name not in ("COLUMNS", "LC_ALL", "LANG")}
    process = subprocess.Popen(
        [COMMAND, *arguments], cwd=folder.path, env={**plain, "TERM": "xterm", "PYTHONUTF8": "0", **environment},
        stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    process.communicate(timeout=30)
    return said.decode().replace("\r\n", "\n")


UTF_8, ASCII = {"PYTHONIOENCODING": "utf-8"}, {"PYTHONIOENCODING": "ascii"}


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("encoding", [UTF_8, ASCII], ids=["UTF-8", "ASCII"])
def test_findings_fit_and_carets_stand_under_their_place(
    folder: Folder, columns: int, encoding: dict[str, str]
) -> None:
    folder.write("app/wide.py", "if x:\n" + WIDE)
    folder.write("app/long.py", LONG)
    text = seen(folder, columns, "check", "--no-cache", "--context=1", "app", **encoding)
    assert "\x1b[" in text
    lines = ESCAPES.sub("", text).splitlines()
    assert all(wcswidth(line) <= columns for line in lines), lines
    assert encoding is UTF_8 or text.isascii()
    marked = [(lines[at - 1], line) for at, line in enumerate(lines) if line.strip(" |").startswith("^")]
    assert len(marked) == 2
    for shown, carets in marked:
        at = shown.index("&&")
        assert carets.index("^") in (wcswidth(shown[:at]), wcswidth(shown[: at + 1]))
    assert sum("Python writes `and` for" in line for line in lines) == 2


@pytest.mark.parametrize(
    ("environment", "colored"),
    [({}, True), ({"TERM": "dumb"}, False), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb", "FORCE_COLOR": "1"}, True)],
    ids=lambda value: " ".join(f"{name}={text}" for name, text in value.items()) if isinstance(value, dict) else None,
)
def test_colour_on_a_terminal(folder: Folder, environment: dict[str, str], *, colored: bool) -> None:
    folder.write("a.py", "x = = 1\n")
    text = seen(folder, 80, "check", "--no-cache", "a.py", **UTF_8, **environment)
    assert ("\x1b[" in text) is colored
    assert "invalid syntax" in text


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("arguments", [["help", "check"], ["targets"]], ids=" ".join)
def test_help_and_tables_fit(folder: Folder, columns: int, arguments: list[str]) -> None:
    folder.write("a.py")
    lines = seen(folder, columns, *arguments, **UTF_8).splitlines()
    words = max(len(word) for line in lines for word in line.split())
    assert max(map(len, lines)) <= max(columns, words + 4)
    assert arguments == ["targets"] or max(map(len, lines)) > columns / 2


def test_a_character_is_as_wide_as_terminals_draw_it() -> None:
    """The library that many terminals and shells agree with, asked about each character that is shown as it is."""
    shown = [chr(code) for code in range(0x80, 0x30000) if escape(chr(code)) == chr(code)]
    differing = [character for character in shown if _columns(character) != wcwidth(character)]
    assert len(differing) < len(shown) / 200, [hex(ord(character)) for character in differing[:50]]


def test_what_a_stream_cannot_show_is_escaped_as_python_would() -> None:
    line = "\u5728 = \xe9"
    assert "".join(cells(line, "ascii")) == line.encode("ascii", "backslashreplace").decode()
    assert "".join(cells(line, "latin-1")) == "\\u5728 = \xe9"
    assert "".join(cells(line, "utf-8")) == line


READERS = {
    "agent-hook": (["agent-hook"], "the agent's event, a JSON object"),
    "check -": (["check", "-"], "a source"),
    "--commits -": (["check", "--commits", "-"], "names of commits"),
    "--files-from -": (["check", "--files-from", "-"], "names of files, one a line"),
    "pre-push": (["pre-push"], "a line `local-ref new remote-ref old` for each ref"),
    "pre-receive": (["pre-receive"], "a line `old new ref` for each ref"),
    "stream": (["stream"], "a line of JSON for each source"),
}


@pytest.mark.parametrize(("arguments", "what"), READERS.values(), ids=READERS)
def test_a_command_that_reads_from_the_terminal_says_what(arguments: list[str], what: str, repository: Folder) -> None:
    repository.git("commit", "-q", "--allow-empty", "-m", "first")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, *arguments], cwd=repository.path, env=repository.environment, stdin=theirs,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, b"\x04")  # Ctrl-D
    _, said = process.communicate(timeout=30)
    os.close(ours)
    assert said.startswith(f"syntax-guard: reading standard input: {what}; Ctrl-D ends it\n")
