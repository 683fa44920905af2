"""What doctor says of CI is what happens: the steps are run in the shell that the service's runner uses."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from . import runners
from .layout import BROKEN, GOOD, answers, apply, states, write

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")

WORKFLOW = """on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
      - run: {}
"""
MAKEFILE = "test:\n\tpytest\n\nlint:\n\tsyntax-guard check\n"
TOX = (
    "[tox]\nenv_list = py312\n[testenv]\ncommands = pytest\n"
    "[testenv:lint]\nallowlist_externals = syntax-guard\ncommands = syntax-guard check\n"
)
NOX = """import nox

@nox.session
def tests(session):
    session.run("pytest")

@nox.session
def lint(session):
    session.run("syntax-guard", "check", external=True)
"""
TASKS = {"Makefile": MAKEFILE, "tox.ini": TOX, "noxfile.py": NOX}
INLINE = [  # the command of a step, what doctor says of it
    ("syntax-guard check", "ok"),
    ("python -m syntax_guard check .", "ok"),
    ("syntax-guard check --output-format concise && echo fine", "ok"),
    ("make lint", "ok"),
    ("tox -e lint", "ok"),
    ("nox -s lint", "cannot-tell"),
    ("pip install tox", "missing"),
    ("echo make lint", "missing"),
    ("make test", "missing"),
    ("nox -l", "cannot-tell"),
    ("make -n lint", "cannot-tell"),
    ("tox -e py312", "cannot-tell"),
    ("syntax-guard check --help", "cannot-tell"),
    ("syntax-guard --version", "cannot-tell"),
    ("syntax-guard check --staged", "cannot-tell"),
    ('syntax-guard check --exclude "*"', "cannot-tell"),
    ("syntax-guard check || true", "cannot-tell"),
    ("syntax-guard check | tee log", "cannot-tell"),
    ("syntax-guard check &", "cannot-tell"),
    ("cd docs; syntax-guard check", "cannot-tell"),
    ("make -f Other lint", "cannot-tell"),
    ("true || syntax-guard check", "cannot-tell"),
    ("SYNTAX_GUARD_EXCLUDE='*' syntax-guard check", "cannot-tell"),
    ("export SYNTAX_GUARD_EXCLUDE='*'; syntax-guard check", "cannot-tell"),
    ("env SYNTAX_GUARD_EXCLUDE='*' syntax-guard check", "cannot-tell"),
    ("syntax-guard check other", "cannot-tell"),
    ("pytest", "missing"),
]
BLOCKS = [
    ("if syntax-guard check; then echo ok; fi", "cannot-tell"),
    ("syntax-guard check && echo one\necho two", "cannot-tell"),
    ("set +e\nsyntax-guard check\ntrue", "cannot-tell"),
    ("syntax-guard() { true; }\nsyntax-guard check", "cannot-tell"),
    ("exit 0\nsyntax-guard check", "cannot-tell"),
    ("true && set +e\nsyntax-guard check\necho done", "cannot-tell"),
    ("set -eu +e\nsyntax-guard check\necho done", "cannot-tell"),
    ("env -C docs syntax-guard check", "cannot-tell"),
    ("env syntax-guard check", "ok"),
    ("syntax-guard check --hook", "cannot-tell"),
    ("syntax-guard check $MORE", "cannot-tell"),
    ("syntax-guard check --output-file $'a\\'' || true $'a\\''", "cannot-tell"),
    ("echo 'a && b' \"$HOME;\" # c\nsyntax-guard check", "ok"),
    ("cat <<END\nsyntax-guard check\nEND", "cannot-tell"),
    ("echo one\nsyntax-guard \\\n  check\necho two", "ok"),
]


def block(text: str) -> str:
    return "|\n" + "".join(f"          {line}\n" for line in text.split("\n"))


def outcome(folder: Path) -> bool:
    """Whether the workflow goes red for a broken file, and not for a good one."""
    reds = []
    for text in (BROKEN, GOOD):
        (folder / "pkg").mkdir(exist_ok=True)
        (folder / "pkg" / "later.py").write_text(text)
        reds.append(bool(runners.github(folder)))
    return reds == [True, False]


@pytest.mark.parametrize(("command", "state"), [*INLINE, *BLOCKS])
def test_a_step(command: str, state: str, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    workflow = WORKFLOW.format(block(command))
    write(folder, {".github/workflows/ci.yml": workflow, "pkg/a.py": GOOD, "other/b.py": GOOD, **TASKS})
    assert states(folder, "tree") == {state}
    program = command.split()[0]
    if shutil.which(program) is None and program in ("tox", "nox", "make", "pip"):
        return
    if state != "cannot-tell":
        assert outcome(folder) == (state == "ok")


MAKEFILES = [  # what doctor says of `make lint`; where it is ok, make itself is asked
    (
        ".PHONY: lint\n# a comment\ntest: lint\n\tpytest $(ARGS)\n\nlint:\n\t@echo go\n\tsyntax-guard check\n",
        "ok",
    ),
    ("lint:\n\tsyntax-guard check && echo fine\n", "ok"),
    ("lint:\n\tsyntax-guard check; echo fine\n", "cannot-tell"),
    ("lint:\n\t-syntax-guard check\n", "cannot-tell"),
    ("lint:\n\tsyntax-guard check || true\n", "cannot-tell"),
    ("lint:\n\tcd other\n\tsyntax-guard check\n", "cannot-tell"),
    ("lint:\n\t$(TOOL) syntax-guard check\n", "cannot-tell"),
    ("lint: gone\n\tsyntax-guard check\ngone:\n\trm -rf pkg\n", "cannot-tell"),
    ("lint:\n\tsyntax-guard check\ninclude more.mk\n", "cannot-tell"),
    ("SHELL = true\nlint:\n\tsyntax-guard check\n", "cannot-tell"),
    (".SILENT:\n.IGNORE:\nlint:\n\tsyntax-guard check\n", "cannot-tell"),
    ("Makefile:\n\ttouch $@\nlint:\n\tsyntax-guard check\n", "cannot-tell"),
    ("lint:\n\tsyntax-guard check\nlint: gone\ngone:\n\trm -rf pkg\n", "cannot-tell"),
    ("# \\\nlint:\n\tsyntax-guard check\n", "cannot-tell"),
]


@pytest.mark.parametrize(("text", "state"), MAKEFILES)
def test_a_makefile(text: str, state: str, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    write(folder, {".github/workflows/ci.yml": WORKFLOW.format("make lint"), "pkg/a.py": GOOD, "Makefile": text})
    assert states(folder, "tree") == {state}
    if state == "ok" and shutil.which("make"):
        assert outcome(folder)


PARTS = [  # a change of a workflow whose step is sure, and what becomes of it
    ("- run:", "- if: false\n        run:", "cannot-tell"),
    ("- run:", "- continue-on-error: true\n        run:", "cannot-tell"),
    ("- run:", "- if: github.actor == 'me'\n        run:", "cannot-tell"),
    ("- run:", "- working-directory: pkg\n        run:", "cannot-tell"),
    ("- run:", "- env: {SYNTAX_GUARD_EXCLUDE: '*'}\n        run:", "cannot-tell"),
    ("    runs-on", "    env: {SYNTAX_GUARD_EXCLUDE: '*'}\n    runs-on", "cannot-tell"),
    ("    runs-on", "    env: {SYNTAX_GUARD_JOBS: '2'}\n    runs-on", "ok"),
    ("- run:", "- shell: pwsh\n        run:", "cannot-tell"),
    ("    runs-on", "    if: false\n    runs-on", "cannot-tell"),
    ("    runs-on", "    continue-on-error: true\n    runs-on", "cannot-tell"),
    ("[push, pull_request]", "schedule", "cannot-tell"),
    ("[push, pull_request]", "{push: {paths: [docs]}}", "cannot-tell"),
    ("[push, pull_request]", "{push: {branches: [main]}, pull_request: }", "ok"),
    ("ubuntu-latest", "windows-latest", "ok"),
]


@pytest.mark.parametrize(("old", "new", "state"), PARTS)
def test_what_stands_around_a_step(old: str, new: str, state: str, tmp_path: Path) -> None:
    write(tmp_path, {".github/workflows/ci.yml": WORKFLOW.format("syntax-guard check").replace(old, new)})
    assert states(tmp_path, "tree") == {state}


JENKINS = "pipeline {\n  stages {\n    stage('t') {\n      steps {\n        sh 'pytest'\n      }\n    }\n  }\n}\n"
SERVICES = {
    "github": (".github/workflows/ci.yml", WORKFLOW.format("pytest -q"), runners.github),
    "gitlab": (".gitlab-ci.yml", "stages: [check]\nunit:\n  stage: check\n  script:\n    - pytest\n", runners.gitlab),
    "gitlab-without-python": (
        ".gitlab-ci.yml",
        "stages: [build]\nsite:\n  stage: build\n  script:\n    - echo npm\n",
        runners.gitlab,
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("service", SERVICES)
def test_advice_for_a_service_is_in_its_syntax_and_works(service: str, tmp_path: Path) -> None:
    path, text, happens = SERVICES[service]
    folder = tmp_path / "here"
    write(folder, {path: text, "pkg/a.py": BROKEN})
    (finding,) = answers(folder, "tree")
    assert finding.state == "missing"
    assert happens(folder) == 0

    apply(folder, finding)
    assert states(folder, "tree") == {"ok"}
    assert happens(folder) == 1
    (folder / "pkg" / "a.py").write_text(GOOD)
    assert happens(folder) == 0
    assert set(text.splitlines()) <= set((folder / path).read_text().splitlines())


CIRCLE = """jobs:
  test:
    steps:
      - checkout
      - run: pytest
