"""Dockerfiles are read as BuildKit reads them."""

from __future__ import annotations

import random
from typing import Any

import pytest

from syntax_guard.doctor.dockerfile import chain, exec_form, expand, parse, stages

FILES = {
    "plain": "FROM python:3.12\nCMD [\"a\", \"b\"]\n",
    "lower case, no last newline": "from x\ncmd echo a",
    "continuation": "FROM x\nRUN a \\\n    b \\\n  c\nUSER d\n",
    "comment inside of a continuation": "FROM x\nRUN a \\\n# no\n  # neither\n  b\nUSER d\n",
    "blank line inside of a continuation": "FROM x\nRUN a \\\n\n  b\nUSER d\n",
    "trailing blanks after the backslash": "FROM x\nRUN a \\  \n  b\nUSER d\n",
    "escape directive": "# escape=`\nFROM x\nRUN a `\n  b \\\nUSER d\n",
    "escape directive after syntax": "# syntax=docker/dockerfile:1\n# escape=`\nFROM x\nRUN a `\n  b\n",
    "no directive after a comment": "# hello world\n# escape=`\nFROM x\nRUN a \\\n b\n",
    "heredoc": "FROM x\nRUN <<EOF\nCMD a\n\n# b\nEOF\nUSER d\n",
    "quoted heredoc": "FROM x\nRUN <<'EOF' sh\na\nEOF\nUSER d\n",
    "heredoc without tabs": "FROM x\nRUN <<-EOF\n\ta\n\tEOF\nUSER d\n",
    "two heredocs": "FROM x\nCOPY <<one <<two /x/\n1\none\n2\ntwo\nUSER d\n",
    "no heredoc in CMD": "FROM x\nCMD cat <<EOF\nUSER d\n",
    "flags": "FROM --platform=linux/amd64 x AS y\nCOPY --from=y --chown=a:b c d\nUSER e\n",
    "health check": "FROM x\nHEALTHCHECK --interval=5s --start-period=1m CMD curl -f x || exit 1\n",
    "health check in exec form": "FROM x\nHEALTHCHECK --retries=3 CMD [\"a\", \"b\"]\n",
    "no health check": "FROM x\nHEALTHCHECK NONE\n",
    "JSON over two lines": "FROM x\nCMD [\"a\", \\\n  \"b\"]\n",
    "JSON that is none": "FROM x\nCMD ['a', 'b']\n",
    "indented": "  FROM x\n\t RUN a\n",
    "carriage returns": "FROM x\r\nRUN a \\\r\n  b\r\nCMD [\"c\"]\r\n",
    "argument before FROM": "ARG V=1\nFROM x:$V\nARG W\nUSER d\n",
}  # fmt: skip


def ours(text: str) -> list[tuple[Any, ...]]:
    found = []
    for one in parse(text):
        flags = tuple(f"--{name}={value}" for name, value in one.flags)
        found.append((one.name, one.line, flags, " ".join(one.value.split()), one.heredocs))
    return found


def buildkit(text: str) -> list[tuple[Any, ...]]:
    dockerfile = pytest.importorskip("dockerfile", reason="BuildKit's parser (dockerfile) is not installed")
    found = []
    for command in dockerfile.parse_string(text):
        # `original` still has the flags, and the lines of a heredoc; both come apart in fields of their own.
        value = command.original.split("\n")[0].split(None, 1)
        rest = value[1] if len(value) > 1 else ""
        for flag in command.flags:
            rest = rest.strip().removeprefix(flag)
        heredocs = tuple(heredoc.content for heredoc in command.heredocs)
        found.append((command.cmd.upper(), command.start_line, command.flags, " ".join(rest.split()), heredocs))
    return found


@pytest.mark.parametrize("text", FILES.values(), ids=FILES.keys())
def test_instructions_are_those_of_buildkit(text: str) -> None:
    assert ours(text) == buildkit(text)


@pytest.mark.parametrize("seed", range(20))
def test_generated_files_are_read_as_buildkit_reads_them(seed: int) -> None:
    chance = random.Random(seed)
    pieces = [
        "RUN a \\\n", "  b\n", "# c\n", "\n", "CMD [\"a\"]\n", "RUN <<EOF\n", "EOF\n", "USER d\n", "  \\\n",
        "COPY --from=a b c\n", "ENV A=\"b c\" \\\n D=e\n", "RUN <<-'E1' cat\n", "\tE1\n",
    ]  # fmt: skip
    compared = 0
    for _ in range(40):
        text = "FROM x\n" + "".join(chance.choices(pieces, k=8)) + "USER z\n"
        try:
            expected = buildkit(text)
        except ValueError:  # BuildKit refuses it: an instruction that does not exist, a heredoc without its end
            continue
        assert ours(text) == expected, text
        compared += 1
    assert compared


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ('["a", "b c"]', ("a", "b c")),
        ("[]", ()),
        ("['a']", None),
        ("a b", None),
        ('["a", 1]', None),
        ('["a"] && b', None),
    ],
)
def test_exec_form(value: str, words: tuple[str, ...] | None) -> None:
    assert exec_form(value) == words


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("python:$V-slim", "python:3.12-slim"),
        ("python:${V}", "python:3.12"),
        ("python:${W:-3.11}", "python:3.11"),
        ("python:${W-3.11}", "python:3.11"),
        ("python:${V:-3.11}", "python:3.12"),
        ("python:${V:+x}${W:+y}", "python:x"),
        ("python:$W", "python:"),
    ],
)
def test_variables(text: str, result: str) -> None:
    assert expand(text, {"V": "3.12"}) == result


def test_a_build_argument_replaces_a_default() -> None:
    text = "ARG V=3.8\nARG IMAGE=python:${V}\nFROM ${IMAGE}\n"
    assert stages(parse(text))[0].image == "python:3.8"
    assert stages(parse(text), {"V": "3.12"})[0].image == "python:3.12"


CHAINED = "FROM a AS one\nFROM one AS two\nFROM b AS three\nFROM Two\n"


@pytest.mark.parametrize(
    ("target", "images"),
    [(None, ["a", "one", "Two"]), ("two", ["a", "one"]), ("TWO", ["a", "one"]), ("2", ["b"]), ("three", ["b"])],
)
def test_the_stages_of_a_target(target: str | None, images: list[str]) -> None:
    assert [stage.image for stage in chain(stages(parse(CHAINED)), target)] == images


def test_a_stage_named_like_its_own_image_ends() -> None:
    assert [stage.image for stage in chain(stages(parse("FROM python AS python\nUSER a\n")))] == ["python"]
