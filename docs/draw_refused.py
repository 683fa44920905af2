"""Draw docs/refused.svg: a commit that syntax-guard refuses, as a terminal shows it.

Run it as ``python docs/draw_refused.py`` with git, pre-commit and rich installed. Nothing in the picture is written by
hand: a repository is made, this one is its hook, and what ``git commit`` prints on a terminal is drawn.
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

PROJECT = Path(__file__).resolve().parent.parent
WIDTH = 96
BROKEN = """\
from fastapi import APIRouter

router = APIRouter(
    prefix="/items",
    tags=["items"],

@router.get("/")
async def items() -> list[str]:
    return []
"""
CONFIG = """\
repos:
  - repo: {project}
    rev: {revision}
    hooks:
      - id: syntax-guard
"""


def main() -> None:
    """Write the picture."""
    revision = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=PROJECT, text=True).strip()
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder) / "shop"
        (repository / "app").mkdir(parents=True)
        (repository / "app" / "items.py").write_text(BROKEN)
        (repository / ".pre-commit-config.yaml").write_text(CONFIG.format(project=PROJECT, revision=revision))
        for command in (["git", "init", "-q"], ["git", "add", "--all"],
                        [sys.executable, "-m", "pre_commit", "install", "--install-hooks"]):  # fmt: skip
            subprocess.run(command, cwd=repository, check=True, stdout=subprocess.DEVNULL)
        os.chdir(repository)
        author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        said = on_a_terminal(["git", *author, "commit", "-m", "Add items"])
    console = Console(record=True, width=WIDTH, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    console.print(Text.from_ansi("$ git commit -m 'Add items'\n" + said))
    drawn = console.export_svg(title="git commit")
    drawn = re.sub(r"@font-face \{.*?\}\n", "", drawn, flags=re.DOTALL)  # no fonts from elsewhere
    drawn = drawn.replace("Fira Code", "ui-monospace, monospace").replace("terminal-" + _id(drawn), "terminal")
    (PROJECT / "docs" / "refused.svg").write_text(drawn)


def _id(drawn: str) -> str:
    found = re.search(r"terminal-(\d+)-", drawn)
    return found[1] if found else ""


def on_a_terminal(command: list[str]) -> str:
    """What `command` prints where its standard output is a terminal."""
    os.environ.update(COLUMNS=str(WIDTH), TERM="xterm-256color")
    pid, descriptor = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    said = b""
    try:
        while part := os.read(descriptor, 1 << 16):
            said += part
    except OSError:  # the other end is closed
        pass
    os.waitpid(pid, 0)
    return said.decode().replace("\r\n", "\n")


if __name__ == "__main__":
    main()
