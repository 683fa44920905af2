"""The lines of a Dockerfile are the instructions that BuildKit sees: no text of a heredoc, and nothing swallowed."""

from __future__ import annotations

import random
import re

import pytest

from syntax_guard.config import declaring_files
from syntax_guard.config.declarations.dockerfile import instructions

LAST = {
    "no heredoc inside a word": "FROM python:3.12\nRUN echo $((1<<2))\nFROM python:3.9\n",
    "none in another instruction": "FROM python:3.12\nENV A=1 <<EOF\nFROM python:3.9\n",
    "none in quotes": "FROM python:3.12\nRUN echo '<<EOF'\nFROM python:3.9\n",
    "none in a list": 'FROM python:3.12\nRUN ["cat", "<<EOF"]\nFROM python:3.9\n',
    "none behind a quote without an end": "FROM python:3.12\nRUN echo it's <<EOF\nFROM python:3.9\n",
    "one without spaces is a word": "FROM python:3.9\nRUN cat <<EOF>a\nFROM python:3.12\nEOF>a\n",
    "one behind many words": f"FROM python:3.9\nRUN {'echo a ' * 400} <<EOF\nFROM python:3.12\nEOF\n",
    "its name stands alone": "FROM python:3.9\nRUN cat <<EOF\n EOF\nFROM python:3.12\nEOF\n",
    "tabs before its name": "FROM python:3.12\nRUN cat <<-EOF\n\tEOF\nFROM python:3.9\n",
    "in ONBUILD": "FROM python:3.9\nONBUILD RUN cat <<EOF\nFROM python:3.12\nEOF\n",
    "two escapes at the end of a line": "FROM python:3.12\nRUN echo \\\\\nFROM python:3.9\n",
    "a line that goes on inside a word": "FROM python:3.1\\\n2 AS a\nFROM pyth\\\non:3.9\n",
    "another escape": "# syntax=a\n# check=skip=all\n# escape=`\nFROM python:3.12\nRUN a `\nb\nFROM `\npython:3.9\n",
    "a form feed ends no line": "FROM python:3.9\nRUN a\x0cFROM python:3.12\nRUN a\x85FROM python:3.12\n",
    "a form feed is a blank": "FROM python:3.12\nFROM\x0cpython:3.9\n",
}


@pytest.mark.parametrize("text", LAST.values(), ids=LAST)
def test_the_last_stage_is_that_of_docker(text: str) -> None:
    [found] = declaring_files.read(text.encode(), "Dockerfile").declarations
    assert found.says == ("3.9",)


PIECES = [
    *("RUN ", "FROM python:3.9", "COPY ", "ADD ", "ONBUILD ", "ENV a=", "--x=y ", "a", '["a", "<<EOF"]', "[", "$("),
    *("<<EOF", "<<-EOF", "<<'EOF'", '<<"EOF"', "1<<E", "<<", "<<<E", "<<''", "EOF", "E"),
    *(" ", "\t", "\x0c", "\x85", "\r\n", "\n", "\n", "\n", "\n", "\\", "\\\\", "\\\n", "\\ \n", "`\n", "`"),
    *("EOF\n", "\tEOF\n", " EOF\n", "E\n"),
    *("'", '"', "#", "# c\n", "# escape=`\n", "# syntax=x\n"),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_random_lines_are_the_instructions_of_buildkit(seed: int) -> None:
    parser = pytest.importorskip("dockerfile", reason="BuildKit's parser is built for x86-64 only")
    choose = random.Random(seed)
    compared = 0
    while compared < 1000:
        text = "".join(choose.choices(PIECES, k=choose.randrange(2, 22)))
        try:
            known = [(one.start_line, one.cmd.lower()) for one in parser.parse_string(text) if one.cmd]
        except parser.GoParseError:  # an image is never built from it
            continue
        compared += 1
        found = [(line, re.split(r"[\t\v\f\r ]+", whole)[0].lower()) for line, _, whole in instructions(text)]
        assert found == known, text
