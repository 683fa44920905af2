"""doctor and `syntax-guard targets` agree on who says which Python a file is for, and doctor says what is not asked."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from syntax_guard.config.settings import load
from syntax_guard.targets.surveys import surveys

from .layout import GOOD, answers, write

if TYPE_CHECKING:
    from pathlib import Path


def floor(version: str, more: str = "") -> str:
    return f'[project]\nname = "a"\nrequires-python = ">={version}"\n{more}'


OURS = '[tool.syntax-guard]\ntarget-version = ["3.10"]\n'
IMAGES = {  # files with one image; its folder; what doctor says; who says which Python
    "a floor": ({"pyproject.toml": floor("3.9"), "Dockerfile": "FROM python:3.10\n"}, ".", "ok",
                "requires-python >=3.9 in pyproject.toml:3"),
    "a floor above the image": ({"pyproject.toml": floor("3.10"), "Dockerfile": "FROM python:3.9\n"}, ".", "missing",
                                "requires-python >=3.10 in pyproject.toml:3"),
    "the image alone": ({"Dockerfile": "ARG V=3.10\nFROM python:${V}-slim\n"}, ".", "ok",
                        "FROM python:3.10-slim in Dockerfile:2"),
    "a pin": ({".python-version": "3.9\n", "Dockerfile": "FROM python:3.9\n"}, ".", "ok", ".python-version:1"),
    "a pin beside another image": ({".python-version": "3.9\n", "Dockerfile": "FROM python:3.10\n"}, ".", "missing",
                                   ".python-version:1"),
    "our own table": ({"pyproject.toml": floor("3.9", OURS), "Dockerfile": "FROM python:3.10\n"}, ".", "ok",
                      "target-version 3.10 in pyproject.toml:5"),
    "what a compose file and its variables say": (
        {"compose.yaml": "services: {web: {build: {context: '${C:-api}', args: [V]}}}\n", ".env": "V=3.9\n",
         "api/Dockerfile": "ARG V=3.10\nFROM python:$V\n"}, "api", "ok", "FROM python:3.9 in compose.yaml:1"),
    "a package of a monorepo": (
        {"pyproject.toml": floor("3.9"), "api/pyproject.toml": floor("3.10"), "api/Dockerfile": "FROM python:3.10\n"},
        "api", "ok", "requires-python >=3.10 in api/pyproject.toml:3"),
}  # fmt: skip


OTHER_IMAGES = {  # which `syntax-guard targets` does not read: files, and what doctor says
    "the image of a service": (
        {"pyproject.toml": floor("3.10"), "compose.yaml": "services: {web: {image: 'python:3.9', command: celery}}\n"},
        "missing", "python:3.9 runs Python 3.9, not what requires-python >=3.10 in pyproject.toml:3 says"),
    "an image beside the Dockerfile": (
        {"pyproject.toml": floor("3.10"), "Dockerfile.prod": "FROM python:3.9\nCMD uvicorn a:b\n"}, "missing",
        "python:3.9 runs Python 3.9, not what requires-python >=3.10 in pyproject.toml:3 says"),
    "an image that is what is asked": (
        {"Dockerfile": "FROM python:3.11\n"}, "ok", "FROM python:3.11 in Dockerfile:1 is asked"),
    "the image of a folder above the compose file": (
        {"docker/compose.yaml": "services: {a: {build: {context: .., dockerfile: docker/Dockerfile}}}\n",
         "docker/Dockerfile": "FROM python:3.9\n"}, "missing",
        "python:3.9 runs Python 3.9, and nothing says what is for it"),
    "an image alone": ({"Dockerfile.prod": "FROM python:3.9\n"}, "missing",
                       "python:3.9 runs Python 3.9, and nothing says what is for it"),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHER_IMAGES)
def test_other_images_are_compared(name: str, tmp_path: Path) -> None:
    files, state, message = OTHER_IMAGES[name]
    write(tmp_path, {**files, "app.py": GOOD})
    assert [(one.state, one.message) for one in answers(tmp_path, "python")] == [(state, message)]


@pytest.mark.parametrize("name", IMAGES)
def test_doctor_and_targets_agree(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, folder, state, said = IMAGES[name]
    write(tmp_path, {**files, f"{folder}/app.py": GOOD})
    (finding,) = answers(tmp_path, "python")
    assert finding.state == state
    assert said in finding.message
    monkeypatch.chdir(tmp_path)
    (found,) = surveys(load({}, {}, str(tmp_path)), folder).projects
    assert any(said in target.why for target in found.survey.targets)


NOT_ASKED = {
    "a pin that contradicts a floor": (
        {"pyproject.toml": floor("3.10"), ".python-version": "3.9\n"}, ".python-version", "3.9"),
    "a floor in a package below our own table": (
        {"pyproject.toml": OURS, "packages/one/pyproject.toml": floor("3.9")}, "packages/one/pyproject.toml", ">=3.9"),
    "a floor that no Python here reaches, below our own table": (
        {"pyproject.toml": OURS, "packages/one/pyproject.toml": floor("4.0")}, "packages/one/pyproject.toml", ">=4.0"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_ASKED)
def test_what_is_declared_and_not_asked_is_said(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, path, words = NOT_ASKED[name]
    write(tmp_path, {**files, "packages/one/a.py": GOOD})
    (finding,) = answers(tmp_path, "python")
    assert (finding.state, finding.place and finding.place.path) == ("missing", path)
    assert words in finding.message
    monkeypatch.chdir(tmp_path)
    asked = {target.version for one in surveys(load({}, {}, str(tmp_path))).projects for target in one.survey.targets}
    assert (3, 9) not in asked


def test_packages_with_floors_of_their_own_are_asked(tmp_path: Path) -> None:
    write(tmp_path, {"one/pyproject.toml": floor("3.9"), "two/pyproject.toml": floor("3.10"), "one/a.py": GOOD})
    assert [one.state for one in answers(tmp_path, "python")] == ["not-applicable"]


def test_what_git_does_not_track_declares_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM python:3.10\n", "pyproject.toml": floor("3.12")})
    subprocess.run(["git", "-C", str(tmp_path), "rm", "-q", "--cached", "pyproject.toml"], check=True)
    (finding,) = answers(tmp_path, "python")
    assert (finding.state, "Dockerfile:1" in finding.message) == ("ok", True)


def test_a_table_of_ours_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[tool.syntax-guard]\ntarget-version = 3\n", "Dockerfile": "FROM python:3.10\n"})
    (finding,) = answers(tmp_path, "python")
    assert (finding.state, "pyproject.toml" in finding.message) == ("cannot-tell", True)


def test_an_image_that_is_newer_than_what_is_asked_is_said(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": floor("3.10"), "Dockerfile": "FROM python:3.12\n"})
    (finding,) = answers(tmp_path, "python")
    assert (finding.state, "asked are 3.10 and" in finding.message) == ("ok", True)
    write(tmp_path, {"Dockerfile": "FROM python:3.10\n"})
    (finding,) = answers(tmp_path, "python")
    assert (finding.state, "asked" in finding.message) == ("ok", False)
