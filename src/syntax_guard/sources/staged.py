"""Which files the next commit adds or changes, and their bytes, from the git index."""

from __future__ import annotations

import os

from ..config.settings import BASELINE_LIMIT, SPEAKING
from ..errors import relative
from .file_types import FIRST, SUFFIXES, is_python_name
from .git_attributes import may_have_attributes
from .git_links import EXECUTABLE, REGULAR
from .git_modes import ignores_modes
from .readers import SIZE_LIMIT, Unreadable, UnreadableError, too_large
from .selection import DEAD_LINK, EXCLUDED, LINK, NOWHERE, TOOL_FOLDER, Selection, below_tool_folder
from .staged_index import Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .checkout import Checkout
    from .readable import Readable
    from .staged_index import Index
    from .staged_links import StagedLinks


class AsHeld:
    """How staged files would be written where git has no attributes: as the index holds them."""

    def filter(self, path: str) -> str | None:  # noqa: ARG002
        """No filter changes a file."""
        return None

    def read(self, index: Index, path: str, blob: str, most: int) -> bytes:  # noqa: ARG002
        """The first `most` bytes of the object `blob` of `index`. Raises `GitError`."""
        return index.read(blob, most)


class Blob:
    """A staged file, read from the index."""

    __slots__ = ("_blob", "_checkout", "_index", "_stored", "filter", "path")
    member = cell = None
    size = 8192
    """A guess: to know costs as much as to read."""

    def __init__(self, path: str, blob: str, index: Index, checkout: Checkout | AsHeld, stored: str) -> None:
        """`checkout` knows how git would write the file at `stored`: that is `path`, or where it leads to.

        Raises `GitError`."""
        self.path = path
        self.filter = checkout.filter(stored)
        """The name of the filter that would change what is read, but is not run."""
        self._checkout = checkout
        self._stored = stored
        self._blob = blob
        self._index = index

    def read(self) -> bytes:
        """The bytes, as a checkout would write them. Raises `UnreadableError`."""
        data = self._checkout.read(self._index, self._stored, self._blob, SIZE_LIMIT + 1)
        if len(data) > SIZE_LIMIT:
            raise too_large()
        return data


def tracked(top: str, below: Sequence[str] = ()) -> Iterator[Entry]:
    """The regular files that the index of the work tree `top` holds: all, or those `below` some folders.

    Raises:
        GitError: Git fails.
    """
    literal = [f":(literal){folder}" for folder in below]
    from . import git

    for field in git.run(top, "ls-files", "--stage", "-z", "--", *literal).split(b"\0")[:-1]:
        _, mode, blob, stage, path = git.index_entry(field)
        if stage == 0 and mode in (REGULAR, EXECUTABLE):
            yield Entry(path, mode, blob)


class StagedTree:
    """What the git `index` holds, as a place where projects declare things."""

    def __init__(self, index: Index, top: str, links: StagedLinks, files: Sequence[str] = ()) -> None:
        """`top` is that of the work tree, and `links` are those of the index. Git is asked at once for what counts
        for `files`: sixty questions one by one take longer than to judge a commit."""
        self.name = f"{top}:index"
        self._top = top
        self._index = index
        self._links = links
        self._files = files
        self._found: dict[str, bytes | None] | None = None
        self.outside: dict[str, None] = {}
        """The files that were asked for and do not count: they are links out of the repository."""
        self.unreadable: dict[str, str] = {}
        """Those that cannot be read, each with the reason."""

    @property
    def here(self) -> str:
        """The current folder in the tree."""
        return relative(os.curdir, self._top)

    def declares(self) -> bool:
        """Whether anything here may count for the files."""
        return self._links.any() or any(content is not None for content in self._ahead().values())

    def start(self, path: str, most: int) -> bytes | None:
        """The first `most` bytes of the staged file at `path`, relative to the top; None where none is staged there."""
        if path in self._index.unmerged:
            self.unreadable[path] = "it has an unresolved conflict"
        if self._links.leads(path):
            end = self._links.end(path)
            if end.why_not == LINK and not end.mode:
                self.outside[path] = None
            elif end.why_not == DEAD_LINK and end.is_of_link(path):
                self.unreadable[path] = NOWHERE
            return None if end.why_not or not end.blob else self._index.read(end.blob, most)
        ahead = self._ahead()
        if path not in ahead:
            return self._index.content(path, most)
        content = ahead[path]
        return content and content[:most]

    def called(self, path: str) -> str:
        """What messages call the file at `path`: its name from the current folder."""
        return relative(os.path.join(self._top, path))

    def _ahead(self) -> dict[str, bytes | None]:
        """The content of each file that may count, in the folders of the files and above them."""
        if self._found is None:
            folders = {""}
            for path in self._files:
                while (path := path.rpartition("/")[0]) and path not in folders:
                    folders.add(path)
            paths = [f"{folder}/{name}".lstrip("/") for folder in sorted(folders) for name in SPEAKING]
            self._found = dict(self._index.each_content(paths, BASELINE_LIMIT + 1))
        return self._found


