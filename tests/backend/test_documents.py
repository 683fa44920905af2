"""docs/backend.md says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import syntax_guard.backend

from .postgres import Database
from .serving import served
from .test_metrics import values

PAGE = Path(__file__).parents[2] / "docs" / "backend.md"
pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="docs/ is not here: run from a checkout of the repository")


def text() -> str:
    return PAGE.read_text()


def test_the_application_at_its_head_runs(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = re.search(r'```python title="app.py"\n(.*?)```', text(), re.DOTALL)
    assert code is not None
    (tmp_path / "app.py").write_text(code[1])
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database.url())
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    import app  # type: ignore[import-not-found]

    with served(app.app) as client:
        assert client.get("/health").status_code == 200
        told = values(client.get("/metrics").text)
    documented = set(re.findall(r"^\| `(syntax_guard_\w+)`", text(), re.MULTILINE))
    sampled = {name[0] for name in told if name[0].startswith("syntax_guard_")}
    families = {re.sub(r"_(bucket|count|sum|created)$", "", name) for name in sampled}
    assert families - {"syntax_guard_check_runs", "syntax_guard_sources_broken"} == documented


def test_every_public_name_is_documented() -> None:
    undocumented = {name for name in syntax_guard.backend.__all__ if not re.search(rf"\b{name}\b", text())}
    assert undocumented == {"Check", "Reading"}, "the classes behind what the page shows"
