"""What doctor finds in whole repositories, and that it leaves them as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syntax_guard.doctor import Finding, examine

from .layout import LAYOUTS, Layout

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("yaml", reason="PyYAML is not installed (extra doctor)")


def shown(finding: Finding) -> str:
    place = finding.place
    where = "-" if place is None else f"{place.path}:{place.line}" if place.line else place.path
    return f"{finding.state} {finding.gate} {where}"


@pytest.mark.parametrize("path", LAYOUTS, ids=lambda path: path.stem)
def test_findings(path: Path, tmp_path: Path) -> None:
    layout = Layout(path)
    layout.build(tmp_path)
    assert [shown(finding) for finding in examine(str(tmp_path))] == layout.expected


@pytest.mark.parametrize("path", LAYOUTS, ids=lambda path: path.stem)
def test_what_is_wrong_comes_with_why_and_what_to_write(path: Path, tmp_path: Path) -> None:
    layout = Layout(path)
    layout.build(tmp_path)
    for finding in examine(str(tmp_path)):
        if finding.state in ("weak", "missing"):
            assert finding.why
            assert finding.write


def test_there_are_at_least_ten_layouts() -> None:
    assert len(LAYOUTS) >= 10


def test_nothing_is_written(tmp_path: Path) -> None:
    layout = Layout(next(path for path in LAYOUTS if path.stem == "every-gate"))
    layout.build(tmp_path)

    def state() -> list[tuple[str, int, bytes]]:
        files = [path for path in sorted(tmp_path.rglob("*")) if path.is_file()]
        return [(str(path), path.stat().st_mtime_ns, path.read_bytes()) for path in files]

    before = state()
    examine(str(tmp_path))
    assert state() == before
