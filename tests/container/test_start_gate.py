"""The example's image in real containers: what starts, what does not, and what is process 1."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import pytest

from .conftest import EXAMPLE
from .engine import Engine, until

SERVER = ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000"]
BROKEN = "import asyncio\n\ndef health(:\n"


def test_a_broken_file_ends_the_build(engine: Engine, build: list[str | Path], tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "example")
    (tmp_path / "example" / "app" / "main.py").write_text(BROKEN)
    built = engine.call(*build, "--tag", "never", tmp_path / "example")
    assert built.returncode
    assert "app/main.py:3:" in built.stdout


def test_a_broken_file_keeps_the_container_from_starting_and_a_mended_one_does_not(
    engine: Engine, image: str, app: Path
) -> None:
    source = (app / "main.py").read_text()
    (app / "main.py").write_text(BROKEN)
    container = engine.start("--init", "--volume", f"{app}:/srv/app:ro", image)
    assert container.exit_code() == 1
    assert "app/main.py:3:" in container.log
    assert "Started server" not in container.log
    (app / "main.py").write_text(source)
    engine.done("start", container.name)
    until(container.serves)


LOOK = """\
import json, os, subprocess, sys
check = ["syntax-guard", "check", "--trust-bytecode", "--output-format=json", "app"]
asked = subprocess.run(check, stdout=subprocess.PIPE)
imported = subprocess.run([sys.executable, "-v", "-c", "import app.main"], stderr=subprocess.PIPE, text=True)
loaded = [line for line in imported.stderr.splitlines() if line.startswith("# code object from '/srv/")]
print(json.dumps({
    "user": os.getuid(),
    "summary": json.loads(asked.stdout)["summary"],
    "loaded": [line.split("'")[1] for line in loaded],
    "writable": [path for path, _, _ in os.walk("/srv") if os.access(path, os.W_OK)],
}))
"""


@pytest.mark.parametrize("reproducible", [False, True], ids=["by time", "in a reproducible build"])
def test_the_bytecode_of_the_build_is_proof_at_the_start_and_what_is_imported(
    engine: Engine, image: str, build: list[str | Path], reproducible: bool
) -> None:
    if reproducible:  # all times in its layers are set to 1970 when they are written
        image = "reproducible"
        engine.done(*build, "--env", "SOURCE_DATE_EPOCH=0", "--timestamp", "0", "--tag", image, EXAMPLE)
    seen = json.loads(engine.done("run", "--network", "none", image, "python", "-c", LOOK))
    assert seen["user"] != 0
    assert seen["writable"] == []
    assert seen["summary"]["checked"] == seen["summary"]["cached"] == 2
    assert [Path(path).parent.name for path in seen["loaded"]] == ["__pycache__"] * 2


def test_a_source_that_was_patched_in_the_image_is_checked_again(engine: Engine, image: str) -> None:
    patch = f"printf {BROKEN!r} >app/main.py; exec syntax-guard run --trust-bytecode --root app -- echo started"
    container = engine.start("--user", "root", image, "sh", "-c", patch)
    assert container.exit_code() == 1
    assert "app/main.py:" in container.log
    assert "started" not in container.log.splitlines()


@pytest.mark.parametrize("init", [True, False], ids=["with an init", "without one"])
def test_the_server_stands_where_the_gate_stood(engine: Engine, image: str, init: bool) -> None:
    container = engine.start(*["--init"] * init, image)
    until(container.serves)
    processes = container.processes()
    if init:
        assert "init" in processes.pop(1)[1][0]
    [(pid, (parent, line))] = processes.items()
    assert (pid == 1, parent) == ((False, 1) if init else (True, 0))
    # Its interpreter, its script, its arguments: neither a shell nor the gate is left.
    assert [Path(line[0]).name[:6], Path(line[1]).name, *filter(None, line[2:])] == ["python", *SERVER]


@pytest.mark.parametrize("init", [True, False], ids=["with an init", "without one"])
def test_it_stops_at_once_with_the_servers_own_exit_code(engine: Engine, image: str, init: bool) -> None:
    codes = []
    for command in ([], SERVER):  # as the image starts it, and the server alone
        container = engine.start(*["--init"] * init, image, *command)
        until(container.serves)
        codes.append(container.stop(within=2))
    assert codes[0] == codes[1] != 128 + signal.SIGKILL


def test_the_plain_form_works_too(engine: Engine, image: str, app: Path) -> None:
    plain = ["bash", "-c", f"syntax-guard check app && exec {' '.join(SERVER)}"]
    container = engine.start("--volume", f"{app}:/srv/app:ro", image, *plain)
    until(container.serves)
    assert container.processes()[1][1][1].endswith("/uvicorn")
    assert container.stop(within=2) != 128 + signal.SIGKILL
    (app / "main.py").write_text(BROKEN)
    engine.done("start", container.name)
    assert container.exit_code() == 1
    assert "app/main.py:3:" in container.log


def test_a_container_that_waits_stops_at_once(engine: Engine, image: str, app: Path) -> None:
    (app / "main.py").write_text(BROKEN)
    command = ["syntax-guard", "run", "--wait", "--root", "app", "--", *SERVER]
    container = engine.start("--volume", f"{app}:/srv/app:ro", image, *command)
    until(lambda: "waiting for a change" in container.log)
    assert container.stop(within=2) == 128 + signal.SIGTERM


def test_a_read_only_container_without_capabilities_is_enough(engine: Engine, image: str) -> None:
    container = engine.start("--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges", image)
    until(container.serves)


def test_a_restart_policy_brings_a_killed_server_back(engine: Engine, image: str) -> None:
    container = engine.start("--init", "--restart", "unless-stopped", image)
    until(container.serves)
    server = next(pid for pid in container.processes() if pid != 1)
    container.inside("python", "-c", f"import os; os.kill({server}, 9)")
    until(lambda: container.restarts == 1 and container.serves())


def test_a_restart_policy_gives_up_on_a_permanent_error_where_it_is_told_to(
    engine: Engine, image: str, app: Path
) -> None:
    (app / "main.py").write_text(BROKEN)
    container = engine.start("--restart", "on-failure:5", "--volume", f"{app}:/srv/app:ro", image)
    until(lambda: container.restarts == 5 and not container.running)
    assert container.inspect(".State.ExitCode") == "1"


@pytest.mark.parametrize("gated", [True, False], ids=["with the gate", "without it"])
def test_with_several_workers_only_the_gate_ends_a_container_that_cannot_serve(
    engine: Engine, image: str, app: Path, gated: bool
) -> None:
    (app / "main.py").write_text(BROKEN)
    command = [*["syntax-guard", "run", "--root", "app", "--"] * gated, *SERVER, "--workers", "2"]
    container = engine.start("--volume", f"{app}:/srv/app:ro", image, *command)
    if gated:
        assert container.exit_code() == 1
    else:
        until(lambda: container.log.count("SyntaxError") == 2)  # both workers are dead
        assert container.running
        assert not container.serves()
