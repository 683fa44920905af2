"""What the container tests need: Podman, a base image, the example's image built on it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .engine import Engine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "container"
IMAGE = "syntax-guard-example"  # as compose.yaml calls it
BASE = "SYNTAX_GUARD_CONTAINER_BASE"
TOOLS = ("podman", "runc", "catatonit", "podman-compose")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    why = reason_to_skip()
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.container)
            if why:
                item.add_marker(pytest.mark.skip(reason=why))


def reason_to_skip() -> str:
    if not os.environ.get(BASE):
        return f"takes minutes and a base image in {BASE}: run .ci/container"
    if sys.platform != "linux" or os.geteuid() != 0:
        return "starts containers: needs Linux and root"
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    return f"not installed: {', '.join(missing)}; .ci/container installs them" if missing else ""


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(tmp_path_factory.mktemp("podman"))
    yield engine
    engine.done("rm", "--all", "--force", "--time", "0")
    engine.done("rmi", "--all", "--force")


@pytest.fixture(autouse=True)
def no_container_is_left(engine: Engine) -> Iterator[None]:
    yield
    engine.done("rm", "--all", "--force", "--time", "0")


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheels of the example's requirements, ours among them, as this machine's pip finds them."""
    folder = tmp_path_factory.mktemp("wheels")
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, ROOT], check=True)
    download = [*pip, "download", "--only-binary", ":all:", "--find-links", folder, "--dest", folder]
    version = re.search(r"^ARG PYTHON=(.*)$", (EXAMPLE / "Dockerfile").read_text(), re.MULTILINE)
    assert version
    subprocess.run([*download, "--python-version", version[1], "-r", EXAMPLE / "requirements.txt"], check=True)
    (folder / "pip.conf").write_text("[global]\nno-index = true\nfind-links = /wheels\n")
    return folder


@pytest.fixture(scope="session")
def build(engine: Engine, wheels: Path) -> list[str | Path]:
    """The arguments that build an image from a folder, on the base image and from the wheels."""
    asked = re.search(r"^FROM (.*)$", (EXAMPLE / "Dockerfile").read_text(), re.MULTILINE)
    version = re.search(r"^ARG PYTHON=(.*)$", (EXAMPLE / "Dockerfile").read_text(), re.MULTILINE)
    assert asked
    assert version
    name = asked[1].replace("${PYTHON}", version[1])
    if os.environ[BASE] == "pull":
        engine.done("pull", name)
    else:
        # What the official image sets, and the example relies on; and no package index, which may be out of reach.
        settings = [
            "PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG=C.UTF-8",
            "PIP_NO_INDEX=1",
        ]
        changes = [argument for setting in settings for argument in ("--change", f"ENV {setting}")]
        engine.done("import", *changes, os.environ[BASE], name)
    mounts = ["--volume", f"{wheels}:/wheels:ro", "--volume", f"{wheels}/pip.conf:/etc/pip.conf:ro"]
    return ["build", "--isolation", "chroot", "--format", "docker", *mounts]


@pytest.fixture(scope="session")
def image(engine: Engine, build: list[str | Path]) -> str:
    """The example's image, built by its Dockerfile as it stands."""
    engine.done(*build, "--tag", IMAGE, EXAMPLE)
    return IMAGE


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A copy of the application's folder, to be mounted over the one in the image, and to be broken."""
    shutil.copytree(EXAMPLE / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "app"
