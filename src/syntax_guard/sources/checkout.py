"""What git would write into a work tree where that is not what the index holds.

Three attributes make the difference. ``working-tree-encoding`` stores UTF-8 for a file that is written in another
encoding. ``ident`` has git write the name of the object into ``$Id$``. ``filter`` names programs of git's configuration
(git-crypt, Git LFS). They are run where the user asks for it (``run-filters``); else what they would make of a file is
not known, and what the index holds is judged.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8

from ..errors import GitError
from ..regex import regex
from . import git
from .git_attributes import attributes, filtered
from .readers import UnreadableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .staged_index import Index

ENCODING, FILTER, IDENT, TEXT = "working-tree-encoding", "filter", "ident", "text"
SET, UNSET = "set", "unset"
NOTHING = ("", "cat")
"""Commands that change nothing."""


class Checkout:
    """How the staged files of the work tree `top` would be written."""

    def __init__(self, top: str, paths: Sequence[str]) -> None:
        """Raises `GitError`."""
        self._top = top
        self._attributes = attributes(top, (ENCODING, FILTER, IDENT, TEXT), paths)
        self._filters: dict[str, str | None] = {}

    def filter(self, path: str) -> str | None:
        """The name of the filter whose program would change the file at `path`, or None. Raises `GitError`."""
        name = self._attributes.get(path, {}).get(FILTER)
        if name in (None, SET, UNSET):
            return None
        if name not in self._filters:
            commands = [_setting(self._top, f"filter.{name}.{kind}") for kind in ("process", "smudge")]
            self._filters[name] = None if all(command.strip() in NOTHING for command in commands) else name
        return self._filters[name]

    def read(self, index: Index, path: str, blob: str, most: int) -> bytes:
        """The first `most` bytes of the object `blob` of `index`, as they are written to `path` without a filter.

        Raises `GitError`, and `UnreadableError` for an odd encoding."""
        data = index.read(blob, most)
        if len(data) == most:
            return data
        encoding, said = self.encoding(path), self._attributes.get(path, {})
        if said.get(IDENT) == SET:
            data = identified(data, blob, streamed=encoding is None and said.get(TEXT) != "auto")
        return data if encoding is None else written(data, encoding)

    def encoding(self, path: str) -> str | None:
        """The encoding that the file at `path` is written in, where that is not the one that it is stored in."""
        encoding = self._attributes.get(path, {}).get(ENCODING)
        return None if encoding == UNSET else encoding


class FilteredCheckout(Checkout):
    """As `Checkout`, where the user lets git run the filters of its configuration."""

    def filter(self, path: str) -> str | None:  # noqa: ARG002
        """None, whatever `path` is: no filter is left to be run."""
        return None

    def read(self, index: Index, path: str, blob: str, most: int) -> bytes:
        """The bytes of an object as git writes them, with its filters. Raises `UnreadableError`.

        Args:
            index: The git index.
            path: The file that is written.
            blob: The full name of the object.
            most: How many bytes are read.

        Returns:
            The first of them.
        """
        if super().filter(path) is None:
            return super().read(index, path, blob, most)
        try:
            return filtered(self._top, path, blob, most)
        except GitError as error:
            raise UnreadableError(error.message) from None


_WHOLE = regex(rb"\$Id(?:\$|:(?:[^$\n][^$\n ]* ?)?\$)")
_STREAMED = regex(rb"(\$Id[^:$])+(?:\$Id:[^$\n]*\$)?|\$(?:[^I]|I[^d]|Id\$|Id:[^$\n]*[$\n])")
_FOREIGN = regex(rb"\$Id: .*[ \t\r\n](?!\$)", re.DOTALL)


def identified(data: bytes, blob: str, *, streamed: bool) -> bytes:
    """`data` with the name of the object `blob` where ``ident`` has git write it.

    A name with spaces is of another program, and stays. Git has two readings of that, one for files that it writes as
    they come (`streamed`); see ``ident_to_worktree`` and ``ident_filter_fn`` in its ``convert.c``. The latter loses
    what begins like such a name right before one (``$Idx$Id:y$``).
    """
    name = b"$Id: %s $" % blob.encode()

    def put(found: re.Match[bytes]) -> bytes:
        held = found[0]
        is_id = held.startswith(b"$Id") and held.endswith(b"$") and not _FOREIGN.match(held)
        return name if is_id else held

    return _STREAMED.sub(put, data) if streamed else _WHOLE.sub(name, data)


def _setting(top: str, name: str) -> str:
    """The value of `name` in git's configuration, or nothing. Raises `GitError`."""
    return git.run(top, "config", "--default=", "--get", name).decode(errors="surrogateescape").removesuffix("\n")


def stored(top: str, path: str, data: bytes) -> bytes:
    """The bytes that git stores for `data`, which the work tree `top` holds at `path`; those where it cannot tell."""
    try:
        encoding = Checkout(top, [path]).encoding(path)
        return data.decode(encoding.removesuffix("-BOM")).encode().removeprefix(BOM_UTF8) if encoding else data
    except (GitError, UnicodeError, LookupError):
        return data


def written(data: bytes, encoding: str) -> bytes:
    """The bytes that git writes for `data`, which is stored as UTF-8. Raises `UnreadableError` for an odd encoding."""
    name, mark = encoding, ""
    if encoding.upper() in ("UTF-16LE-BOM", "UTF-16BE-BOM"):
        name, mark = encoding[:-4], "\ufeff"
    try:
        return (mark + data.decode()).encode(name)
    except UnicodeError:  # git then writes it as it is stored
        return data
    except LookupError:
        raise UnreadableError(f"its working-tree-encoding is not known here: {encoding[:100]}") from None
