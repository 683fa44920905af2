"""Draw bars, as ``python plot.py FIGURES.json PLOT.svg``: one row of axes a table, the shortest time on top.

Runs in an environment of its own, which has matplotlib.
"""

from __future__ import annotations

import json
import sys

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "syntax-guard", "font.size": 9})

from matplotlib import pyplot as plt  # noqa: E402 - once the backend is chosen

OURS, THEIRS = "#2e7d32", "#90a4ae"


def main(figures: str, plot: str) -> None:
    """Draw what the file `figures` holds, ``[[title, {name: seconds}], …]``, into the file `plot`."""
    with open(figures, encoding="utf-8") as file:
        tables = json.load(file)
    heights = [len(medians) + 1.5 for _, medians in tables]
    drawing, rows = plt.subplots(
        len(tables), figsize=(8, 0.27 * sum(heights)), height_ratios=heights, layout="constrained"
    )
    for axes, (title, medians) in zip(rows, tables, strict=True):
        ordered = sorted(medians.items(), key=lambda item: item[1], reverse=True)
        bars = axes.barh(
            [name for name, _ in ordered], [seconds for _, seconds in ordered],
            color=[OURS if name.startswith("syntax-guard") else THEIRS for name, _ in ordered],
        )  # fmt: skip
        axes.bar_label(bars, [with_unit(seconds) for _, seconds in ordered], padding=3)
        axes.set_title(title, loc="left", fontsize=9, fontweight="bold")
        axes.margins(x=0.12)
        axes.spines[["top", "right", "bottom"]].set_visible(False)
        axes.xaxis.set_visible(False)
    drawing.savefig(plot, metadata={"Date": None})


def with_unit(seconds: float) -> str:
    """A time as people say it: ``12.7 ms``, with three digits."""
    size, unit = (1, "s") if seconds >= 1 else (1e-3, "ms") if seconds >= 1e-3 else (1e-6, "µs")
    return f"{seconds / size:.3g} {unit}"


if __name__ == "__main__":
    main(*sys.argv[1:])
