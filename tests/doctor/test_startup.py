"""Which applications wait for their checks before they serve, and which say how they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syntax_guard.doctor import examine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

GUARD = "from fastapi import FastAPI\nfrom syntax_guard.backend import *\nimport sqlalchemy\n"
PLAIN = "from fastapi import FastAPI\nimport sqlalchemy\n"
CHECKUP = "checkup = Checkup(sources('app'), database(engine))\n"
OWN = "async def own(app):\n    async with guarded_lifespan(checkup)(app):\n        yield\n"


def states(folder: Path, files: Mapping[str, str], gate: str) -> list[str]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return [finding.state for finding in examine(str(folder)) if finding.gate == gate]


GATED: dict[str, dict[str, str]] = {
    "called in place": {"main.py": GUARD + CHECKUP + "app = FastAPI(lifespan=guarded_lifespan(checkup))\n"},
    "by a name": {"main.py": GUARD + CHECKUP + "gate = guarded_lifespan(checkup)\napp = FastAPI(lifespan=gate)\n"},
    "inside of its own": {"main.py": GUARD + CHECKUP + OWN + "app = FastAPI(lifespan=own)\n"},
    "among others": {"main.py": GUARD + CHECKUP + "app = FastAPI(lifespan=all_of(a, guarded_lifespan(checkup)))\n"},
    "later": {
        "main.py": GUARD + CHECKUP + "app = FastAPI()\napp.router.lifespan_context = guarded_lifespan(checkup)\n"
    },
    "Starlette": {
        "main.py": "import psycopg\nimport syntax_guard.backend as sg\nfrom starlette.applications import Starlette\n"
        "app = Starlette(routes=[], lifespan=sg.guarded_lifespan(sg.Checkup(sg.sources('a'), sg.database(engine))))\n"
    },
    "by other names": {
        "main.py": "import asyncpg\nfrom fastapi import FastAPI as Api\n"
        "from syntax_guard.backend import Checkup as C, sources as s, database as d, guarded_lifespan as g\n"
        "app = Api(lifespan=g(C(s('a'), d(engine))))\n"
    },
    "from another module": {
        "app/main.py": PLAIN + "from .life import gate\napp = FastAPI(lifespan=gate)\n",
        "app/life.py": GUARD + CHECKUP + "gate = guarded_lifespan(checkup)\n",
    },
    "from a module of a src layout": {
        "src/shop/web/main.py": PLAIN + "from shop.core import life\napp = FastAPI(lifespan=life.gate)\n",
        "src/shop/core/life.py": GUARD + CHECKUP + OWN.replace("own", "gate"),
    },
    "from a package below src": {
        "main.py": PLAIN + "from shop.life import gate\napp = FastAPI(lifespan=gate)\n",
        "src/shop/life.py": GUARD + CHECKUP + "gate = guarded_lifespan(checkup)\n",
    },
    "from a whole module": {
        "app/main.py": PLAIN + "import app.life\napp = FastAPI(lifespan=app.life.gate)\n",
        "app/life.py": GUARD + CHECKUP + OWN.replace("own", "gate"),
    },
    "in a factory": {
        "app/main.py": GUARD + CHECKUP + "def create():\n    return FastAPI(lifespan=guarded_lifespan(checkup))\n"
    },
    "handed to a factory": {
        "app/make.py": PLAIN + "def create(lifespan=None):\n    return FastAPI(lifespan=lifespan)\n",
        "app/main.py": GUARD + CHECKUP + "app = create(guarded_lifespan(checkup))\n",
    },
    "a class of its own": {
        "main.py": GUARD + CHECKUP + "class Shop(FastAPI): pass\napp = Shop(lifespan=guarded_lifespan(checkup))\n"
    },
    "mounted ones have no start": {
        "main.py": GUARD + CHECKUP + "from v1 import app as v1\nadmin = FastAPI()\n"
        "app = FastAPI(lifespan=guarded_lifespan(checkup))\napp.mount('/admin', admin)\napp.mount('/v1', app=v1)\n"
        "app.mount('/x', FastAPI())\n",
        "v1.py": PLAIN + "app = FastAPI()\n",
    },
    "tests serve nobody": {
        "main.py": GUARD + CHECKUP + "app = FastAPI(lifespan=guarded_lifespan(checkup))\n",
        "tests/test_api.py": PLAIN + "app = FastAPI()\n",
        "conftest.py": PLAIN + "app = FastAPI()\n",
    },
    "a check of its own asks the database": {
        "main.py": GUARD + "@check('db')\ndef db(): ...\n"
        "app = FastAPI(lifespan=guarded_lifespan(Checkup(sources('a'), db)))\n"
    },
}  # fmt: skip

UNGATED: dict[str, dict[str, str]] = {
    "no lifespan": {"main.py": PLAIN + "app = FastAPI()\n"},
    "another lifespan": {"main.py": PLAIN + "async def own(app):\n    yield\napp = FastAPI(lifespan=own)\n"},
    "the database is elsewhere": {
        "app/main.py": "import fastapi\napp = fastapi.FastAPI()\n", "app/db.py": "from sqlalchemy.orm import Session\n",
    },
    "imported and not used": {"main.py": GUARD + "app = FastAPI()\n"},
    "used for the other one": {
        "pyproject.toml": "",
        "main.py": GUARD + CHECKUP + "app = FastAPI(lifespan=guarded_lifespan(checkup))\nasync def own(app):\n"
        "    yield\n",
        "second.py": PLAIN + "from main import own\napp = FastAPI(lifespan=own)\n",
    },
    "the gate of another application": {
        "main.py": GUARD + CHECKUP + "app = FastAPI(lifespan=guarded_lifespan(checkup))\nasync def own(app):\n"
        "    app.state.a = 1\n    yield\nadmin = FastAPI(lifespan=own)\n"
    },
    "not readable": {"main.py": PLAIN + "app = FastAPI(\n"},
    "nested too deeply": {"main.py": PLAIN + "app = FastAPI(" + "-" * 100_000 + "1)\n"},
    "a circle": {
        "a.py": PLAIN + "from b import gate\napp = FastAPI(lifespan=gate)\n", "b.py": "from a import gate\n",
    },
}  # fmt: skip


@pytest.mark.parametrize("files", GATED.values(), ids=GATED.keys())
def test_an_application_that_waits_for_its_checks(files: dict[str, str], tmp_path: Path) -> None:
    assert states(tmp_path, files, "startup") == ["ok"]


@pytest.mark.parametrize("files", UNGATED.values(), ids=UNGATED.keys())
def test_an_application_that_serves_at_once(files: dict[str, str], tmp_path: Path) -> None:
    assert "missing" in states(tmp_path, files, "startup")


@pytest.mark.parametrize("driver", ["sqlalchemy", "sqlmodel", "asyncpg", "psycopg", "psycopg2"])
def test_each_way_to_a_database_is_known(driver: str, tmp_path: Path) -> None:
    files = {"main.py": "from fastapi import FastAPI\napp = FastAPI()\n", "data.py": f"from {driver} import connect\n"}
    assert states(tmp_path, files, "startup") == ["missing"]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"main.py": "from fastapi import FastAPI\napp = FastAPI()\n"}, id="no database"),
        pytest.param({"main.py": "from flask import Flask\nimport sqlalchemy\napp = Flask('a')\n"}, id="another kind"),
        pytest.param({"README.md": "FastAPI()"}, id="no application"),
        pytest.param(
            {
                "a/pyproject.toml": "",
                "a/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
                "b/pyproject.toml": "",
                "b/db.py": "import sqlalchemy\n",
            },
            id="the database is another project's",
        ),
    ],
)
def test_an_application_that_has_nothing_to_ask(files: dict[str, str], tmp_path: Path) -> None:
    assert states(tmp_path, files, "startup") == ["not-applicable"]


@pytest.mark.parametrize("checks", ["database(engine)", "sources('app')"])
def test_a_gate_that_leaves_something_out(checks: str, tmp_path: Path) -> None:
    text = GUARD + f"app = FastAPI(lifespan=guarded_lifespan(Checkup({checks})))\n"
    assert states(tmp_path, {"main.py": text}, "startup") == ["weak"]


ROUTES = {
    "health_routes": "from syntax_guard.backend import health_routes as h\napp.router.routes.extend(h(checkup))\n",
    "decorator": "@app.get('/health')\ndef health(): ...\n",
    "asynchronous": "@app.get('/healthz', include_in_schema=False)\nasync def health(): ...\n",
    "router": "@router.get('/api/v1/health/live')\ndef live(): ...\n",
    "prefix": "router = APIRouter(prefix='/health')\n",
    "Route": "routes = [Route('/readyz', endpoint=ready)]\n",
    "add_api_route": "app.add_api_route(path='/-/healthy/status', endpoint=ready)\n",
}
NO_ROUTES = {
    "none": "",
    "a client": "def ask(client):\n    return client.get('/health')\n",
    "another word": "@app.get('/healthy-recipes')\ndef recipes(): ...\n",
    "a constant": "PATH = '/health'\n",
}
APP = "from fastapi import FastAPI\napp = FastAPI()\n"


@pytest.mark.parametrize("text", ROUTES.values(), ids=ROUTES.keys())
def test_an_application_that_says_how_it_is(text: str, tmp_path: Path) -> None:
    assert states(tmp_path, {"main.py": APP, "routes.py": text}, "health") == ["ok"]


@pytest.mark.parametrize("text", NO_ROUTES.values(), ids=NO_ROUTES.keys())
def test_an_application_that_cannot_be_asked(text: str, tmp_path: Path) -> None:
    assert states(tmp_path, {"main.py": APP, "routes.py": text}, "health") == ["missing"]


def test_a_container_that_asks_something_else_is_half_of_it(tmp_path: Path) -> None:
    image = 'FROM python:3.12-slim\nCMD ["app"]\nHEALTHCHECK --start-period=9s CMD ["syntax-guard", "probe", "http://[::1]/"]\n'
    assert states(tmp_path, {"main.py": APP, "Dockerfile": image}, "health") == ["ok", "weak"]
