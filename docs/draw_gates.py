"""Draw docs/gates.svg: the gates that code passes, from the editor to the health check.

Run it as ``python docs/draw_gates.py``. README and docs/index.md show the picture. It has its own background and two
palettes, so it is readable on a light page and on a dark one. Standard library only.
"""

from __future__ import annotations

import html
import sys
from pathlib import Path

PICTURE = Path(__file__).resolve().parent / "gates.svg"

PLACES = {
    "where you write": [
        ("edit", "an editor, a coding agent", "check -, agent-hook"),
        ("commit", "git commit", "check --staged"),
        ("merge", "git merge, a merge button", "check --merge"),
    ],
    "where you share": [
        ("push", "git push, in clone and server", "pre-push, pre-receive"),
        ("tree", "every file, in CI", "check"),
        ("ship", "a wheel, an image", "check dist/*, check --installed"),
    ],
    "where it runs": [
        ("start", "a container", "run -- COMMAND"),
        ("startup", "an application", "syntax_guard.backend"),
        ("health", "an application that serves", "probe URL"),
    ],
}
"""Of each place, its gates: the name, what passes it, and what asks there."""

PALETTES = {
    "light": {"page": "#ffffff", "box": "#e8f5e9", "edge": "#2e7d32", "name": "#1b5e20", "text": "#263238"},
    "dark": {"page": "#1e2129", "box": "#1f3524", "edge": "#81c784", "name": "#a5d6a7", "text": "#eceff1"},
}
WIDTH, BOX, HEIGHT, GAP, MARGIN = 960, 284, 92, 34, 20
ROW = HEIGHT + 62
"""From the top of a row of boxes to that of the next one."""


def style(palette: dict[str, str]) -> str:
    """The colours of a palette, as CSS."""
    return (
        f".page{{fill:{palette['page']}}}.box{{fill:{palette['box']};stroke:{palette['edge']}}}"
        f".way{{stroke:{palette['edge']};fill:none;stroke-width:2}}.tip{{fill:{palette['edge']}}}"
        f".name{{fill:{palette['name']}}}.text{{fill:{palette['text']}}}"
    )


def text(kind: str, x: int, y: int, said: str, size: int, more: str = "") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" font-size="{size}"{more}>{html.escape(said)}</text>'


def gate(x: int, y: int, name: str, passes: str, asks: str) -> list[str]:
    """One box."""
    return [
        f'<rect class="box" x="{x}" y="{y}" width="{BOX}" height="{HEIGHT}" rx="8"/>',
        text("name", x + 14, y + 29, name, 19, ' font-weight="bold"'),
        text("text", x + 14, y + 53, passes, 14),
        text("text", x + 14, y + 77, asks, 13, ' font-family="ui-monospace, monospace"'),
    ]


def ways(y: int, last: bool) -> list[str]:
    """The arrows of a row whose boxes begin at `y`, and the one to the next row."""
    middle = y + HEIGHT // 2
    starts = [MARGIN + BOX + number * (BOX + GAP) for number in range(2)]
    drawn = [f'<path class="way" d="M{x} {middle}h{GAP - 8}"/>' for x in starts]
    drawn += [f'<path class="tip" d="M{x + GAP} {middle}l-10 -6v12z"/>' for x in starts]
    if not last:
        right, left, below = WIDTH - MARGIN - BOX // 2, MARGIN + BOX - 40, y + HEIGHT
        drawn.append(f'<path class="way" d="M{right} {below}v18H{left}V{y + ROW - 8}"/>')
        drawn.append(f'<path class="tip" d="M{left} {y + ROW}l-6 -10h12z"/>')
    return drawn


def draw() -> str:
    """The picture, as SVG."""
    height = MARGIN + 20 + ROW * (len(PLACES) - 1) + HEIGHT + MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="system-ui, sans-serif">',
        "<title>The gates of syntax-guard, from the editor to the health check</title>",
        f"<style>{style(PALETTES['light'])}@media (prefers-color-scheme: dark){{{style(PALETTES['dark'])}}}</style>",
        f'<rect class="page" width="{WIDTH}" height="{height}" rx="10"/>',
    ]
    for number, (place, gates) in enumerate(PLACES.items()):
        top = MARGIN + 20 + number * ROW
        lines.append(text("text", MARGIN, top - 10, place, 14))
        for column, one in enumerate(gates):
            lines += gate(MARGIN + column * (BOX + GAP), top, *one)
        lines += ways(top, last=number == len(PLACES) - 1)
    return "\n".join([*lines, "</svg>"]) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
    sys.stdout.write(f"{PICTURE.name}\n")
