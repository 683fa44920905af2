"""What docs/containers.md says to type, typed: from a checkout to a service that answers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ..documents.pages import run_by
from .conftest import ROOT
from .engine import Container, Engine, free_port, until

if TYPE_CHECKING:
    from pathlib import Path


def checkout(folder: Path) -> Path:
    """What the commands need of this repository."""
    for name in ("src", "data", "pyproject.toml", "README.md", "LICENSE", "examples/container"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.mark.usefixtures("build")  # the base image is there, under its name
def test_the_example_is_built_and_started_as_the_page_says(engine: Engine, wheels: Path, tmp_path: Path) -> None:
    (block,) = [block for block in run_by(".ci/container") if not block.title]
    here = checkout(tmp_path)
    (here / "wheels").mkdir()
    for wheel in wheels.glob("*.whl"):
        if not wheel.name.startswith("syntax_guard"):  # the page's own business
            shutil.copy(wheel, here / "wheels")
    environment = {
        **engine.environment,
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]),  # a reader has pip
        "PORT": str(free_port()),
        "BUILDAH_ISOLATION": "chroot",
        "BUILDAH_FORMAT": "docker",
    }
    try:
        done = subprocess.run(
            ["bash", "-ec", block.commands], cwd=here, env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr
        until(Container(engine, "container_app_1").serves)
    finally:
        down = ["podman-compose", "-f", "compose.yaml", "down"]
        subprocess.run(down, cwd=here / "examples" / "container", env=environment, check=True, timeout=120)
        engine.call("network", "rm", "container_default")
