"""The table of verbs: each has its module, its page and its test, and a run loads its own verb alone."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

import syntax_guard
from syntax_guard.cli.verbs import VERBS, command

from ..conftest import PROJECT, Folder

COMMANDS = Path(syntax_guard.__file__).parent / "cli" / "commands"
LOADED = """
import json, sys
from syntax_guard.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
loaded = [name.removeprefix("syntax_guard.cli.commands.") for name in sys.modules if ".cli.commands." in name]
sys.stderr.write(json.dumps(loaded))
"""


def test_the_table_and_the_folder_name_the_same_verbs() -> None:
    modules = {path.stem for path in COMMANDS.glob("*.py")} - {"__init__"}
    assert {verb.replace("-", "_") for verb in VERBS} == modules


@pytest.mark.parametrize("verb", VERBS)
def test_the_module_of_a_verb_says_what_it_takes(verb: str, folder: Folder) -> None:
    module = command(verb)
    assert module.__doc__
    assert module.__doc__.startswith(f"`syntax-guard {verb}`")
    run = folder.guard(verb, "--help")
    assert (run.code, run.err) == (0, "")
    assert " ".join(module.DESCRIPTION.split()) in " ".join(run.out.split())


@pytest.mark.parametrize("verb", VERBS)
def test_a_run_loads_its_own_verb_alone(verb: str, folder: Folder) -> None:
    run = folder.run(sys.executable, "-c", LOADED, verb, "--help")
    assert json.loads(run.err) == [verb.replace("-", "_")]


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_has_a_test(verb: str) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (PROJECT / "tests").rglob("test_*.py")]
    run = re.compile(rf'(?:guard\(|COMMAND\), |, )\s*\[?"{verb}"')
    assert any(run.search(text) for text in texts)


@pytest.mark.parametrize("wrong", [["chekc"], ["check", "--output-formt=json"]], ids=" ".join)
def test_what_no_verb_knows_is_named_with_what_may_be_meant(wrong: list[str], folder: Folder) -> None:
    run = folder.guard(*wrong)
    assert run.code == 2
    assert "did you mean" in run.err
    assert len(run.err.splitlines()) == 1
