"""docs/editors.md and docs/agents.md: the patterns of editors read our output, and what agents are told to call exists.

The patterns are read here as Python reads them; tests/ecosystem/test_editors.py has the real editors read them.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from syntax_guard.check import check_stdin
from syntax_guard.cli.main import main
from syntax_guard.config.settings import load
from syntax_guard.gates.agent_events import PROTOCOLS

from ..ecosystem.editors import PLACES, SOURCES, recipe
from .pages import PROJECT, blocks

if TYPE_CHECKING:
    from ..conftest import Folder

pytestmark = pytest.mark.skipif(not (PROJECT / "docs").exists(), reason="the pages are not beside the tests")


def vs_code() -> tuple[str, list[int]]:
    (task,) = json.loads(recipe("json", "problemMatcher"))["tasks"]
    pattern = task["problemMatcher"]["pattern"]
    return pattern["regexp"], [pattern["file"], pattern["line"], pattern["column"]]


def vim() -> tuple[str, list[int]]:
    first = recipe("vim", "errorformat").split("errorformat=")[1].split(",")[0].replace("\\ ", " ")
    parts = {"%f": "(.+?)", "%l": r"(\d+)", "%c": r"(\d+)", "%m": ".+"}
    return "^" + re.sub("%[flcm]", lambda found: parts[found[0]], first) + "$", [1, 2, 3]


def lua(holds: str) -> str:
    pattern = re.search(r'"([^"]*\(%d\+\)[^"]*)"', recipe("lua", holds))
    assert pattern
    return pattern[1].replace("%d", r"\d").replace("%w", "A-Za-z0-9")


def nvim_lint() -> tuple[str, list[int]]:
    return lua("lint.parser"), [1, 2, 3]


def none_ls() -> tuple[str, list[int]]:
    return lua("null-ls"), [0, 1, 2]


def emacs() -> tuple[str, list[int]]:
    pattern = re.search(r'\(list "(\^[^"]+)" 1 2 nil 3\)', recipe("elisp", "flymake"))
    assert pattern
    return pattern[1].replace("\\\\(", "(").replace("\\\\)", ")"), [0, 1, 2]


@pytest.mark.parametrize("editor", [vs_code, vim, nvim_lint, none_ls, emacs])
def test_the_pattern_of_an_editor_reads_each_finding(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], editor: object
) -> None:
    assert callable(editor)
    pattern, (file, line, column) = editor()
    monkeypatch.chdir(folder.path)
    for name, content in SOURCES.items():
        folder.write(name, content)
    assert main(["check", "--quiet", "--output-format=concise", "--no-cache"]) == 1
    lines = capsys.readouterr().out.splitlines()
    found = [re.search(pattern, each) for each in lines]
    assert [(int(one[line]), int(one[column])) for one in found if one] == [PLACES[name] for name in sorted(PLACES)]
    if file:
        assert [one[file] for one in found if one] == sorted(PLACES)


def test_what_an_editor_hands_over_is_judged_as_the_file_of_that_name(
    repository: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.write(
        "app/pyproject.toml", '[project]\nrequires-python = ">=3.9"\n[tool.syntax-guard]\nexclude = ["gen/"]\n'
    )
    repository.git("add", ".")
    for here in (repository.path, repository.path / "app", repository.path.parent):
        monkeypatch.chdir(here)

        def judged(name: str, content: bytes = b"match x:\n    case 1: pass\n") -> tuple[list[str], list[str]]:
            whole = str(repository.path / name)
            result = check_stdin(content, load({"stdin_filename": whole, "cache": False}, {}, "."))
            return [one.code for one in result.diagnostics], [one.reason for one in result.skipped]

        assert judged("app/unsaved.py") == (["unsupported-syntax"], [])
        assert judged("other/unsaved.py") == ([], [])
        assert judged("app/gen/unsaved.py", b"x = = 1\n") == ([], ["excluded"])
    assert [one.code for one in check_stdin(b"x = = 1\n", load({}, {}, ".")).diagnostics] == ["syntax-error"]


def test_the_agents_are_told_to_call_the_hook_at_events_that_it_knows() -> None:
    known = {event for protocol in PROTOCOLS for event in (*protocol.edits, *protocol.stops)}
    told = [
        json.loads(each.text)["hooks"] for each in blocks() if each.page.name == "agents.md" and each.language == "json"
    ]
    assert len(told) == len(PROTOCOLS)
    for hooks in told:
        assert hooks.keys() <= known
        commands = re.findall(r'"(?:command|bash)": "(syntax-guard[^"]*)"', json.dumps(hooks))
        assert set(commands) == {"syntax-guard agent-hook"}
    assert known - {event for hooks in told for event in hooks} == {"SubagentStop"}