workflows: {all: {jobs: [test]}}
"""
BITBUCKET = "image: python:3.12\npipelines:\n  default:\n    - step:\n        script:\n          - pytest\n"
AZURE = "steps:\n- task: UsePythonVersion@0\n- script: pytest\n  displayName: tests\n"
TRAVIS = "language: python\nscript:\n  - pytest\n"
PATTERNS = {  # a file, a step of it, how steps are written, what happens
    "bitbucket": ("bitbucket-pipelines.yml", BITBUCKET, "- pytest", "- [^,]*", runners.bitbucket),
    "azure": ("azure-pipelines.yml", AZURE, "- script: pytest", "- script: [^,]*", runners.azure),
    "travis": (".travis.yml", TRAVIS, "- pytest", "- [^,]*", runners.travis),
    "jenkins": ("Jenkinsfile", JENKINS, "sh 'pytest'", "sh '.*?'", runners.jenkins),
    "circle": (".circleci/config.yml", CIRCLE, "- run: pytest", "- run: [^,]*", runners.circle),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PATTERNS)
def test_the_steps_for_a_service_are_in_its_syntax_and_work(name: str, tmp_path: Path) -> None:
    path, text, step, written, happens = PATTERNS[name]
    folder = tmp_path / "here"
    write(folder, {path: text, "pkg/a.py": BROKEN})
    (finding,) = answers(folder, "tree")
    assert finding.state == "missing"
    assert finding.advice is not None
    added = re.findall(written, finding.advice.pattern or "")
    assert len(added) == 2
    assert happens(folder) == 0
    indent = re.findall(rf"^( *){re.escape(step)}", text, re.MULTILINE)[0]
    (folder / path).write_text(text.replace(step, f"\n{indent}".join([*added, step])))
    assert happens(folder) == 1
    assert states(folder, "tree") == {"cannot-tell"}
    (folder / "pkg" / "a.py").write_text(GOOD)
    assert happens(folder) == 0


HERE = "{}.{}".format(*sys.version_info)
PYTHONS = [  # what the project says, the Python of a new job: this one where the tool does not run on the project's
    ({"pyproject.toml": "[project]\nrequires-python = '>=3.11'\n"}, "3.11"),
    ({".python-version": "3.12\n"}, "3.12"),
    ({"pyproject.toml": "[project]\nrequires-python = '>=3.8'\n"}, HERE),
    ({"pyproject.toml": "[tool.syntax-guard]\ntarget-version = 3\n"}, HERE),
    ({}, HERE),
]


@pytest.mark.parametrize("ci", [{}, {".gitlab-ci.yml": "pages:\n  script:\n    - echo npm\n"}])
@pytest.mark.parametrize(("said", "python"), PYTHONS)
def test_a_new_job_has_the_python_of_the_project(
    said: dict[str, str], python: str, ci: dict[str, str], tmp_path: Path
) -> None:
    write(tmp_path, {"a.py": GOOD, **said, **ci})
    (finding,) = answers(tmp_path, "tree")
    apply(tmp_path, finding)
    assert states(tmp_path, "tree") == {"ok"}
    written = "".join(edit.text for edit in finding.advice.edits) if finding.advice else ""
    assert (f"python:{python}-slim" if ci else f'python-version: "{python}"') in written


PUBLISH = """on: release
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-python@v5
      - run: python -m build
      - uses: pypa/gh-action-pypi-publish@release/v1
        with: {packages-dir: out/}
