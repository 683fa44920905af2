"""Help and the man page: made from the parser, up to date, and readable in 80 columns."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from syntax_guard.cli.parser import parser

from ..documents.pages import PROJECT, script

if TYPE_CHECKING:
    from types import ModuleType

SCRIPT = PROJECT / "docs" / "write_man_page.py"


def verbs() -> dict[str, argparse.ArgumentParser]:
    (found,) = [action.choices for action in parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found)


@pytest.mark.parametrize("columns", [40, 80, 120, 200])
@pytest.mark.parametrize("name", ["", *verbs()])
def test_help_fits_the_columns(name: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    text = (verbs()[name] if name else parser()).format_help()
    assert max(map(len, text.splitlines())) <= columns
    if columns == 200 and name == "check":
        assert max(map(len, text.splitlines())) > 100


@pytest.fixture
def writer() -> ModuleType:
    if not SCRIPT.exists():
        pytest.skip("docs/ is not here")
    return script("write_man_page")


def test_the_page_is_what_the_script_writes(writer: ModuleType) -> None:
    assert writer.PAGE.read_text(encoding="utf-8") == writer.page(parser()), "run python docs/write_man_page.py"


def test_the_page_has_every_verb_and_every_option(writer: ModuleType) -> None:
    text = writer.page(parser())
    for name, verb in verbs().items():
        assert f'.SS "{name}"'.replace("-", "\\-") in text
        options = [option for action in verb._actions[1:] for option in action.option_strings]  # without --help
        assert [option for option in options if option.replace("-", "\\-") not in text] == []


def test_mandoc_has_nothing_to_say(writer: ModuleType) -> None:
    mandoc = shutil.which("mandoc")
    if mandoc is None:
        pytest.skip("mandoc is not installed")
    done = subprocess.run(
        [mandoc, "-Tlint", "-Wwarning", str(writer.PAGE)], capture_output=True, text=True, check=False
    )
    assert "ERROR" not in done.stdout
    warnings = [line for line in done.stdout.splitlines() if "missing date" not in line]  # a date would age by itself
    assert warnings == []


def test_man_shows_it_in_80_columns(writer: ModuleType) -> None:
    man = shutil.which("man")
    if man is None:
        pytest.skip("man is not installed")
    command = [man, "--local-file", str(writer.PAGE)]
    terminal = {"PATH": os.environ["PATH"], "MANWIDTH": "80", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=terminal)
    if done.returncode:
        pytest.skip(f"man cannot format here: {done.stderr.strip()}")
    assert "target-version" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
