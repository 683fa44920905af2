"""Draw docs/terminal-40.svg, -80 and -200: what syntax-guard prints on terminals of so many columns.

Run it as ``python docs/draw_terminal.py`` with the package and rich installed. Nothing in the pictures is written by
hand. With ``--check`` nothing is written, and the exit code is 1 where a picture shows something else than is printed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from draw_refused import PROJECT, draw, on_a_terminal, shown

WIDTHS = (40, 80, 200)
FILES = {
    "app/orders.py": "def total(orders):\n    retrun sum(order.price for order in orders)\n",
    "app/stock.py": "def low(items, \u5728\u5eab):\n    if \u5728\u5eab > 0 && len(items) < 3:\n        return items\n",
    "app/web.py": "def page():\n    if True:\n\t    return 1\n        return 2\n",
}
"""A misspelt keyword, a habit of another language behind wide characters, and a tab among spaces."""


def main() -> int:
    """Write the pictures, or compare them."""
    late = 0
    for width in WIDTHS:
        picture = PROJECT / "docs" / f"terminal-{width}.svg"
        command = "syntax-guard check --context 1"
        drawn = draw(f"$ {command}\n{printed(command, width)}", width, f"{width} columns")
        if "--check" not in sys.argv:
            picture.write_text(drawn, encoding="utf-8")
        elif (now := shown(drawn)) != (before := shown(picture.read_text(encoding="utf-8"))):
            sys.stderr.write(f"{picture.name} shows\n{before}\nand this is printed\n{now}\nrun docs/draw_terminal.py\n")
            late = 1
    return late


def printed(command: str, width: int) -> str:
    """What `command` prints in a folder with `FILES`, on a terminal of so many columns."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in FILES.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")
        program = str(Path(sys.executable).parent / "syntax-guard")
        return on_a_terminal([program, *command.split()[1:]], Path(folder), width).rstrip()


if __name__ == "__main__":
    sys.exit(main())
