"""Podman, as Debian packages it, without a daemon and without systemd, with a storage of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

CONTAINERS = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
STORAGE = """\
[storage]
driver = "overlay"
graphroot = "{0}/graph"
runroot = "{0}/run"
"""
NOT_STARTED = (
    "failed to connect to container's attach socket",
    "container process is already dead",
    "cannot start an already running container",
)
"""What Podman and runc say where they lost a container before its command began: few processes are too few for runc."""


class Engine:
    """Podman on a storage in `folder`, so that no image of ours is ever taken for the real one."""

    def __init__(self, folder: Path) -> None:
        (folder / "containers.conf").write_text(CONTAINERS)
        (folder / "storage.conf").write_text(STORAGE.format(folder))
        self.environment = {
            **os.environ,
            "CONTAINERS_CONF": str(folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
        }

    def call(self, *arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run podman and return what it said, whatever its exit status."""
        line = ["podman", *map(str, arguments)]
        return subprocess.run(line, env=self.environment, capture_output=True, text=True, timeout=300, **options)

    def done(self, *arguments: str | Path, **options: Any) -> str:
        """Run podman and return its output; it must succeed."""
        finished = self.call(*arguments, **options)
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout.strip()

    def to_its_end(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a container and return what it said. Where Podman lost it before its command began, run it again."""
        finished = self.call("run", "--rm", *arguments)
        for _ in range(4):
            if any(message in finished.stderr for message in NOT_STARTED):
                finished = self.call("run", "--rm", *arguments)
        return finished

    def start(self, *arguments: str | Path) -> Container:
        """Start a container in the background, with a loopback network of its own."""
        return Container(self, self.done("run", "--detach", "--network", "none", *arguments))


class Container:
    """One container, by its id or name."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self.name = name

    def inspect(self, field: str) -> str:
        return self._engine.done("inspect", "--type", "container", "--format", f"{{{{{field}}}}}", self.name)

    @property
    def running(self) -> bool:
        return self.inspect(".State.Running") == "true"

    @property
    def restarts(self) -> int:
        return int(self.inspect(".RestartCount"))

    @property
    def log(self) -> str:
        told = self._engine.call("logs", self.name)
        return told.stdout + told.stderr

    def exit_code(self) -> int:
        """Wait for the end and return its exit code."""
        return int(self._engine.done("wait", self.name))

    def stop(self, within: int) -> int:
        """Stop it, kill it where that takes more than `within` seconds, and return its exit code.

        Podman keeps the time, and does not count what it takes to clean up behind a container.
        """
        self._engine.done("stop", "--time", str(within), self.name)
        return int(self.inspect(".State.ExitCode"))

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        return self._engine.call("exec", self.name, *command)

    def post(self, path: str) -> None:
        """Send a POST to the server, from inside."""
        code = f"import urllib.request as r; r.urlopen(r.Request('http://127.0.0.1:8000{path}', method='POST'))"
        sent = self.inside("python", "-c", code)
        assert sent.returncode == 0, sent.stderr

    def serves(self) -> bool:
        return self.inside("syntax-guard", "probe", "http://127.0.0.1:8000/health").returncode == 0

    def check_health(self) -> str:
        """Run the health check once, as Docker does every 30 seconds, and return the state that it leads to."""
        self._engine.call("healthcheck", "run", self.name)
        return self.health()

    def health(self) -> str:
        return str(json.loads(self.inspect("json .State"))["Health"]["Status"])

    def processes(self) -> dict[int, tuple[int, list[str]]]:
        """The processes inside, but for the one that looks: the parent's id and the command line, by id."""
        look = "cd /proc; for p in [0-9]*; do echo $p; cut -d ' ' -f 4 $p/stat; tr '\\0' '\\t' <$p/cmdline; echo; done"
        lines = self.inside("sh", "-c", look).stdout.splitlines()
        triples = zip(lines[::3], lines[1::3], lines[2::3], strict=False)
        return {
            int(pid): (int(parent), line.split("\t")) for pid, parent, line in triples if parent != "0" or pid == "1"
        }


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def until(holds: Callable[[], object], seconds: float = 20) -> None:
    """Wait until `holds` does."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.1)
