"""The contents of many objects, which are read one after another: git is told early which come next.

To be asked and answered one by one takes longer than to judge a small file.
"""

from __future__ import annotations

from ..errors import GitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .git_contents import Contents

AHEAD = 48
"""Objects that git is told of at once: their names fit into any pipe."""


class InOrder:
    """The contents of the objects `names`, for a reader that mostly goes through them in this order."""

    def __init__(self, contents: Contents, names: Sequence[bytes]) -> None:
        """No other code may ask `contents`."""
        self._contents = contents
        self._names = names
        self._next = self._asked = 0
        """The places of the first name that git has not answered, and of the first that it was not asked."""

    def file(self, place: int, most: int) -> bytes | None:
        """The first `most` bytes of the file that ``names[place]`` names, or None where that is no file.

        Raises `GitError` where git ends before it has answered, and for a damaged object.
        """
        try:
            self._pass_over(place if self._next <= place < self._asked else self._asked)
            if not self._next <= place < self._asked:
                self._next, self._asked = place, min(place + AHEAD, len(self._names))
                self._contents.ask(*self._names[place : self._asked])
            self._next += 1
            _, kind, data = self._contents.answer(most)
        except BaseException:  # what git was asked and has not answered is lost
            self._contents.close()
            self._next = self._asked = 0
            raise
        return data if kind == b"blob" else None

    def _pass_over(self, place: int) -> None:
        try:
            while self._next < place:
                self._next += 1
                self._contents.answer(0)
        except GitError:  # it is about an object that is not read here
            self._next = self._asked = 0
