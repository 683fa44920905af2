"""What notebooks cost: time that grows as a cell does, memory that a notebook bounds, and 1,000 beside bare processes.

``python -m benchmarks.notebooks [ROUNDS]`` prints a line for each pattern of a magic at three sizes, one for each large
notebook, and medians of paired rounds. It ends with 1 where the memory is not bounded; times decide nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from syntax_guard.sources.notebooks.cells import prepare

from .tools import GUARD, PROJECT, environment

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = (50_000, 100_000, 200_000)
"""Characters of a cell."""
GROWTH = 8.0
"""How many times as long a cell may take that is four times as long; the square of it would be sixteen."""
MEMORY, BASE = 10, 100 << 20
"""Bytes that a process may use for each byte of a notebook, and besides."""
PATTERNS: dict[str, Callable[[int], str]] = {
    "line magics": lambda size: "%time f(x)\n" * (size // 11),
    "line magics with brackets": lambda size: "%time f(\n" * (size // 9),
    "a magic over many lines": lambda size: "%time \\\n" * (size // 8),
    "magics as values": lambda size: "x = %pwd\n" * (size // 9),
    "shell escapes": lambda size: "!ls 'a\n" * (size // 7),
    "shell escapes as values": lambda size: "x = !ls\n" * (size // 8),
    "blanks before a shell escape": lambda size: "x =" + " " * size + "!ls\n",
    "help": lambda size: "x?\n" * (size // 3),
    "help on a long name": lambda size: "a" * size + " ?\n",
    "help on items": lambda size: "x" + "[0]" * (size // 3) + "?\n",
    "forced calls": lambda size: ",f a b\n" * (size // 7),
    "cell magics": lambda size: "%%time\n" * (size // 7),
    "prompts": lambda size: ">>> x\n" * (size // 6),
    "prompts of IPython": lambda size: "In [1]: x\n" * (size // 10),
    "quotes among prompts": lambda size: ">>> '''\n" * (size // 8),
    "awaits": lambda size: "await x\n" * (size // 8),
    "asynchronous comprehensions": lambda size: "[x async for x in y]\n" * (size // 21),
    "late future imports": lambda size: "from __future__ import annotations\n" * (size // 35),
    "late globals": lambda size: "if a: global x\n" * (size // 15),
    "blank lines": lambda size: " \n" * (size // 2) + "!ls\n",
    "indented lines": lambda size: "  x\n" * (size // 4) + "  !ls\n",
    "open brackets": lambda size: "(" * size + "\n!ls\n",
    "an open string": lambda size: "'''" + "!ls\n" * (size // 4),
    "lines that only IPython ends": lambda size: "\u2028!ls" * (size // 4),
}
CELLS = 18
"""Code cells of a notebook: 551 real ones had 9,707."""
CELL = "import os\n\n\ndef f{0}(x):\n    return [y for y in x if y]\n\n\nprint(f{0}([{0}]), os.sep)\n"
BARE = """
import json, sys
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        notebook = json.loads(file.read())
    for cell in notebook["cells"]:
        compile("".join(cell["source"]).encode(), path, "exec", 0, True)
"""
PEAK = r"""
import re, sys
from syntax_guard.sources.notebooks.cells import prepare
from syntax_guard.sources.readers import UnreadableError
with open(sys.argv[1], "rb") as file:
    data = file.read()
try:
    prepare(data)
except UnreadableError:
    pass
with open("/proc/self/status") as status:  # getrusage counts in what was there before this program
    print(int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) << 10)
"""


def notebook(*sources: str) -> bytes:
    """A notebook of these cells."""
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in sources]
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}).encode()


def seconds(data: bytes) -> float:
    """CPU time that it takes to prepare a notebook, the best of three."""
    taken = []
    for _ in range(3):
        started = time.process_time()
        prepare(data)
        taken.append(time.process_time() - started)
    return min(taken)


def grows() -> None:
    """Print the time of each pattern at three sizes, and which one grows faster than the cell does."""
    for name, made in PATTERNS.items():
        taken = [seconds(notebook(made(size))) for size in SIZES]
        holds = taken[2] < 0.02 or taken[2] <= GROWTH * taken[0]  # what takes next to no time cannot be told apart
        print(f"{name:<32}", *(f"{one:8.4f} s" for one in taken), "" if holds else "  grows too fast", flush=True)


def is_bounded(folder: Path) -> bool:
    """Whether large notebooks stay within the memory that is promised."""
    large = {
        "lines of one letter": notebook("a\n" * 3_000_000),
        "empty cells": b'{"cells": [' + b"{}," * 2_000_000 + b"{}]}",
        "lists": b'{"cells": [' + b"[]," * 2_000_000 + b"[]]}",
        "cells": notebook(*["x = 1"] * 60_000),
        "magics": notebook("%time f(x)\n" * 500_000),
        "awaits": notebook("await x\n" * 30_000),
    }
    kept = True
    for name, data in large.items():
        path = folder / "large.ipynb"
        path.write_bytes(data)
        peak = int(subprocess.check_output([sys.executable, "-c", PEAK, str(path)]))
        holds = peak <= MEMORY * len(data) + BASE
        kept = kept and holds
        print(f"{name:<32} {len(data) / 1e6:8.1f} MB of notebook, {peak >> 20} MiB", "" if holds else "  too much")
    return kept


def many(folder: Path, rounds: int) -> None:
    """Print how much longer 1,000 notebooks take than to read their JSON and to compile their cells.

    They are checked as users check them: in an environment that pip made, with the bytecode of what it installed.
    """
    programs = environment(folder / "own", str(PROJECT))
    tree = folder / "tree"
    tree.mkdir()
    paths = []
    for number in range(1000):
        path = tree / f"n{number}.ipynb"
        path.write_bytes(notebook(*(CELL.format(number * CELLS + cell) for cell in range(CELLS))))
        paths.append(path.name)
    wall, cpu = [], []
    for _ in range(rounds):
        ours = taken([[str(programs / GUARD), "check", "--no-cache", "--notebooks"]], tree)
        bare = [str(programs / "python"), "-I", "-S", "-c", BARE]
        floor = taken([[*bare, *paths[::2]], [*bare, *paths[1::2]]], tree)
        wall.append(ours[0] / floor[0])
        cpu.append(ours[1] / floor[1])
    said = f"{median(wall):.2f} times as long, {median(cpu):.2f} times the CPU time"
    print(f"1,000 notebooks of {CELLS} cells, cold, beside two bare processes: {said}")


def taken(commands: list[list[str]], folder: Path) -> tuple[float, float]:
    """Wall time and CPU time that `commands` take side by side."""
    used, started = _used(), time.perf_counter()
    running = [subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) for command in commands]
    if any(process.wait() for process in running):
        raise AssertionError("a notebook is not valid")
    return time.perf_counter() - started, _used() - used


def _used() -> float:
    """CPU time of the processes that have been waited for."""
    times = os.times()
    return times.children_user + times.children_system


def main() -> int:
    """Measure all of it."""
    rounds = int(sys.argv[1]) if sys.argv[1:] else 5
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        grows()
        many(folder, rounds)
        return 0 if is_bounded(folder) else 1


if __name__ == "__main__":
    sys.exit(main())
