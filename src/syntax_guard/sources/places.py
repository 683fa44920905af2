"""Where folders really are: through which links, and in which repository."""

from __future__ import annotations

import os

from ..config.repository import git_folder, is_top, work_tree
from ..errors import relative
from .selection import slashed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Place:
    """Where a folder is: the real path of the `top` of the tree that it lies in, and its path `below`, with ``/``."""

    __slots__ = ("below", "in_repository", "top")

    def __init__(self, top: str, below: str, *, in_repository: bool) -> None:
        self.top = top
        self.below = below
        self.in_repository = in_repository


class Places:
    """Where folders really are, and in which trees. Each is looked at once."""

    def __init__(self, here: str, starts: Iterable[str]) -> None:
        """`here` is the current folder, and a run starts from the paths `starts`."""
        self._here = here
        self._starts = starts
        self._roots: list[str] | None = None
        self._tops: dict[str, tuple[str, str] | None] = {}
        """By a folder, the one at or above it where a repository begins, and the one in which git keeps it."""
        self._trees: dict[str, str | None] = {}
        """By the folder where a repository begins, the top of its work tree; None where it has none."""
        self._elsewhere = False
        """Whether some work tree is not where its repository begins."""
        self._paths = {here: here} if os.name == "posix" else {}  # there, the kernel says it without links
        self._known: dict[str, Place] = {}
        self.linked: dict[str, None] = {}
        """The real paths of folders that links led to."""

    def of(self, folder: str) -> Place:
        """The place of `folder`, a path from the current one or an absolute one."""
        known = self._known.get(folder)
        if known is not None:
            return known
        unknown, at = [], folder
        while at not in self._known:
            unknown.append(at)
            if not at or os.name != "posix":
                break
            at = at.rpartition("/")[0]
        for below in reversed(unknown):
            self._known[below] = self._just_below(below) or self._looked_up(below)
        return self._known[folder]

    def real_name(self, path: str) -> str | None:
        """What `path`, or a name that begins with it, is called from the current folder when no link is passed and no
        folder is named twice; None where that is no other name."""
        folder, slash, name = path.rstrip("/").rpartition("/")
        if slash and not folder:
            folder = slash
        place = self.of(folder)
        real = f"{place.top}/{place.below}" if place.below else place.top
        if real == (self._here if not folder else folder if os.path.isabs(folder) else f"{self._here}/{folder}"):
            return None
        return relative(os.path.join(real, name), self._here) + path[len(path.rstrip("/")) :]

    def name_below(self, root: str, path: str) -> str:
        """How a list of patterns from the folder `root`, a real path, knows `path`: by its own name, or by its real one
        where only that lies below the folder."""
        if not (os.path.isabs(path) or path.startswith("..")) and _lies_in(self._here, root):
            return path
        if _lies_in(os.path.normpath(os.path.join(self._here, path)), root):
            return path
        real = self.real_name(path)
        inside = real is not None and _lies_in(os.path.normpath(os.path.join(self._here, real)), root)
        return real if real is not None and inside else path

    def top(self) -> str | None:
        """The top of the work tree that the current folder lies in; None outside of one."""
        return self._top(self._path(self._here))

    def _just_below(self, folder: str) -> Place | None:
        """The place of a `folder` that is no more than the next one below a known one, as most are."""
        above, _, name = folder.rpartition("/")
        known = self._known.get(above)
        if known is None or name in ("", ".", "..") or (not above and folder[0] == "/") or os.name != "posix":
            return None
        if not known.below and not known.in_repository and known.top not in self._real_roots():
            return None
        path = folder if folder[0] == "/" else f"{self._here}/{folder}"
        if os.path.islink(path) or is_top(path) or self._elsewhere:
            return None
        below = f"{known.below}/{name}" if known.below else name
        return Place(known.top, below, in_repository=known.in_repository)

    def _looked_up(self, folder: str) -> Place:
        whole = os.path.join(self._here, folder)
        plain = os.path.normpath(whole)
        # ".." behind a link leads to where the link leads, and not back
        real = os.path.realpath(whole) if ".." in folder.split("/") else self._path(plain)
        if real != plain:
            self.linked[real] = None
        top = self._top(real)
        found = top is not None
        if top is None:  # nothing above where the command stands, or above the file's own folder
            top = next((root for root in self._real_roots() if _lies_in(real, root)), real)
        below = os.path.relpath(real, top).replace(os.sep, "/")
        return Place(top, "" if below == "." else below, in_repository=found)

    def _path(self, folder: str) -> str:
        """The real path of `folder`, an absolute path."""
        at, plain = folder, []
        while at not in self._paths:
            above, name = os.path.split(at)
            if name and not os.path.islink(at):
                plain.append(at)
                at = above
            else:
                self._paths[at] = os.path.realpath(at)
        for below in reversed(plain):
            above, name = os.path.split(below)
            self._paths[below] = os.path.join(self._paths[above], name)
        return self._paths[folder]

    def _top(self, folder: str) -> str | None:
        """The top of the work tree that `folder`, a real path, lies in; None outside of one."""
        asked, at = [], folder
        while at not in self._tops:
            asked.append(at)
            above = os.path.dirname(at)
            inside = git_folder(at)
            if inside or above == at:
                self._tops[at] = (at, inside) if inside else None
            else:
                at = above
        self._tops.update(dict.fromkeys(asked, self._tops[at]))
        begins = self._tops[folder]
        tree = None if begins is None else self._tree(*begins)
        return tree if tree is not None and _lies_in(folder, tree) else None

    def _tree(self, begins: str, inside: str) -> str | None:
        """The work tree of the repository that begins at the folder `begins` and is kept `inside`; None for none."""
        if begins not in self._trees:
            self._trees[begins] = work_tree(begins, inside)
            self._elsewhere = self._elsewhere or self._trees[begins] != begins
        return self._trees[begins]

    def _real_roots(self) -> list[str]:
        """The real paths of the folders that a run starts from, shortest first."""
        if self._roots is None:
            roots = {os.path.realpath(slashed(path)) for path in self._starts if os.path.isdir(path)}
            self._roots = sorted(roots, key=len)
        return self._roots


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))
