"""The pages that a user reads, and the blocks of code in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PAGES = [page for page in (PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").glob("*.md")))
         if page.exists()]  # fmt: skip
_BLOCK = re.compile(
    r"^(?:<!-- (?P<keys>[^\n]*?) -->\n\n?)?"
    r"```(?P<language>\w*)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """One fenced block.

    A comment right before it, which readers do not see, says what a test has to know, as ``key: value`` between
    semicolons: ``run in: repository`` (which sandbox its commands run in), ``ends with: 1`` (their exit code),
    ``run by: PATH`` (the test or step that does it), ``not run: REASON``.
    """

    page: Path
    line: int
    language: str
    title: str
    text: str
    keys: dict[str, str]

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"

    @property
    def commands(self) -> str:
        """What a reader types: the lines behind ``$``, or all of them where no line has one."""
        typed = re.findall(r"^\$ ((?:.*\\\n)*.*)$", self.text, re.MULTILINE)
        return "\n".join(typed) if typed else self.text


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
