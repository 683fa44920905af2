"""What a source looks like before it is read, to the code that reads and judges it. No run imports this."""

from __future__ import annotations

from typing import Protocol


class Readable(Protocol):
    """A source before it is read."""

    @property
    def path(self) -> str:
        """The file that a reader opens."""

    @property
    def member(self) -> str | None:
        """The path within an archive; None outside of one."""

    @property
    def cell(self) -> int | None:
        """The number of a notebook's cell; None for other sources."""

    @property
    def size(self) -> int:
        """Bytes, known before anything is read."""

    def read(self) -> bytes:
        """The bytes. Raises `UnreadableError`."""
