"""The example: one command starts it, its page in a real browser, its API under schemathesis, its monitoring."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from .postgres import SECRETS, Database
from .processes import EXAMPLE, SERVERS, Server, copy_of_example, migrated, started
from .serving import PATIENCE, wait_until
from .test_metrics import values

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not EXAMPLE.is_dir(), reason="examples/ is not here: run from a checkout of the repository"),
]

MONITORING = EXAMPLE / "monitoring"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_of_example(tmp_path)


@pytest.fixture
def serve(folder: Path, own_database: Database) -> Callable[..., Any]:
    """Start the example on uvicorn, with further environment variables."""

    @contextmanager
    def start(**environment: str) -> Iterator[Server]:
        url = migrated(folder, own_database)
        with started(SERVERS["uvicorn"], folder, DATABASE_URL=url, **environment) as running:
            running.wait_for(200)
            yield running

    return start


def needed(program: str, package: str) -> str:
    """Where a program is; without it the test is left out and says how to get it."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed: apt-get install {package}")
    return found


def test_one_command_starts_it_with_a_database_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with tempfile.TemporaryDirectory(prefix="syntax-guard-example-") as data:
        with started(["app", "--port", "{port}"], folder, EXAMPLE_DATA=f"{data}/postgres") as running:
            running.wait_for(200)
            assert "Warning" not in running.output
            assert running.client.post("/items", json={"name": "blue car"}).status_code == 201
            assert running.client.get("/search?text=car").json()[0]["name"] == "blue car"
        running.process.wait(PATIENCE)
        assert not (Path(data) / "postgres" / "postmaster.pid").exists(), "the database ends with it"


def test_its_factory_makes_two_applications_in_one_process(folder: Path, own_database: Database) -> None:
    code = (
        "from app.main import create_app, from_environment\n"
        "first, second = create_app(from_environment()), create_app(from_environment())\n"
        "print(first is not second)"
    )
    environment = {**os.environ, "DATABASE_URL": migrated(folder, own_database)}
    command = [sys.executable, "-W", "error", "-c", code]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "True\n"), ran.stderr


def test_items_are_stored_found_by_likeness_and_removed(serve: Any) -> None:
    with serve() as running:
        client = running.client
        for name in ("red apple", "green apple", "steam engine"):
            assert client.post("/items", json={"name": name}).status_code == 201
        found = client.get("/search", params={"text": "an apple", "limit": 2}).json()
        assert {item["name"] for item in found} == {"red apple", "green apple"}
        assert found[0]["distance"] <= found[1]["distance"]
        first, second, third = client.get("/items").json()
        assert [item["id"] for item in client.get("/items", params={"after": first["id"]}).json()] == [
            second["id"],
            third["id"],
        ]
        assert client.delete(f"/items/{first['id']}").status_code == 204
        assert client.get(f"/items/{first['id']}").status_code == 404


