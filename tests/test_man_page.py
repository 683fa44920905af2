"""Help and the man page: made from the parser, up to date, and readable in 80 columns."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from syntax_guard.command_line import parser

if TYPE_CHECKING:
    from types import ModuleType

SCRIPT = Path(__file__).parents[1] / "docs" / "write_man_page.py"


def verbs() -> dict[str, argparse.ArgumentParser]:
    (found,) = [action.choices for action in parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found)


@pytest.mark.parametrize("name", ["", *verbs()])
def test_help_fits_80_columns(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    text = (verbs()[name] if name else parser()).format_help()
    assert max(map(len, text.splitlines())) <= 80


@pytest.fixture
def writer() -> ModuleType:
    if not SCRIPT.exists():
        pytest.skip("docs/ is not here")
    spec = importlib.util.spec_from_file_location("write_man_page", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_script_writes(writer: ModuleType) -> None:
    assert writer.PAGE.read_text(encoding="utf-8") == writer.page(parser()), "run python docs/write_man_page.py"


def test_the_page_has_every_verb_and_every_option(writer: ModuleType) -> None:
    text = writer.page(parser())
    for name, verb in verbs().items():
        assert f'.SS "{name}"' in text
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
