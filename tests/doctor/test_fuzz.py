"""Mutated Dockerfiles, compose files, workflows and pyprojects: doctor always answers, soon, and speaks to nobody."""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING

import pytest

from syntax_guard.doctor.examine import examine
from syntax_guard.doctor.render import as_json, table

from ..conftest import PROJECT
from .test_ci import MAKEFILE, NOX, PATTERNS, PUBLISH, SERVICES, TOX, WORKFLOW
from .test_hooks import CONFIG, LOCAL
from .test_hostile import speaks
from .test_start import MANIFEST, UNIT, image

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = int(os.environ.get("SYNTAX_GUARD_FUZZ_SECONDS", "600"))
SEEDS = {
    ".github/workflows/ci.yml": WORKFLOW.format("make lint"),
    ".github/workflows/release.yml": PUBLISH,
    **{path: text for path, text, _ in SERVICES.values() if not path.startswith(".github")},
    **{path: text for path, text, *_ in PATTERNS.values()},
    "Makefile": MAKEFILE, "tox.ini": TOX, "noxfile.py": NOX, ".pre-commit-config.yaml": CONFIG, "k8s/web.yaml": MANIFEST,  # noqa: E501
    "hooks.yaml": LOCAL, "shop.service": UNIT, "Procfile": "web: gunicorn shop:app\nrelease: python manage.py migrate\n",  # noqa: E501
    "api/Dockerfile": image("CMD uvicorn app.main:app --port $PORT && true"),
    **{str(path.relative_to(PROJECT / "examples")): path.read_text() for path in (PROJECT / "examples").glob("*/*ompose*")},  # noqa: E501
    **{str(path.relative_to(PROJECT / "examples")): path.read_text() for path in (PROJECT / "examples").glob("*/Dockerfile")},  # noqa: E501
    "pyproject.toml": (PROJECT / "pyproject.toml").read_text() if (PROJECT / "pyproject.toml").exists() else "",
}  # fmt: skip
PIECES = [
    "syntax-guard check", "syntax-guard run --", "&a ", "*a", "<<: *a\n", "[", "{", "}", "]", ": ", "- ", "\t", "\\\n", '"', "'",  # noqa: E501
    "::error::", "##vso[x]", "\x1b[31m", "\u202e", "\0", "$A", "${B:-$B}", "<<EOF\n", "if: false\n", "|| true", "&& ", ";", "|\n",  # noqa: E501
    ">-\n", "!!binary ", "%YAML 1.1\n", "---\n", "null", "true", "99999999999999999999", "2001-01-01", "\ud800", "FROM ", "CMD [",  # noqa: E501
]  # fmt: skip


def mutated(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 6)):
        at, length = chance.randint(0, len(text)), chance.choice((0, 0, 1, 5, 40))
        lines = text.split("\n")
        chance.shuffle(lines)
        piece = chance.choice([*PIECES, *lines[:5], chance.choice(PIECES) * chance.choice((3, 2_000))])
        text = text[:at] + piece + text[at + length :]
    return text


@pytest.mark.slow
def test_ten_minutes_of_mutations(tmp_path: Path) -> None:
    chance = random.Random(20)
    begun = time.monotonic()
    while time.monotonic() - begun < SECONDS:
        for name, text in SEEDS.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            changed = mutated(text, chance) if chance.random() < 0.3 else text
            path.write_text(changed, encoding="utf-8", errors="replace")
        started = time.process_time()
        findings = examine(str(tmp_path))
        shown = table(findings, (), chance.randint(40, 120)), as_json(findings)
        assert time.process_time() - started < 2
        for report in shown:
            assert len(report) < 1 << 20
            assert not speaks(report)
