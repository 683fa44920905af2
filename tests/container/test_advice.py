"""What doctor advises for an image is applied, built and started: a broken file is refused, and a good one served."""

from __future__ import annotations

import subprocess

import pytest

from syntax_guard.doctor.trial import tried_image

from ..doctor.layout import BROKEN, GOOD, answers, apply, states, write
from .engine import Container, Engine, until

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

APPLICATION = """from fastapi import FastAPI

app = FastAPI()

@app.get("/up")
def up() -> str:
    return "yes"
"""
WORKER = "import time\n\nprint('working', flush=True)\nwhile True:\n    time.sleep(1)\n"
FILES = {"app/main.py": APPLICATION, "app/routes.py": GOOD, "app/__init__.py": "", "worker.py": WORKER}
NAME = "doctor-advice"


def dockerfile(*lines: str) -> str:
    top = (
        "FROM docker.io/library/python:3.11-slim-bookworm",
        "WORKDIR /srv",
        "RUN pip install fastapi uvicorn",
        "COPY . .",
    )
    return "\n".join([*top, *lines, ""])


IMAGES = {
    "exec form": ('CMD ["uvicorn", "app.main:app", "--port", "9000"]',),
    "exec form over two lines": ('CMD ["uvicorn", "app.main:app", \\', '     "--port", "9000"]'),
    "shell form": ("ENV PORT=9000", "CMD uvicorn app.main:app --port $PORT"),
    "an entry point": ('ENTRYPOINT ["uvicorn", "app.main:app"]', 'CMD ["--port", "9000"]'),
    "an entry point of a shell": ("ENTRYPOINT exec uvicorn app.main:app --port 9000",),
    "a check that needs curl": (
        "HEALTHCHECK CMD curl http://127.0.0.1:9000/up",
        'CMD ["uvicorn", "app.main:app", "--port", "9000"]',
    ),
    "a worker": ('CMD ["python", "worker.py"]',),
}


def serves(container: Container) -> bool:
    """Whether what the image starts works: the route that a probe asks, or a line of the worker."""
    probe = container.inside("syntax-guard", "probe", "http://127.0.0.1:9000/up")
    return probe.returncode == 0 or "working" in container.log


def advised(folder: Path, *gates: str) -> None:
    """Apply what doctor says is missing at `gates`."""
    for gate in gates:
        for finding in answers(folder, gate):
            if finding.state != "ok" and finding.advice is not None and finding.advice.edits:
                apply(folder, finding)


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_behind_the_gate(name: str, engine: Engine, build: list[str | Path], tmp_path: Path) -> None:
    folder = tmp_path / "project"
    write(folder, {"Dockerfile": dockerfile(*IMAGES[name]), **FILES})
    assert states(folder, "start") == {"missing"}
    advised(folder, "start", "health")
    assert states(folder, "start") == {"ok"}
    for line in IMAGES[name]:
        if line.startswith("CMD"):
            assert line in (folder / "Dockerfile").read_text(), "the user's own command stays as it is"
    engine.done(*build, "--tag", NAME, folder)

    good = engine.start("--init", NAME)
    until(lambda: serves(good))
    if "HEALTHCHECK" in "".join(IMAGES[name]):
        assert good.check_health() == "healthy"
    (tmp_path / "broken.py").write_text(BROKEN)
    broken = engine.start("--init", "--volume", f"{tmp_path}/broken.py:/srv/app/routes.py:ro", NAME)
    assert broken.exit_code() == 1
    assert "app/routes.py:1:" in broken.log
    assert "Started server" not in broken.log


def test_a_trial_agrees_with_the_advice(engine: Engine, build: list[str | Path], tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": dockerfile(*IMAGES["shell form"]), **FILES})
    advised(tmp_path, "start")
    engine.done(*build, "--tag", NAME, tmp_path)
    assert (found := tried_image(NAME, engine.environment)).how == "tried", found
    assert found.state == "ok"


COMPOSE = """services:
  web:
    build: .
    image: doctor-advice
    command: {}
"""


@pytest.mark.parametrize("command", ["uvicorn app.main:app --port 9000", "[uvicorn, 'app.main:app', --port, '9000']"])
def test_a_service_of_compose(command: str, engine: Engine, build: list[str | Path], tmp_path: Path) -> None:
    folder = tmp_path / "project"
    write(folder, {"Dockerfile": dockerfile(), "compose.yaml": COMPOSE.format(command), **FILES})
    advised(folder, "start")
    assert states(folder, "start") == {"ok"}
    assert f"    command: {command}\n" in (folder / "compose.yaml").read_text()

    def compose(*words: str) -> None:
        done = subprocess.run(["podman-compose", *words], cwd=folder, env=engine.environment, capture_output=True,
                              text=True, timeout=120)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    for text, refused in ((GOOD, False), (BROKEN, True)):
        (folder / "app" / "routes.py").write_text(text)
        engine.done(*build, "--tag", NAME, folder)
        compose("up", "--detach", "--no-build")
        container = Container(engine, "project_web_1")
        if refused:
            assert container.exit_code() == 1
            assert "app/routes.py:1:" in container.log
        else:
            until(lambda container=container: serves(container))  # type: ignore[misc]
        compose("down")
    engine.call("network", "rm", "project_default")  # which this podman-compose leaves behind


MANIFEST = """apiVersion: v1
kind: Pod
metadata:
  name: doctor
spec:
  restartPolicy: Never
  hostNetwork: true
  containers:
    - name: web
      image: localhost/doctor-advice
      command: [uvicorn, "app.main:app", --port, "9000"]
"""


def test_a_pod(engine: Engine, build: list[str | Path], tmp_path: Path) -> None:
    """The manifest is played by Podman. What it says has to be installed is: it cannot see how the image is built."""
    install = "RUN pip install syntax-guard"
    write(tmp_path, {"Containerfile": dockerfile(install), "web.yaml": MANIFEST, **FILES})
    (finding,) = [one for one in answers(tmp_path, "start") if one.place and one.place.path == "web.yaml"]
    assert finding.state == "missing"
    apply(tmp_path, finding)
    for text, refused in ((BROKEN, True), (GOOD, False)):
        (tmp_path / "app" / "routes.py").write_text(text)
        engine.done(*build, "--tag", NAME, tmp_path)
        engine.done("play", "kube", tmp_path / "web.yaml")
        container = Container(engine, "doctor-web")
        if refused:
            assert container.exit_code() == 1
            assert "app/routes.py:1:" in container.log
        else:
            until(lambda container=container: serves(container))  # type: ignore[misc]
        engine.done("pod", "rm", "--force", "--time", "0", "doctor")
