"""The page's file for GitLab and our component, run from end to end by gitlab-ci-local, as GitLab would run them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from .test_ci import hostile
from .written import ROOT, TOOLS, block, built, environment, published

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
HOST = "ssh://git@gitlab.com:22/syntax-guard/syntax-guard.git"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """gitlab-ci-local; a later version needs a Node that Debian does not have."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("rsync") is None:
        pytest.skip("npm or rsync is not installed: run .ci/ecosystem")
    folder = tmp_path_factory.mktemp("npm")
    subprocess.run(
        [npm, "install", "--silent", "--no-fund", "--no-audit", "gitlab-ci-local@4.61"], cwd=folder, check=True
    )
    return folder / "node_modules" / ".bin" / "gitlab-ci-local"


@pytest.fixture(scope="module")
def component(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables under which the component is fetched from this repository, and the release is this one."""
    folder = tmp_path_factory.mktemp("component")
    tool = published(folder)
    shutil.copytree(ROOT / "templates", tool / "templates")
    clean = {name: value for name, value in environment(folder).items() if name.startswith(("GIT_", "PIP_"))}
    for command in ("add --all", "commit -q -m component", "tag 0.1.0"):
        subprocess.run(["git", *command.split()], cwd=tool, env=os.environ | clean, check=True)
    (folder / "gitconfig").write_text(f'[url "{tool.as_uri()}"]\n\tinsteadOf = {HOST}\n')
    return clean | {
        "GIT_CONFIG_GLOBAL": str(folder / "gitconfig"),
        "HOME": str(folder),
        "PATH": TOOLS + os.pathsep + os.environ["PATH"],
        "PIP_FIND_LINKS": str(built(folder)),
    }


@pytest.mark.parametrize("kind", ["good", "broken", "hostile"])
def test_the_component_reports_and_fails(kind: str, program: Path, component: dict[str, str], tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "good.py").write_text("a = 1\n")
    if kind == "broken":
        (project / "bad.py").write_text("a = (\n")
    sprung = hostile(project) if kind == "hostile" else tmp_path / "sprung"
    variables = component | ({"PYTHONPATH": str(project)} if kind == "hostile" else {})
    (project / ".gitlab-ci.yml").write_text(block(".gitlab-ci.yml"))
    for command in ("init -q", "remote add origin git@gitlab.com:me/project.git", "add --all", "commit -q -m change"):
        subprocess.run(["git", *command.split()], cwd=project, env=component, check=True)
    done = subprocess.run(
        [program, "--force-shell-executor", "--shell-isolation"],
        cwd=project, env=variables, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert (done.returncode, "bad.py:1:5: syntax-error" in said) == ((0, False) if kind == "good" else (1, True)), said
    assert not sprung.exists(), sprung.read_text()
    (report,) = project.rglob("gl-code-quality-report.json")
    assert [one["location"]["path"] for one in json.loads(report.read_text())] == ["bad.py"] * (kind != "good")
