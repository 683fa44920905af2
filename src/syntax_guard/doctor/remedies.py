"""What to write: the snippets that findings propose, in one place so that they stay alike."""

from __future__ import annotations

HOOK = """in .pre-commit-config.yaml, then `pre-commit install`:
- repo: https://github.com/syntax-guard/syntax-guard
  rev: v0.1.0
  hooks: [{id: syntax-guard}]"""
INSTALL = "pre-commit install  (or: prek install)"
PLAIN_HOOK = "syntax-guard check --staged"
PINNED = "rev: v0.1.0  # a release; `pre-commit autoupdate` moves it on purpose"

STEP = "- run: syntax-guard check"
ALL_FILES = "pre-commit run --all-files"

RUN = 'CMD ["syntax-guard", "run", "--", "uvicorn", "main:app"]'
RUN_COMPOSE = 'command: ["syntax-guard", "run", "--", "uvicorn", "main:app"]'
BUILD = "RUN python -m syntax_guard check ."
EXEC = 'syntax-guard check && exec uvicorn main:app  # "exec" before your command'
EXEC_FORM = 'a JSON array: CMD ["syntax-guard", "run", "--", "uvicorn", "main:app"]'
FAIL = "set -e at the top of the script, or `syntax-guard check && exec …`"

LIFESPAN = """from syntax_guard.backend import Checkup, database, guarded_lifespan, sources
app = FastAPI(lifespan=guarded_lifespan(Checkup(sources("app"), database(engine))))"""
HEALTH_ROUTES = """from syntax_guard.backend import Checkup, health_routes, sources
app.router.routes.extend(health_routes(Checkup(sources("app"))))"""

HEALTH = """HEALTHCHECK --interval=30s --timeout=10s --start-period=40s --retries=3 \\
  CMD ["syntax-guard", "probe", "http://127.0.0.1:8000/health"]"""
HEALTH_COMPOSE = """healthcheck:
  test: ["CMD", "syntax-guard", "probe", "http://127.0.0.1:8000/health"]
  interval: 30s
  timeout: 10s
  retries: 3
  start_period: 40s"""
PROBE = 'CMD ["syntax-guard", "probe", "http://127.0.0.1:8000/health"]'
START_PERIOD = "--start-period=40s in a Dockerfile, start_period: 40s in compose"

RESTART = "restart: unless-stopped"
GIVE_UP = "a start gate; or restart: on-failure:5, which gives up"
