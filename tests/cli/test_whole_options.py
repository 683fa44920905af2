"""Options that are each one word are read without argparse, and mean what they mean to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syntax_guard.cli.commands.check import SWITCHES
from syntax_guard.cli.parser import parser
from syntax_guard.cli.whole_options import read
from syntax_guard.config.options import OPTIONS
from syntax_guard.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

ABSENT: dict[str, Any] = {
    "staged": False, "commits": None, "merge": None, "tracked": False, "hook": False, "files_from": None,
    "null": False, "strict": False, "archives": [], "installed": False,
}  # fmt: skip
"""What argparse makes of the options of `check` that are not given."""
PARSER = parser("check")
FLAGS = [flag for option in OPTIONS for flag in option.flags]
VALUES = ["", "3.9", "3.10,3.9", "json", "a b", "=", "-", "--quiet"]
"""Without ``--``: the argparse of older Pythons takes it away from a value."""
WORDS = st.one_of(
    st.sampled_from(["a.py", "b.py", "-", "--null", "-qv", "-j2", "--help", "--quiet=", "-o=f", *SWITCHES, *FLAGS]),
    st.builds("{}={}".format, st.sampled_from([*FLAGS, "--config", "--hook"]), st.sampled_from(VALUES)),
)


def parsed(words: list[str]) -> tuple[list[str], dict[str, Any]] | None:
    """What argparse makes of `words`; None where it refuses them."""
    try:
        flags = vars(PARSER.parse_args(["check", *words]))
    except (UsageError, SystemExit):
        return None
    del flags["verb"]
    return flags.pop("paths"), {name: value for name, value in flags.items() if value != ABSENT.get(name, ...)}


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(WORDS, max_size=5))
def test_what_is_read_is_what_argparse_reads(words: list[str]) -> None:
    found = read(words, SWITCHES)
    assert found is None or found == parsed(words)


@pytest.mark.parametrize(
    ("words", "paths", "flags"),
    [
        (["--target-version=3.9", "a.py"], ["a.py"], {"target_version": ["3.9"]}),
        (["--hook", "--exclude=a", "--exclude=b"], [], {"hook": True, "exclude": ["a", "b"]}),
        (["a.py", "-", "--no-cache", "-q"], ["a.py", "-"], {"cache": False, "quiet": True}),
        (["--output-format=json", "--output-format=full"], [], {"output_format": "full"}),
        (["--isolated", "--staged", "--jobs=2"], [], {"isolated": True, "staged": True, "jobs": "2"}),
    ],
)
def test_what_is_given_is_read(words: list[str], paths: list[str], flags: dict[str, Any]) -> None:
    assert read(words, SWITCHES) == (paths, flags)


@pytest.mark.parametrize(
    "words",
    [
        "--jobs 2",
        "-j2",
        "--jobs=",
        "--quiet=1",
        "a.py --quiet b.py",
        "--max-findings=1",
        "--nonsense",
        "--help",
        "-x.py",
    ],
)
def test_all_else_is_left_to_argparse(words: str) -> None:
    assert read(words.split(), SWITCHES) is None


def test_a_word_that_may_be_a_file_is_left_to_the_line_that_refuses_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "--quiet").touch()
    assert read(["--hook", "--quiet"], SWITCHES) is None
    assert read(["--quiet"], SWITCHES) == ([], {"quiet": True})
