"""The example as people run it: server processes of their own, on the loopback."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from .postgres import PASSWORD, Database, free_port
from .serving import PATIENCE, Client, wait_until

EXAMPLE = Path(__file__).parents[2] / "examples" / "backend"

SERVERS = {
    "uvicorn": ["uvicorn", "app.main:app", "--port", "{port}"],
    "uvicorn, workers": ["uvicorn", "app.main:app", "--port", "{port}", "--workers", "2"],
    "uvicorn --reload": ["uvicorn", "app.main:app", "--port", "{port}", "--reload", "--reload-dir", "app"],
    "gunicorn": ["gunicorn", "app.main:app"],  # its file says: uvicorn workers
}


def copy_of_example(folder: Path) -> Path:
    """The example in a folder of the test's own, so that it can be broken."""
    if not EXAMPLE.is_dir():
        pytest.skip("examples/ is not here: run from a checkout of the repository")
    return Path(shutil.copytree(EXAMPLE, folder / "example", ignore=shutil.ignore_patterns("var", "__pycache__")))


class Server:
    """A process with all it starts, its output, and a client for it."""

    def __init__(self, process: subprocess.Popen[bytes], output: Path, client: Client) -> None:
        self.process = process
        self.client = client
        self._output = output

    @property
    def output(self) -> str:
        """What it has said so far."""
        text = self._output.read_text(errors="replace")
        assert PASSWORD not in text
        return text

    def status(self, path: str = "/health") -> int | None:
        """None where nobody answers."""
        try:
            return self.client.get(path).status_code
        except httpx.TransportError:
            return None

    def wait_for(self, status: int | None, path: str = "/health") -> None:
        """Return once it answers so."""
        try:
            wait_until(lambda: self.status(path) == status)
        except AssertionError:
            pytest.fail(f"no {status} on {path}; the server said:\n{self.output}")


@contextmanager
def started(command: Sequence[str], folder: Path, **environment: str) -> Iterator[Server]:
    """``python -m …`` in ``folder``; ``{port}`` in the command and ``BIND`` are a free port. Ended with the block."""
    port = free_port()
    output = folder.parent / f"output-{port}"
    metrics = folder.parent / f"metrics-{port}"
    metrics.mkdir()
    with output.open("wb") as into:
        process = subprocess.Popen(
            [sys.executable, "-m", *(word.format(port=port) for word in command)],
            cwd=folder,
            stdout=into,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={
                **os.environ,
                "BIND": f"127.0.0.1:{port}",
                "PROMETHEUS_MULTIPROC_DIR": str(metrics),
                "PYTHONUNBUFFERED": "1",
                **environment,
            },
        )
    try:
        with Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
            yield Server(process, output, client)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise


def migrated(folder: Path, database: Database) -> str:
    """The URL of the database, once it has the example's table."""
    url = database.url()
    subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        cwd=folder,
        check=True,
        env={**os.environ, "DATABASE_URL": url},
    )
    return url
