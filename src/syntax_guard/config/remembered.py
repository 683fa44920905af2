"""What a file of a project says, remembered with all of its bytes: to parse TOML takes longer than to start Python."""

from __future__ import annotations

import os
import sys

from .. import __version__
from ..storage.key import seal
from ..storage.records import pack, unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..storage.store import Store

DECLARATION_LIMIT = 1 << 20
"""Bytes of the largest file that is read for what it declares, in every gate."""
LIMIT = 64 * 1024
"""Bytes of the largest file that is remembered."""
_SEAL_BYTES = 8


def recalled(store: Store, kind: str, path: str, content: bytes, read: Callable[[], list[str]]) -> list[str]:
    """The rows that ``read()`` makes of the `content` of the file at `path`; `store` keeps them by `kind` and path.

    What is kept counts for the same content, read by the same version of this tool on the same Python.
    """
    if store.folder is None or len(content) > LIMIT:
        return read()
    name = f"{kind}-{seal(b'', os.fsencode(path)).hex()}"
    asked = [__version__, sys.version, kind, os.fsencode(path).hex(), str(len(content))]
    question = "\0".join(asked).encode() + b"\0" + content
    record = store.read(name) or b""
    answer = record[_SEAL_BYTES:]
    if answer.startswith(question) and record[:_SEAL_BYTES] == seal(store.key, answer):
        return unpack(answer[len(question) :])
    rows = read()
    answer = question + pack(rows)
    store.replace(name, seal(store.key, answer) + answer)
    return rows
