"""Repositories that mean harm, required gates, and reports."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from syntax_guard.config.declarations.compose import builds
from syntax_guard.config.declarations.declaration import DeclarationError
from syntax_guard.doctor.examine import examine, required_missing
from syntax_guard.doctor.finding import Advice, Edit, Finding, Place
from syntax_guard.doctor.gates.table import GATES
from syntax_guard.doctor.render import as_json, table
from syntax_guard.errors import GitError, SourcesError, UsageError

from .layout import run, write

if TYPE_CHECKING:
    from pathlib import Path

    from ..conftest import Folder


OK = Finding("commit", "ok", "there", Place("a", 1), "written")
UNSURE = Finding("commit", "cannot-tell", "perhaps", Place("a", 2))
MISSING = Finding("tree", "missing", "not there", None, "written", "because", Advice(pattern="that"))
NOTHING = Finding("health", "not-applicable", "no container")


@pytest.mark.parametrize(
    ("findings", "required", "missing"),
    [
        ([OK], ["commit"], ()),
        ([UNSURE], ["commit"], ("commit",)),
        ([OK, UNSURE], ["commit"], ("commit",)),
        ([MISSING], ["tree"], ("tree",)),
        ([NOTHING], ["health"], ("health",)),
        ([], ["python"], ("python",)),
        ([MISSING, UNSURE], ["tree", "commit"], ("commit", "tree")),
    ],
)
def test_required_gates(findings: list[Finding], required: list[str], missing: tuple[str, ...]) -> None:
    assert required_missing(findings, required) == missing


@pytest.mark.parametrize(
    ("finding", "said"),
    [(NOTHING, "required, but health does not apply here (no container)"),
     (MISSING, "required, but missing or not sure: tree. It promises: ")],
)  # fmt: skip
def test_what_is_required_and_not_there_is_named(finding: Finding, said: str) -> None:
    assert table([finding], [finding.gate]).splitlines()[-1].startswith(said)


def test_a_gate_that_does_not_exist() -> None:
    with pytest.raises(UsageError) as raised:
        required_missing([], ["comit"])
    assert "'commit'" in str(raised.value.hint)


def test_the_table_fits_the_terminal() -> None:
    lines = table([OK, UNSURE, MISSING], ["tree"], 60).splitlines()
    assert lines[0].startswith("commit")
    assert all(len(line) <= 60 for line in lines[:-1])


@pytest.mark.parametrize("width", [40, 80, 200])
def test_advice_stands_at_one_indentation(width: int) -> None:
    edit = Edit("ci.yml", 3, 0, "jobs:\n  lint: " + "x" * 90 + "\n", "before line 3 (a)")
    found = Finding("tree", "missing", "not there", None, "written", "because", Advice((edit,), ("true",)))
    lines = table([found], (), width).splitlines()
    begin = lines.index("  in ci.yml, before line 3 (a):")
    assert lines[begin + 1 : begin + 4] == ["  jobs:", f"    lint: {'x' * 90}", "  run: true"]


def test_json_holds_every_field() -> None:
    edit = Finding("start", "missing", "no", Place("b", 2), "written", "why", Advice((Edit("b", 2, 1, "c\n"),), ("d",)))
    document = json.loads(as_json([edit, UNSURE], ["tree"]))
    assert document["version"] == 1
    assert [gate["gate"] for gate in document["gates"]] == list(GATES)
    first, second = document["findings"]
    assert (first["path"], first["line"], first["how"], first["commands"]) == ("b", 2, "written", ["d"])
    assert first["edits"] == [{"path": "b", "line": 2, "replaces": 1, "text": "c\n"}]
    assert (second["how"], second["write"], second["edits"]) == (None, None, [])


@pytest.mark.parametrize(
    ("line", "told"),
    [("RUN python -m pip install --no-cache-dir syntax-guard", True), ("- run: pipx run syntax-guard check", True),
     ("- uvx syntax-guard check", True), ("- syntax-guard check", False)],
)  # fmt: skip
def test_what_installs_says_from_where_before_the_first_release(line: str, told: bool) -> None:
    advice = Advice((Edit("a", 1, 0, line + "\n"),))
    finding = Finding("tree", "missing", "not there", None, "written", "why", advice)
    for report in (table([finding], (), 200), as_json([finding])):
        assert ("https://github.com/syntax-guard/syntax-guard/archive/main.tar.gz" in report) == told


def test_a_place_is_told_by_what_stands_there_and_an_edit_is_written_once(tmp_path: Path) -> None:
    write(
        tmp_path, {"Dockerfile": "FROM python:3.12\n\nHEALTHCHECK CMD curl http://localhost:9000/up\nCMD uvicorn a:b\n"}
    )
    report = table(examine(str(tmp_path)), (), 120)
    assert "before line 4 (CMD uvicorn a:b):" in report
    assert "in place of line 3 (HEALTHCHECK CMD curl http://localhost:9000/up):" in report
    assert report.count("after line 1 (FROM python:3.12):") == report.count("RUN python -m pip install") == 1
    assert "after line 1 (FROM python:3.12), as above" in report
    assert report.count("before its first release PyPI has no syntax-guard") == 1


def speaks(report: str) -> bool:
    """Whether a runner would take a line for a command, or a terminal would act on it."""
    return bool(re.search(r"^\s*::|##\[|##vso\[|##teamcity\[|[\x00-\x09\x0b-\x1f\x7f\u202e]", report, re.MULTILINE))


@pytest.mark.parametrize(
    "words", ["::add-mask::x", "##[error]x", "##vso[x]", "\x1b]0;x\x07", "\u202ex", "a " * 40 + "::error::x"]
)
def test_no_word_of_a_repository_speaks_to_a_runner(words: str, tmp_path: Path) -> None:
    quoted = json.dumps(words)
    many = " ".join([words] * 40)
    write(tmp_path, {
        "compose.yaml": f"services:\n  {quoted}:\n    image: python:3.12\n    command: [uvicorn, {quoted}]\n",
        "Dockerfile": f"FROM python:3.12\nWORKDIR /x\nCMD uvicorn {many}\n",
        "Procfile": f"web: gunicorn {words}\n",
        ".github/workflows/a.yml": f"on: push\njobs:\n  {quoted}:\n    if: x\n    steps:\n    - run: syntax-guard check {quoted}\n",  # noqa: E501
    })  # fmt: skip
    findings = examine(str(tmp_path))
    for width in range(40, 130, 7):
        assert not speaks(table(findings, (), width))
    assert not speaks(as_json(findings))


LONG = "\n".join(["echo a && syntax-guard check || true"] * 40_000)
MERGES = "services: &a {x: 1}\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} {{<<: [{', '.join([f'*{chr(97 + i)}'] * 9)}]}}\n" for i in range(20)
)
RUN = "on: push\njobs:\n  a:\n    steps:\n    - run: |\n"
HOSTILE = {
    "a long run": (".github/workflows/a.yml", RUN + "".join(f"        {line}\n" for line in LONG.split("\n"))),
    "a run of many lines": (".github/workflows/a.yml", RUN + "        syntax-guard check\n" * 9_000),
    "a long entry script": ("entrypoint.sh", LONG),
    "a long CMD": ("Dockerfile", "FROM python:3.12\nCMD " + LONG.replace("\n", " ; ")[:190_000] + "\n"),
    "a CMD of brackets": ("Dockerfile", "FROM python:3.12\nCMD " + "[" * 100_000 + "\n"),
    "arguments that double": ("Dockerfile", "".join(f"ARG A{i + 1}=$A{i}$A{i}$A{i}$A{i}\n" for i in range(30)) + "FROM $A30\n"),  # noqa: E501
    "an argument of itself": ("Dockerfile", "ARG A=abcd\n" + "ARG A=$A$A$A$A\n" * 30 + "FROM python:$A\nCMD a\n"),
    "a key of many parts": ("pyproject.toml", "a." * 60_000 + "a = 1\n"),
    "an integer of many digits": ("pyproject.toml", "a = " + "1" * 5_000 + "\n"),
    "a code point past all": ("compose.yaml", 'services: "\\UFFFFFFFF"\n'),
    "a version of many digits": ("compose.yaml", "%YAML 1." + "1" * 5_000 + "\n---\nservices: {}\n"),
    "an anchor in itself": ("compose.yaml", "services: &a\n  <<: *a\n  web: {<<: *a, image: python}\n"),
    "merge keys that multiply": ("compose.yaml", MERGES),
    "a circle in a service": ("compose.yaml", "services:\n  web: &a\n    image: python:3.12\n    command: &b [x, *b]\n    build: *a\n"),  # noqa: E501
    "nested without end": ("compose.yaml", "services: " + "[" * 100_000),
    "nested mappings": (".gitlab-ci.yml", "a: " + "{a: " * 5_000),
    "a tag that would run": ("compose.yaml", "services: !!python/object/apply:os.system ['exit 3']\n"),
    "no text": (".gitlab-ci.yml", "\x00\x01"),
    "scalars where mappings belong": ("compose.yaml", "services: {a: x, b: [1], c: {image: [], build: 3, healthcheck: 1}}\n"),  # noqa: E501
    "lists where scalars belong": (".github/workflows/a.yml", "on: {push: [1]}\njobs: {a: {steps: [{run: [1], uses: {}}], if: [1]}}\n"),  # noqa: E501
    "a chain of extends": ("compose.yaml", "services:\n  a: {extends: b, image: python}\n  b: {extends: {service: a}}\n"),  # noqa: E501
    "quotes without an end": ("compose.yaml", "services:\n  a: {image: python, command: \"uvicorn 'a\"}\n"),
    "hooks that are none": (".pre-commit-config.yaml", "repos: [1, {hooks: 3}, {hooks: [x, {id: [1]}]}]\ndefault_stages: {}\n"),  # noqa: E501
    "hooks of prek that are none": ("prek.toml", "repos = 3\n"),
    "hooks of an alias that multiplies": (".pre-commit-config.yaml", "a0: &a0 [x]\n" + "".join(
        f"a{i + 1}: &a{i + 1} [{', '.join([f'*a{i}'] * 9)}]\n" for i in range(20)
    ) + "repos:\n- {repo: *a20, hooks: [{id: *a20, args: *a20, stages: *a20}]}\n"),
    "a Makefile without end": ("Makefile", "lint:\n" + "\tsyntax-guard check\n" * 9_000),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_survived(name: str, tmp_path: Path) -> None:
    path, text = HOSTILE[name]
    files = {"Dockerfile": 'FROM python:3.12\nENTRYPOINT ["./entrypoint.sh"]\n', path: text}
    write(tmp_path, {".github/workflows/b.yml": RUN + "        make lint\n", **files})
    begun = time.process_time()
    findings = examine(str(tmp_path))
    assert time.process_time() - begun < 20  # a guard against what never ends; the bounds are in the code
    assert len(table(findings)) + len(as_json(findings)) < 1 << 20


def test_brackets_that_the_scanner_would_look_at_again_and_again_end_soon() -> None:
    with pytest.raises(DeclarationError, match="too deeply"):
        builds(b"build: " + b"[" * 2_000, "compose.yaml")


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SourcesError):
        examine(str(tmp_path / "absent"))


def test_a_repository_that_git_refuses(repository: Folder) -> None:
    repository.git("config", "core.repositoryFormatVersion", "99")
    with pytest.raises(GitError):
        examine(str(repository.path))


def test_a_folder_inside_of_a_repository_means_all_of_it(tmp_path: Path) -> None:
    files = {
        ".gitlab-ci.yml": "lint: {script: [syntax-guard check]}\n",
        "api/Dockerfile": "FROM python:3.12\nCMD uvicorn a:b\n",
    }
    write(tmp_path, {**files, "pyproject.toml": '[project]\nrequires-python = ">=3.12"\n'})
    assert examine(str(tmp_path / "api")) == examine(str(tmp_path))
    found = {finding.gate: finding for finding in examine(str(tmp_path / "api"))}
    assert (found["tree"].state, found["tree"].place) == ("ok", Place(".gitlab-ci.yml", 1))
    assert (found["start"].state, found["start"].place) == ("missing", Place("api/Dockerfile", 2))
    assert found["python"].state == "ok"


def test_a_file_that_leads_out_of_the_repository_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("services: {web: {image: python:3.12}}\n")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "compose.yaml").symlink_to(tmp_path / "outside.yaml")
    (inside / "Dockerfile").symlink_to("/dev/zero")
    assert {finding.state for finding in examine(str(inside)) if finding.gate == "start"} == {"not-applicable"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Dockerfile")
    assert examine(str(tmp_path))


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root, setpriv"
)
def test_a_file_that_cannot_be_opened_is_not_called_absent(tmp_path: Path) -> None:
    folder = tmp_path / "here"
    files = (".pre-commit-config.yaml", ".github/workflows/a.yml", "Dockerfile")
    write(folder, dict.fromkeys(files, "x"))
    (folder / ".git/hooks/pre-commit").write_text("#!/bin/sh\n# File generated by pre-commit: https://x\n")
    for name in (*files, ".git/hooks/pre-commit"):
        (folder / name).chmod(0)
    plain = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]  # root, but not above permissions
    found = run(folder, [*plain, "syntax-guard", "doctor", "--try", "--output-format", "json"])
    said = {one["gate"]: (one["state"], one["message"]) for one in json.loads(found.stdout)["findings"]}
    assert {gate for gate, (state, _) in said.items() if state == "cannot-tell"} >= {"commit", "tree", "start", "push"}
    assert "cannot open" in said["tree"][1]
