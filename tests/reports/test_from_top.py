"""Reports for reviews, read from a subfolder of a monorepo: each place is one that the reviewer can open."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlparse
from xml.etree import ElementTree as ET

import pytest

from syntax_guard.cli.main import main

from ..conftest import clean_environment
from .ci_readers import github_commands, gitlab_issues
from .validate import validate

# ruff: noqa: ARG001 - the fixture is where the command stands

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..conftest import Folder

NAME = "services/billing/app/größe 1.py"


def _github(report: str) -> list[tuple[str, int]]:
    return [(one.properties["file"], int(one.properties["line"])) for one in github_commands(report)]


def _gitlab(report: str) -> list[tuple[str, int]]:
    return [(one["location"]["path"], one["location"]["lines"]["begin"]) for one in gitlab_issues(report)]


def _sarif(report: str) -> list[tuple[str, int]]:
    """As a viewer does: the URI, resolved against what its base stands for."""
    (run,) = json.loads(report)["runs"]
    found = []
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        artifact = place["artifactLocation"]
        base = run["originalUriBaseIds"][artifact["uriBaseId"]]["uri"] if "uriBaseId" in artifact else ""
        path = unquote(urlparse(urljoin(base, artifact["uri"])).path)
        below = os.path.relpath(path, unquote(urlparse(base).path)).replace(os.sep, "/")
        found.append((below, place["region"]["startLine"]))
    return found


def _junit(report: str) -> list[tuple[str, int]]:
    cases = ET.fromstring(report).iter("testcase")
    return [(case.attrib["file"], int(case.attrib["line"])) for case in cases]


def _rdjson(report: str) -> list[tuple[str, int]]:
    places = [one["location"] for one in json.loads(report)["diagnostics"]]
    return [(place["path"], place["range"]["start"]["line"]) for place in places]


READERS: dict[str, Callable[[str], list[tuple[str, int]]]] = {
    "github": _github, "gitlab": _gitlab, "sarif": _sarif, "junit": _junit, "rdjson": _rdjson,
}  # fmt: skip


@pytest.fixture
def monorepo(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a broken file deep in it; whoever asks stands in a folder of a service."""
    folder.write(NAME, "x = 1\nx = = 1\n")
    folder.git("init", "-q")
    for name in os.environ.keys() - clean_environment(folder.path.parent).keys():
        monkeypatch.delenv(name)
    monkeypatch.setenv("SYNTAX_GUARD_CACHE", "0")
    monkeypatch.chdir(folder.path / "services" / "billing")
    return folder.path


def report(capsys: pytest.CaptureFixture[str], name: str, *arguments: str) -> str:
    assert main(["check", "--isolated", f"--output-format={name}", *arguments]) == 1
    return capsys.readouterr().out


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("how", ["a folder", "a name", "an absolute name", "from above"])
def test_a_place_is_from_the_top_of_the_repository(
    name: str, how: str, monorepo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = {"a folder": ".", "a name": "app/größe 1.py", "an absolute name": str(monorepo / NAME), "from above": ".."}
    said = report(capsys, name, path[how])
    assert READERS[name](said) == [(NAME, 2)]
    if name != "github":
        validate(name, said)


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
def test_the_folder_of_the_server_counts_before_that_of_git(
    name: str, variable: str, monorepo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, str(monorepo / "services"))
    assert READERS[name](report(capsys, name)) == [(NAME.removeprefix("services/"), 2)]


def test_a_folder_of_a_server_that_is_elsewhere_does_not_count(
    monorepo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(monorepo.parent / "home"))
    assert _github(report(capsys, "github")) == [(NAME, 2)]


def test_people_read_paths_from_where_they_stand(monorepo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(capsys, "concise").startswith("app/gr")
    assert json.loads(report(capsys, "json"))["diagnostics"][0]["path"] == "app/größe 1.py"


@pytest.mark.parametrize("name", [*READERS, "json", "json-lines", "full", "concise"])
def test_statistics_speak_in_every_format(name: str, monorepo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--isolated", f"--output-format={name}", "--statistics"]) == 1
    out, err = capsys.readouterr()
    assert "by code:\n  1  syntax-error" in (out if name in ("full", "concise") else err)
    assert name in ("full", "concise") or "by code" not in out


def test_sarif_says_where_a_rule_is_explained(monorepo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (run,) = json.loads(report(capsys, "sarif"))["runs"]
    rules: list[dict[str, Any]] = run["tool"]["driver"]["rules"]
    assert all(rule["helpUri"].endswith(f"docs/codes.md#{rule['id']}") for rule in rules)
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 6}


def test_what_is_staged_is_moved_to_the_top(repository: Folder) -> None:
    repository.write(NAME, "x = 1\nx = = 1\n")
    repository.git("add", ".")
    run = repository.guard("check", "--staged", "--output-format=github", cwd="services/billing")
    assert _github(run.out) == [(NAME, 2)]
