"""The search of the site finds each option, each code and each error message.

``python -m tests.documents.search SITE`` looks at the index that the site's search reads, and ends with 1 where one of
them is in no page.
"""

from __future__ import annotations

import html
import json
import re
import sys
from pathlib import Path

from syntax_guard.config.options import OPTIONS
from syntax_guard.findings.codes import CODES, SKIPPED

from ..messages.collect import messages, refusals


def wanted() -> dict[str, list[str]]:
    """What people look for, by kind."""
    return {
        "options": [option.flags[0] for option in OPTIONS],
        "codes": [*CODES, *SKIPPED],
        "error messages": [_longest(one.text) for one in refusals(messages())],
    }


def _longest(message: str) -> str:
    """The longest piece of a message that is the same each time."""
    return max(re.split(r"\{…\}| \| ", message), key=len).strip()


def indexed(site: Path) -> str:
    """All that the search reads, as text."""
    documents = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", "", f"{one['title']} {one['text']}") for one in documents))


def main(site: Path) -> int:
    """Print how many of each kind are found, and name those that are not."""
    text = " ".join(indexed(site).split())
    lost = {kind: [one for one in names if one not in text] for kind, names in wanted().items()}
    for kind, names in wanted().items():
        sys.stdout.write(f"search: {len(names) - len(lost[kind])} of {len(names)} {kind}\n")
        sys.stdout.writelines(f"    not found: {one}\n" for one in lost[kind])
    return int(any(lost.values()))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
