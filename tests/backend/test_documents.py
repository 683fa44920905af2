"""docs/backend.md says what is so: each of its blocks is a file that runs."""

from __future__ import annotations

import gc
import importlib
import json
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import syntax_guard.backend

from ..documents.pages import Block, blocks
from .postgres import Database
from .processes import started
from .serving import PATIENCE, served, wait_until
from .test_metrics import values

PAGE = Path(__file__).parents[2] / "docs" / "backend.md"
pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="docs/ is not here: run from a checkout of the repository")


def text() -> str:
    return PAGE.read_text()


def python_blocks() -> dict[str, Block]:
    """Those of the page, by the file that a reader would write."""
    return {block.title: block for block in blocks() if block.page == PAGE and block.language == "python"}


@pytest.fixture
def load(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Write a block into a folder with a package ``app``, and import it."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app/__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database.url("asyncpg"))
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    before = set(sys.modules)

    def load(title: str) -> Any:
        path = tmp_path / title
        path.parent.mkdir(exist_ok=True)
        path.write_text(python_blocks()[title].text)
        return importlib.import_module(title.removesuffix(".py").replace("/", "."))

    yield load
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the engines of the page live as long as their process
        gc.collect()


def test_every_block_of_python_is_run_here() -> None:
    here = Path(__file__).read_text()
    run = set(re.findall(r"load\(\"([\w./]+\.py)\"\)|\"(migrations/env\.py)\"|\"(test_shop\.py)\"", here))
    assert {name for names in run for name in names if name} == set(python_blocks())


def test_the_application_at_its_head_runs(load: Callable[[str], Any], tmp_path: Path) -> None:
    (tmp_path / "app/__init__.py").unlink()
    (tmp_path / "app").rmdir()
    app = load("app.py").app
    with served(app) as client:
        assert client.get("/health").status_code == 200
        told = values(client.get("/metrics").text)
    documented = set(re.findall(r"^\| `(syntax_guard_\w+)`", text(), re.MULTILINE))
    sampled = {name[0] for name in told if name[0].startswith("syntax_guard_")}
    families = {re.sub(r"_(bucket|count|sum|created)$", "", name) for name in sampled}
    assert families - {"syntax_guard_check_runs", "syntax_guard_sources_broken"} == documented


def test_an_application_without_a_database(
    load: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with served(load("app/main.py").app) as client:
        assert client.get("/health").status_code == 200
        assert set(client.get("/health").json()["checks"]) == {"sources:responseTime", "restart:responseTime"}


def test_the_gate_before_the_fork_starts_that_application(tmp_path: Path, database: Database) -> None:
    [block] = [block for block in blocks() if block.page == PAGE and block.language == "dockerfile"]
    words = [word for line in block.text.splitlines() for word in json.loads(line.partition(" ")[2])]
    server = words.index("--") + 1
    assert (words[0], words[server]) == ("syntax-guard", "gunicorn")
    (tmp_path / "project/app").mkdir(parents=True)
    (tmp_path / "project/app/__init__.py").touch()
    (tmp_path / "project/app/main.py").write_text(python_blocks()["app.py"].text)
    command = ["syntax_guard", *words[1 : server + 1], "--bind", "127.0.0.1:{port}", *words[server + 1 :]]
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    with started(command, tmp_path / "project", DATABASE_URL=database.url(), PATH=path) as running:
        running.wait_for(200)
        assert running.status("/metrics") == 200


def test_a_check_of_ones_own(load: Callable[[str], Any]) -> None:
    payments = load("payments.py").payments
    assert (payments.name, payments.deadline) == ("payments", 1)


def test_protected_routes(load: Callable[[str], Any]) -> None:
    with served(load("protected.py").app) as client:
        for path in ("/internal/health", "/internal/health/live", "/internal/metrics"):
            assert client.get(path).status_code == 401
        assert client.get("/health").status_code == 404


def test_an_engine_behind_a_pooler(load: Callable[[str], Any]) -> None:
    assert load("pooled.py").engine.url.database


def test_sessions_in_routes_streams_sockets_and_tasks(load: Callable[[str], Any]) -> None:
    from websockets.sync.client import connect

    shop = load("shop.py")
    with served(shop.app) as client:
        assert client.post("/answers").json() == 42
        assert client.get("/numbers").text == "1\n2\n3\n"
        with connect(f"ws://127.0.0.1:{client.base_url.port}/echo") as socket:
            socket.send("ping")
            assert socket.recv(PATIENCE) == "PING"


def test_a_dependency_is_replaced_in_tests(load: Callable[[str], Any], tmp_path: Path) -> None:
    load("shop.py")
    (tmp_path / "test_shop.py").write_text(python_blocks()["test_shop.py"].text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_shop.py"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def test_a_middleware_leaves_the_probes_alone(load: Callable[[str], Any], own_database: Database) -> None:
    with served(load("middleware.py").app) as client:
        assert client.get("/version").json().startswith("18")
        own_database.server.stop()
        try:
            assert client.get("/health/live").status_code == 200
            wait_until(lambda: client.get("/health").status_code == 503)
            assert client.get("/static").json() == "needs no database"
            assert client.get("/version").status_code == 500
        finally:
            own_database.server.start()


SEEN = """
from alembic import op
revision, down_revision = "1", None
def upgrade():
    op.execute("CREATE TABLE seen AS SELECT current_setting('statement_timeout') AS timeout")
"""


def test_migrations_have_no_timeout(tmp_path: Path, own_database: Database) -> None:
    environment = tmp_path / "migrations"
    (environment / "versions").mkdir(parents=True)
    (environment / "env.py").write_text(python_blocks()["migrations/env.py"].text)
    (environment / "versions" / "first.py").write_text(SEEN)
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = migrations\npath_separator = os\n")
    subprocess.run(
        [sys.executable, "-m", "alembic", "upgrade", "head"],
        cwd=tmp_path, check=True, env={"DATABASE_URL": own_database.url()},
    )  # fmt: skip
    assert own_database.ask("SELECT timeout FROM seen") == [("0",)]


def test_starlette_alone(load: Callable[[str], Any]) -> None:
    with served(load("plain.py").app) as client:
        assert client.get("/health").status_code == 200


def test_a_mounted_application(load: Callable[[str], Any]) -> None:
    with served(load("outer.py").app) as client:
        assert client.get("/health").status_code == 200
        assert client.get("/shop/openapi.json").status_code == 200


def test_a_proxy_that_strips_a_path(load: Callable[[str], Any]) -> None:
    app = load("outer.py").app
    app.root_path = "/api"
    with served(app) as client:
        assert client.get("/health").status_code == 200


def test_django(load: Callable[[str], Any]) -> None:
    from django.conf import settings  # type: ignore[import-untyped]

    if not settings.configured:
        settings.configure(ROOT_URLCONF="tests.backend.django_urls", ALLOWED_HOSTS=["*"], SECRET_KEY="for tests")
    with served(load("with_django.py").app) as client:
        assert client.get("/health").status_code == 200
        assert client.get("/hello").text == "from Django"


def test_flask(load: Callable[[str], Any]) -> None:
    module = load("with_flask.py")
    module.shop.add_url_rule("/hello", view_func=lambda: "from Flask")
    with served(module.app) as client:
        assert client.get("/health").status_code == 200
        assert client.get("/hello").text == "from Flask"


def test_the_public_names_are_listed_once() -> None:
    section = text().partition("## Names")[2].partition("\n## ")[0]
    listed = re.findall(r"`(\w+)`", section)
    assert sorted(listed) == sorted(syntax_guard.backend.__all__)
    assert [name for name in syntax_guard.backend.__all__ if not hasattr(syntax_guard.backend, name)] == []


def test_every_public_name_is_explained() -> None:
    before = text().partition("## Names")[0]
    unexplained = {name for name in syntax_guard.backend.__all__ if not re.search(rf"\b{name}\b", before)}
    assert unexplained == {"Check", "Reading"}, "the classes behind what the page shows"
