"""A folder of files that are named after hostile texts, hold them and are broken; ``python -m`` writes one."""

from __future__ import annotations

import os
import sys

from .samples import HOSTILE


def write(folder: str) -> int:
    """Write the files into ``folder`` and return how many there are: what the file system cannot name is left out."""
    os.makedirs(folder, exist_ok=True)
    for text in HOSTILE.values():
        name = os.fsencode(folder) + os.fsencode(os.sep) + _bytes(text.replace("/", "_").replace("\0", "_")[:200])
        held = _bytes(text)
        try:
            with open(name + b".py", "wb") as file:
                file.write(held + b"\nx = (  # " + held)
        except (OSError, ValueError):
            continue
    return len(os.listdir(folder))


def _bytes(text: str) -> bytes:
    return b"".join(os.fsencode(each) if each != "\ud800" else b"\xed\xa0\x80" for each in text)


if __name__ == "__main__":
    print(write(sys.argv[1]))  # noqa: T201
