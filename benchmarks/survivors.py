"""Who survives the hostile tree: each tool gets it as a whole, as a hook or a CI job would give it.

    python benchmarks/survivors.py [TOOL …]

A tool is looked for beside this Python, then on PATH (``pip install syntax-guard ruff flake8 pyflakes black
pre-commit-hooks``). Each has SECONDS and 4 GiB of address space. FIFOs are left out for the others unless
``--fifos`` is given: flake8, pyflakes, black and compileall wait at the first one for ever.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from shutil import which

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.hostile import tree

SECONDS = 120
BESIDE = str(Path(sys.executable).parent)
TOOLS = {
    "syntax-guard": ["syntax-guard", "check", "--no-cache", "--time-limit=3"],
    "check-ast": ["check-ast", "{files}"],
    "ruff": ["ruff", "check", "--isolated", "--no-cache", "--select=E9", "--output-format=concise", "."],
    "flake8": ["flake8", "--isolated", "--select=E9", "."],
    "pyflakes": ["pyflakes", "."],
    "compileall": [sys.executable, "-m", "compileall", "-q", "."],
    "black": ["black", "--check", "--no-cache", "."],
}


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def survive(command: list[str], folder: Path) -> tuple[str, str]:
    """How the tool ended, and all that it said. The tree is built for it alone."""
    files = sorted(
        entry.name for entry in os.scandir(folder) if entry.name.endswith(".py") and os.path.isfile(entry.path)
    )
    expanded = [word for part in command for word in ([f"./{name}" for name in files] if part == "{files}" else [part])]
    environment = {**os.environ, "SPRUNG": str(folder.parent / "sprung"), "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            expanded, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
            preexec_fn=_limit, start_new_session=True,
        )  # fmt: skip
        started = time.monotonic()
        try:
            status = process.wait(SECONDS)
            ended = f"exit {status}" if status >= 0 else f"signal {-status}"
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
            ended = "hangs"
        ended += f", {time.monotonic() - started:.0f} s"
        said.seek(0)
        text = said.read(64 << 20).decode(errors="replace")
    if "Traceback (most recent call last)" in text:
        ended += ", traceback"
    return ended, text


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Who survives the hostile tree?")
    parser.add_argument("tools", nargs="*", default=list(TOOLS))
    parser.add_argument("--fifos", action="store_true", help="leave FIFOs and endless files in the tree for all")
    asked = parser.parse_args()
    print(f"| tool | ended | ordinary broken files named, of {len(tree.ORDINARY)} | hostile files named |")
    print("|---|---|---|---|")
    for name in asked.tools:
        program = which(TOOLS[name][0], path=os.pathsep.join([BESIDE, os.environ["PATH"]]))
        if program is None:
            print(f"| {name} | not found | | |")
            continue
        with tempfile.TemporaryDirectory() as work:
            folder = Path(work) / "tree"
            folder.mkdir()
            tree.build(folder)
            if name != "syntax-guard" and not asked.fifos:
                for each in ("file_fifo.py", "link_fifo.py", "link_zero.py", "file_device_tty.py"):
                    (folder / each).unlink(missing_ok=True)
            ended, text = survive([program, *TOOLS[name][1:]], folder)
        ordinary = sum(each in text for each in tree.ORDINARY)
        hostile = sum(ascii(each)[1:-1] in text or each in text for each in tree.KINDS)
        print(f"| {name} | {ended} | {ordinary} | {hostile} of {len(tree.KINDS)} |", flush=True)


if __name__ == "__main__":
    main()
