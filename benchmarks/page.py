"""The figures as tables in Markdown, put into docs/performance.md."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .measurements import Promise, Table

PICTURE = "![Medians as bars](performance.svg)"
BEGIN, END = "<!-- figures: written by python -m benchmarks -->", "<!-- end of the figures -->"


def figures(machine: str, versions: Sequence[str], tables: Sequence[Table], promises: Sequence[Promise]) -> str:
    """All that was measured, as Markdown."""
    parts = [f"{machine}. {'; '.join(versions)}.", _promises(promises), PICTURE, *map(_table, tables)]
    return "\n\n".join(parts)


def put(page: Path, text: str) -> None:
    """Put `text` between the marks of `page`."""
    before = page.read_text(encoding="utf-8")
    if not (BEGIN in before and END in before):
        raise ValueError(f"{page} has no place for the figures")
    pattern = re.compile(re.escape(BEGIN) + ".*" + re.escape(END), re.DOTALL)
    page.write_text(pattern.sub(lambda _: f"{BEGIN}\n\n{text}\n\n{END}", before), encoding="utf-8")


def _promises(promises: Sequence[Promise]) -> str:
    lines = ["| promise | limit | measured | |", "|---|---|---|---|"]
    for one in promises:
        limit = f"{'at least' if one.at_least else 'at most'} {one.limit:g}"
        lines.append(
            f"| {one.text} | {limit} | {_figure(one.measured)} | {'holds' if one.holds else '**falls short**'} |"
        )
    return "\n".join(lines)


def _table(table: Table) -> str:
    lines = [
        f"### {table.title}",
        "",
        f"| | median | times `{table.base}` | rounds | largest process |",
        "|---|--:|--:|--:|--:|",
    ]
    base = table.timings[table.base]
    for name, timing in sorted(table.timings.items(), key=lambda item: item[1].median):
        lines.append(
            f"| {name} | {_time(timing.median)} | {_figure(timing.ratio(base))} | {len(timing.seconds)} "
            f"| {timing.peak / (1 << 20):.0f} MiB |"
        )
    return "\n".join(lines)


def _time(seconds: float) -> str:
    if seconds < 0.001:
        return f"{seconds * 1e6:.1f} µs"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _figure(value: float) -> str:
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"
