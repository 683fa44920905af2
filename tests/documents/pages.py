"""The pages that a user reads, and the blocks of code in them.

``python3 -m tests.documents.pages .ci/STEP`` prints what the pages say that this step runs, a NUL byte after each
block, so that the step types what a reader would. Standard library only: a step asks before anything is installed.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

PROJECT = Path(__file__).parents[2]
PAGES = [
    *(PROJECT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md") if (PROJECT / name).exists()),
    *sorted((PROJECT / "docs").glob("*.md")),
]
TRANSLATIONS = {
    PROJECT / "README.md": PROJECT / "README.fr.md",
    PROJECT / "docs" / "index.md": PROJECT / "docs" / "fr" / "index.md",
}
"""Of a page, the one that says the same in French. Its blocks are those of the page, which is why nothing runs them."""
_BLOCK = re.compile(
    r"^(?:<!-- (?P<keys>[^\n]*?) -->\n\n?)?"
    r"```(?P<language>\w*)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


def script(name: str) -> ModuleType:
    """The module ``docs/NAME.py``, which makes a file of the documentation."""
    spec = importlib.util.spec_from_file_location(name, PROJECT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True)
class Block:
    """One fenced block.

    A comment right before it, which readers do not see, says what runs it, as ``key: value`` between semicolons:
    ``run in: repository`` (a sandbox of test_commands.py) or ``run by: .ci/STEP`` (that step takes the commands from
    here), and ``ends with: 1`` where the exit code is not 0.
    """

    page: Path
    line: int
    language: str
    title: str
    text: str
    keys: dict[str, str]

    def __str__(self) -> str:
        return f"{self.page.relative_to(PROJECT)}:{self.line}"

    @property
    def commands(self) -> str:
        """What a reader types: the lines behind ``$``, or all of them where no line has one."""
        typed = re.findall(r"^\$ ((?:.*\\\n)*.*)$", self.text, re.MULTILINE)
        return "\n".join(typed) + "\n" if typed else self.text

    @property
    def script(self) -> str:
        """What a reader does with it: write the file that the block's title names, or type the commands."""
        if self.title:
            return f"cat > {self.title} <<'END OF FILE'\n{self.text}END OF FILE\n"
        return self.commands


def blocks() -> list[Block]:
    """All of them, in the order of the pages."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in _BLOCK.finditer(text):
            keys = dict(part.split(": ", 1) for part in (match["keys"] or "").split("; ") if ": " in part)
            line = text.count("\n", 0, match.start("language")) + 1
            found.append(Block(page, line, match["language"], match["title"] or "", match["text"], keys))
    return found


def run_by(step: str) -> list[Block]:
    """What the pages say that `step`, a path in the repository, runs."""
    return [block for block in blocks() if block.keys.get("run by") == step]


if __name__ == "__main__":
    for block in run_by(sys.argv[1]):
        sys.stdout.write(block.script + "\0")
