"""Draw docs/refused.svg: a commit that syntax-guard refuses, as a terminal shows it.

Run it as ``python docs/draw_refused.py`` with git, pre-commit and rich installed. Nothing in the picture is written by
hand: a repository is made, this one is its hook, and what ``git commit`` prints on a terminal is drawn. With
``--check`` nothing is written, and the exit code is 1 where the picture shows something else than that.
"""

from __future__ import annotations

import html
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


def main() -> int:
    """Write the picture, or compare it."""
    picture = PROJECT / "docs" / "refused.svg"
    drawn = draw("$ git commit -m 'Add items'\n" + refused_commit())
    if "--check" not in sys.argv:
        picture.write_text(drawn, encoding="utf-8")
    elif (now := shown(drawn)) != (before := shown(picture.read_text(encoding="utf-8"))):
        sys.stderr.write(f"docs/refused.svg shows\n{before}\nand a commit prints\n{now}\nrun docs/draw_refused.py\n")
        return 1
    return 0


def refused_commit() -> str:
    """What git prints when it commits a broken file to a repository with this one as its hook."""
    revision = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=PROJECT, text=True).strip()
    with tempfile.TemporaryDirectory() as folder:
        repository = Path(folder) / "shop"
        (repository / "app").mkdir(parents=True)
        (repository / "app" / "items.py").write_text(BROKEN)
        (repository / ".pre-commit-config.yaml").write_text(CONFIG.format(project=PROJECT, revision=revision))
        for command in (["git", "init", "-q"], ["git", "add", "--all"],
                        [sys.executable, "-m", "pre_commit", "install", "--install-hooks"]):  # fmt: skip
            subprocess.run(command, cwd=repository, check=True, stdout=subprocess.DEVNULL)
        author = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        return on_a_terminal(["git", *author, "commit", "-m", "Add items"], repository).rstrip()


def draw(text: str, width: int = WIDTH, title: str = "git commit") -> str:
    """The picture of a terminal with this text, which may have ANSI colours."""
    console = Console(record=True, width=width, file=open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    console.print(Text.from_ansi(text))
    drawn = console.export_svg(title=title)
    drawn = re.sub(r"@font-face \{.*?\}\n", "", drawn, flags=re.DOTALL)  # no fonts from elsewhere
    return drawn.replace("Fira Code", "ui-monospace, monospace").replace("terminal-" + _id(drawn), "terminal")


def shown(drawn: str) -> str:
    """The text of a picture, without what differs from run to run: the interpreter's version and the seconds."""
    lines = drawn[drawn.index('<g class="terminal-matrix">') :]
    text = html.unescape(re.sub(r"<[^>]*>", "", lines)).replace("\xa0", " ")
    return re.sub(r"CPython [\d.]+|\d+\.\d+ s\b", "…", re.sub(r" +$", "", text, flags=re.MULTILINE)).strip()


def _id(drawn: str) -> str:
    found = re.search(r"terminal-(\d+)-", drawn)
    return found[1] if found else ""


def on_a_terminal(command: list[str], folder: Path, width: int = WIDTH) -> str:
    """What `command` prints in `folder`, where its standard output is a terminal of so many columns."""
    pid, descriptor = pty.fork()
    if pid == 0:
        os.chdir(folder)
        # Nothing that was remembered on this machine belongs in a picture.
        terminal = {"COLUMNS": str(width), "TERM": "xterm-256color", "SYNTAX_GUARD_NO_CACHE": "1"}
        os.execvpe(command[0], command, {**os.environ, **terminal})
    said = b""
    try:
        while part := os.read(descriptor, 1 << 16):
            said += part
    except OSError:  # the other end is closed
        pass
    os.waitpid(pid, 0)
    return said.decode().replace("\r\n", "\n")


if __name__ == "__main__":
    sys.exit(main())
