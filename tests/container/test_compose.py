"""compose.yaml as it stands, and the development override, under podman-compose."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from .conftest import EXAMPLE
from .engine import Container, Engine, free_port, until

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "project", ignore=shutil.ignore_patterns("__pycache__")))


@pytest.fixture
def compose(engine: Engine, image: str, project: Path) -> Iterator[Callable[..., None]]:
    """Calls podman-compose in the project, on the image that is already built, and takes all down again."""
    assert image in (project / "compose.yaml").read_text()
    environment = {**engine.environment, "PORT": str(free_port())}

    def call(*arguments: str) -> None:
        line = ["podman-compose", *arguments]
        done = subprocess.run(line, cwd=project, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    yield call
    call("down")
    engine.call("network", "rm", "project_default")  # which this podman-compose leaves behind


def test_compose_yaml_runs_as_it_stands(engine: Engine, compose: Callable[..., None]) -> None:
    compose("-f", "compose.yaml", "up", "--detach")
    container = Container(engine, "project_app_1")
    until(container.serves)
    assert container.check_health() == "healthy"
    assert container.inspect(".HostConfig.RestartPolicy.Name") == "unless-stopped"
    processes = container.processes()
    assert len(processes) == 2
    assert "init" in processes[1][1][0]
    assert "--restart-after" in container.inspect("json .Config.Healthcheck")


def test_development_waits_for_the_mended_file_and_starts_the_server(
    engine: Engine, compose: Callable[..., None], project: Path
) -> None:
    main = project / "app" / "main.py"
    source = main.read_text()
    main.write_text("def broken(:\n")
    compose("up", "--detach")  # which reads the override by itself
    container = Container(engine, "project_app_1")
    until(lambda: "waiting for a change" in container.log)
    assert "app/main.py:1:" in container.log
    assert container.running
    main.write_text(source)
    until(container.serves)
    assert container.restarts == 0
