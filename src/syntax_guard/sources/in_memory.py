"""Sources whose bytes are here already: a caller gave them, or something else had to read them first."""

from __future__ import annotations

from .readers import File

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..model import Stamp
    from .readable import Readable


class LoadedFile(File):
    """A file that has been read already: its bytes, and the stamp of the file object that they are from."""

    __slots__ = ("_data", "_stamp")

    def __init__(self, file: File, data: bytes, stamp: Stamp) -> None:
        super().__init__(file.path, file.stamp)
        self._data = data
        self._stamp = stamp

    def read(self) -> bytes:
        """The bytes. Raises `UnreadableError`."""
        return self._data

    def read_stamped(self) -> tuple[bytes, Stamp]:
        """The bytes, and the stamp of the file object that was read."""
        return self._data, self._stamp


class Loaded:
    """A source that has been read already: its bytes, and for the rest what belongs to it, such as its commit."""

    __slots__ = ("_data", "_source")

    def __init__(self, source: Readable, data: bytes) -> None:
        self._source = source
        self._data = data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self._data)

    def read(self) -> bytes:
        """The bytes."""
        return self._data


class Held:
    """Bytes that are here already."""

    __slots__ = ("cell", "data", "member", "path")

    def __init__(self, path: str, data: bytes, member: str | None = None, cell: int | None = None) -> None:
        self.path = path
        self.data = data
        self.member = member
        self.cell = cell

    @property
    def size(self) -> int:
        """Bytes, known before anything is read."""
        return len(self.data)

    def read(self) -> bytes:
        """The bytes. Raises `UnreadableError`."""
        return self.data


def held(name: str, data: bytes | bytearray | memoryview) -> Held:
    """The source that a caller gives: it is called `name`, and holds the bytes `data`.

    Raises:
        TypeError: `name` is no str, or `data` are no bytes.
    """
    if not isinstance(name, str):
        raise TypeError(f"the name of a source is a str, not {name!r}")
    if not isinstance(data, (bytes, bytearray, memoryview)):  # the coding of a str is lost
        raise TypeError(f"{name}: a source is its bytes, not {type(data).__name__}")
    return Held(name, bytes(data))
