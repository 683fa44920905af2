"""gunicorn with uvicorn workers, whose metrics are one answer."""

from __future__ import annotations

import glob
import os
from typing import Any

bind = os.environ.get("BIND", "0.0.0.0:8000")
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "uvicorn_worker.UvicornWorker"
control_socket_disable = True
timeout = 60
graceful_timeout = 20


def on_starting(_: Any) -> None:
    """Numbers of an earlier run must not count again."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        os.makedirs(folder, exist_ok=True)
        for path in glob.glob(os.path.join(glob.escape(folder), "*.db")):
            os.unlink(path)


def child_exit(_: Any, worker: Any) -> None:
    """The gauges of a worker that has ended are no longer true."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)