def staged(
    index: Index,
    entries: Sequence[Entry],
    exclude: Callable[[str], bool],
    suffixes: tuple[str, ...] = SUFFIXES,
    *,
    run_filters: bool = False,
) -> Selection:
    """Select the Python files that the git index holds, by the rules of `select`.

    All that is staged is part of the project, whatever lies beside it in the work tree.

    Args:
        index: The index, as it is.
        entries: Its entries to look at.
        exclude: Says of a path whether settings leave it out.
        suffixes: Ends of names that mean Python.
        run_filters: Whether git's filters are run on what it would write.

    Returns:
        The files, and what was skipped.

    Raises:
        GitError: Git fails.
    """
    selection = Selection()
    paths = [entry.stored or entry.path for entry in entries]
    may_differ = index.may_hold_attributes() or may_have_attributes(index.top(), paths)  # as in few repositories
    written = _checkout(index.top(), paths, run_filters=run_filters) if may_differ else AsHeld()
    may_start = _by_disk(index)
    for entry in entries:
        if entry.why_not:
            tools = below_tool_folder(entry.path.rstrip("/"))
            selection.skipped.append((entry.path, TOOL_FOLDER if tools else entry.why_not))
            continue
        python = is_python_name(entry.path.rpartition("/")[2], suffixes)
        script = python is None and (entry.mode == EXECUTABLE or may_start(entry.path))
        if not (python or (script and _is_script(entry, index, written))):
            continue
        if below_tool_folder(entry.path):
            selection.skipped.append((entry.path, TOOL_FOLDER))
        elif exclude(entry.path):
            selection.skipped.append((entry.path, EXCLUDED))
        elif entry.blob is None:
            selection.files.append(Unreadable(entry.path, "unmerged: both sides of a conflict are in the index"))
        else:
            selection.files.append(Blob(entry.path, entry.blob, index, written, entry.stored or entry.path))
    return selection


def besides_disk(
    names: Mapping[str, str], top: str, exclude: Callable[[str], bool], suffixes: tuple[str, ...]
) -> list[Readable]:
    """What the index of a work tree holds of some Python files, whatever stands on the disk.

    Args:
        names: The files as they were named, each with its path from `top`.
        top: The top of the work tree.
        exclude: Says of a path whether settings leave it out.
        suffixes: Ends of names that mean Python.

    Returns:
        The contents. What cannot be read of them is among them.

    Raises:
        GitError: No git starts.
    """
    from . import git
    from .in_memory import Held

    found: list[Readable] = []
    for name, path in names.items():
        python = is_python_name(path.rpartition("/")[2], suffixes)
        if python is False or exclude(name) or below_tool_folder(path):
            continue
        data, status = git.answer(top, "cat-file", "blob", f":0:{path}", most=SIZE_LIMIT + 1)
        if status or len(data) > SIZE_LIMIT:
            found.append(Unreadable(name, "what is staged of it cannot be read"))
        elif python or _begins_as_python(data):
            found.append(Held(name, data))
    return found


def _begins_as_python(data: bytes) -> bool:
    from .first_line import has_python_shebang  # most commits stage no such file

    return has_python_shebang(data[:FIRST])


def _by_disk(index: Index) -> Callable[[str], bool]:
    """What tells whether a staged file may be executed, though the `index` does not say so: as `is_script` has it."""
    if os.name == "nt":
        return lambda _: True
    if not ignores_modes(index.top()):
        return lambda _: False

    def may_start(path: str) -> bool:
        try:
            return bool(os.stat(os.path.join(index.top(), path)).st_mode & 0o111)
        except OSError:  # it is staged alone
            return False

    return may_start


def _is_script(entry: Entry, index: Index, written: Checkout | AsHeld) -> bool:
    if not entry.blob:
        return False
    try:
        return _begins_as_python(written.read(index, entry.stored or entry.path, entry.blob, FIRST))
    except UnreadableError:  # its name does not say that it is Python
        return False


def _checkout(top: str, paths: Sequence[str], *, run_filters: bool) -> Checkout:
    from .checkout import Checkout, FilteredCheckout

    return (FilteredCheckout if run_filters else Checkout)(top, paths)