"""


def test_what_publishes_without_a_check_is_told_where_to_put_one(tmp_path: Path) -> None:
    write(tmp_path, {".github/workflows/release.yml": PUBLISH, "a.py": GOOD})
    (finding,) = answers(tmp_path, "ship")
    assert finding.state == "missing"
    assert finding.advice is not None
    added = re.findall(r"- run: [^,]*", finding.advice.pattern or "")
    assert added[-1] == "- run: syntax-guard check out/*"
    step = "      - uses: pypa/"
    text = PUBLISH.replace(step, "".join(f"      {one}\n" for one in added) + step)
    (tmp_path / ".github/workflows/release.yml").write_text(text)
    assert states(tmp_path, "ship") == {"ok"}


@pytest.mark.parametrize(
    ("remote", "path"),
    [("https://gitlab.example/a/b.git", ".gitlab-ci.yml"), ("git@github.com:a/b", ".github/workflows/syntax.yml"),
     (None, ".github/workflows/syntax.yml"), ("git@bitbucket.org:a/b", None)],
)  # fmt: skip
def test_a_repository_without_ci_is_shown_the_syntax_of_its_host(
    remote: str | None, path: str | None, tmp_path: Path
) -> None:
    write(tmp_path, {"a.py": GOOD})
    if remote:
        subprocess.run(["git", "-C", str(tmp_path), "remote", "add", "origin", remote], check=True)
    (finding,) = answers(tmp_path, "tree")
    assert finding.advice is not None
    if path:
        assert [edit.path for edit in finding.advice.edits] == [path]
    else:
        assert "in bitbucket-pipelines.yml" in (finding.advice.pattern or "")