def test_a_client_that_asks_too_much_is_told_when_to_come_back(serve: Any) -> None:
    with serve(RATE="3/minute") as running:
        statuses = [running.client.get("/search?text=x").status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        assert 0 < int(running.client.get("/search?text=x").headers["Retry-After"]) <= 60
        assert running.client.get("/health").status_code == 200


class EmbeddingService:
    """A real server on the loopback that fails as long as it is told to."""

    def __init__(self) -> None:
        self.calls = 0
        self.broken = True
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                service.calls += 1
                self.rfile.read(int(self.headers["Content-Length"]))
                body = json.dumps({"embedding": [1.0] + [0.0] * 63}).encode()
                self.send_response(500 if service.broken else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def embedding_service() -> Iterator[EmbeddingService]:
    service = EmbeddingService()
    thread = threading.Thread(target=service.server.serve_forever)
    thread.start()
    yield service
    service.server.shutdown()
    service.server.server_close()
    thread.join()


def test_a_service_that_fails_is_left_alone_for_a_while_and_asked_again(
    serve: Any, embedding_service: EmbeddingService
) -> None:
    with serve(EMBEDDINGS_URL=embedding_service.url, RATE="1000/second") as running:
        for _ in range(10):
            reply = running.client.get("/search?text=x")
            assert reply.status_code == 503
            assert reply.headers["Retry-After"] == "10"
        assert embedding_service.calls == 3
        assert running.client.get("/health").status_code == 200
        embedding_service.broken = False
        wait_until(lambda: running.client.get("/search?text=x").status_code == 200)
        assert embedding_service.calls > 3


@pytest.fixture
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    chromium, driver = needed("chromium", "chromium"), needed("chromedriver", "chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=900,900"):
        options.add_argument(argument)
    opened = webdriver.Chrome(options=options, service=Service(driver))
    yield opened
    opened.quit()


def test_the_page_shows_each_gate_and_check_to_people(
    serve: Any, folder: Path, own_database: Database, browser: Any
) -> None:
    from selenium.webdriver.common.by import By

    def shown(table: str, cell: int = 2) -> dict[str, str]:
        # In one script, since the page may draw its rows anew at any time.
        script = """
            const rows = [...document.querySelectorAll(`#${arguments[0]} tbody tr`)];
            return Object.fromEntries(rows.map(row => [row.dataset.name, row.cells[arguments[1] - 1].innerText]));
        """
        found: dict[str, str] = browser.execute_script(script, table, cell)
        return found

    def headline() -> str:
        heading = browser.find_element(By.TAG_NAME, "h1").text
        assert browser.title == heading
        return str(heading)

    def fits() -> bool:
        return bool(browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth"))

    with serve() as running:
        browser.get(str(running.client.base_url))
        assert headline() == "items: healthy"
        assert shown("gates") == {"startup": "pass", "live": "pass", "ready": "pass", "health": "pass"}
        assert shown("checks") == dict.fromkeys(
            ("sources", "imports", "restart", "database", "extension vector", "migrations"), "pass"
        )
        assert fits()
        good = browser.find_element(By.CSS_SELECTOR, "td.pass").value_of_css_property("color")

        (folder / "app/routers/search.py").write_text("def search(:\n")
        running.wait_for(503)
        give_up = time.monotonic() + 30  # `sources` fails at once, `restart` when its child process has ended
        browser.refresh()
        while shown("gates", 3)["health"] != "sources, restart failed" and time.monotonic() < give_up:
            time.sleep(0.5)
            browser.refresh()
        assert headline() == "items: serves, but needs a hand"
        assert shown("gates") == {"startup": "pass", "live": "pass", "ready": "pass", "health": "fail"}
        assert shown("gates", 3)["health"] == "sources, restart failed"
        assert shown("checks")["sources"] == "fail"
        assert shown("checks", 3)["sources"] == "SyntaxError app/routers/search.py"
        assert browser.find_element(By.CSS_SELECTOR, "td.fail").value_of_css_property("color") != good

        own_database.ask("DROP EXTENSION vector CASCADE")
        running.wait_for(503, "/health/ready")
        browser.set_window_size(500, 900)
        browser.refresh()
        assert headline() == "items: does not serve"
        assert shown("gates", 3)["ready"] == "extension vector failed"
        assert shown("gates", 3)["health"] == "sources, restart, extension vector failed"
        assert fits()
        assert [secret for secret in SECRETS if secret in browser.page_source] == []
        assert browser.get_log("browser") == []


def test_schemathesis_finds_no_server_error(serve: Any, tmp_path: Path) -> None:
    with serve(RATE="1000000/minute") as running:
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"{running.client.base_url}/openapi.json"),
                *("--checks", "not_a_server_error,response_schema_conformance,status_code_conformance"),
                *("--max-examples", "60", "--seed", "7", "--no-color", "--generation-database", "none"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr
        generated = re.search(r"(\d+) generated", ran.stdout)
        assert generated is not None, ran.stdout
        assert int(generated[1]) > 300
        assert "Internal Server Error" not in running.output


@pytest.mark.parametrize(
    "arguments",
    [("check", "config", "prometheus.yml"), ("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")],
    ids=" ".join,
)
def test_promtool_accepts_the_monitoring(arguments: tuple[str, ...]) -> None:
    promtool = needed("promtool", "prometheus")
    ran = subprocess.run([promtool, *arguments], cwd=MONITORING, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_query_names_metrics_and_labels_that_exist(serve: Any) -> None:
    dashboard = json.loads((MONITORING / "grafana/dashboards/items.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    queries += re.findall(r"^\s+expr: (.+(?:\n\s{10,}.+)*)", (MONITORING / "alerts.yml").read_text(), re.MULTILINE)
    asked = {name for query in queries for name in re.findall(r"\b(syntax_guard_\w+|items_\w+|http_\w+|up)\b", query)}
    with serve() as running:
        running.client.get("/items")
        # A request is counted once its reply has left.
        wait_until(lambda: "http_requests_total{" in running.client.get("/metrics").text)
        exposition = running.client.get("/metrics").text
    existing = {name[0] for name in values(exposition)} | {"up"}
    assert len(asked) > 8
    assert asked <= existing
    given = set(re.findall(r"(\w+)=\"", exposition)) | {"instance", "job"}
    assert {label for query in queries for label in re.findall(r"[{,(]\s*(\w+)\s*(?:=|!=)\s*\"", query)} <= given


def test_every_query_of_the_dashboard_is_one_that_prometheus_reads(tmp_path: Path) -> None:
    promtool = needed("promtool", "prometheus")
    dashboard = json.loads((MONITORING / "grafana/dashboards/items.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    rules = [
        {"record": f"panel:{number}", "expr": query.replace("$__rate_interval", "5m")}
        for number, query in enumerate(queries)
    ]
    file = tmp_path / "rules.json"  # JSON is YAML
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    ran = subprocess.run([promtool, "check", "rules", file], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"{len(queries)} rules found" in ran.stdout


def test_the_composition_is_valid_by_the_specification() -> None:
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"),
            str(EXAMPLE / "compose.yaml"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_model_and_the_migrations_say_the_same(folder: Path, own_database: Database) -> None:
    environment = {**os.environ, "DATABASE_URL": migrated(folder, own_database)}
    command = [sys.executable, "-m", "alembic", "check"]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_composition_mounts_what_exists() -> None:
    text = (EXAMPLE / "compose.yaml").read_text()
    mounted = re.findall(r"- (\./\S+?):/", text)
    assert len(mounted) == 4
    assert [path for path in mounted if not (EXAMPLE / path).exists()] == []
    copied = re.findall(r"^COPY (.+) \S+$", (EXAMPLE / "Dockerfile").read_text(), re.MULTILINE)
    root = EXAMPLE.parents[1]
    assert [path for line in copied for path in line.split() if not (root / path).exists()] == []
