"""What a commit asks anew: where it changes what a project declares, the new targets of files that it leaves alone."""

from __future__ import annotations

import os

from ..config.settings import is_of_an_image, speaks_for
from ..model import UNKNOWN
from ..sources.commits import CommitTree
from ..sources.file_types import NOTEBOOK, SUFFIXES, is_python_name
from ..sources.git_history import History
from ..sources.path_names import from_here, from_top
from ..sources.readers import File
from ..sources.staged import tracked
from ..sources.staged_links import StagedLinks
from .anew import anew, is_asked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from ..config.baseline import Baseline
    from ..model import Target
    from ..sources.readable import Readable
    from ..sources.staged_index import Entry
    from .by_project import ByProject
    from .expected import Listed
    from .rules import FileRules, Rules


def entries_below(top: str, declaring: Iterable[str], links: StagedLinks) -> Iterator[Entry]:
    """The Python files that git tracks in the work tree `top`, as far as the files at `declaring` may speak for
    them; `links` to files, and executable files that may be scripts, are among them. Raises `GitError`."""
    spoken_for = (() if is_of_an_image(path) else speaks_for(path) for path in declaring)
    folders = {folder for widest in spoken_for for folder in widest[:1] or ("",)}  # an image may be made by any name
    below = () if "" in folders else sorted(folders)
    for entry in (*tracked(top, below), *links.below(below)):
        python = is_python_name(entry.path.rpartition("/")[2], (*SUFFIXES, NOTEBOOK))
        if python or (python is None and entry.mode & 0o111):
            yield entry


class ByChange:
    """The rules ``now``; for files that are not among the `changed` ones, the targets alone that are new."""

    def __init__(
        self, now: ByProject, before: ByProject, changed: Collection[str], place: Callable[[str], str]
    ) -> None:
        """`before` are the rules of the last commit, for paths that ``place(path)`` makes of those of files."""
        self._now = now
        self._before = before
        self._changed = changed
        self._place = place
        self._again: dict[str, None] = {}
        self._narrowed: dict[str, FileRules] = {}

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know of the declarations, a line each."""
        if not self._again:
            return self._now.notices
        files = f"{len(self._again)} file{'s' * (len(self._again) != 1)}"
        return (*self._now.notices, f"the commit changes what is declared: {files} judged again, for the new targets")

    def of(self, file: Readable) -> FileRules:
        """What counts for `file`. Raises `SettingsError` and `TargetError` for a table of ours above it."""
        if file.path in self._changed:
            return self._now.of(file)
        return self._for_unchanged(file.path)

    def asks_anew(self, path: str) -> bool:
        """Whether the commit leaves the file at `path` alone and asks another target about it than before."""
        if path in self._changed or self.excludes(path):
            return False
        asks = is_asked(self._for_unchanged(path).asked)
        if asks:
            self._again[path] = None
        return asks

    def excludes(self, path: str) -> bool:
        """Whether the settings leave out `path`."""
        return self._now.excludes(path)

    def stating(self) -> list[str]:
        """See `ByProject.stating`."""
        return self._now.stating()

    def lists(self) -> Iterable[Listed]:
        """What is broken on purpose: no run here is over a whole tree."""
        return ()

    def baselines(self) -> list[tuple[str, Baseline]]:
        """Likewise: what is gone is no matter here."""
        return []

    def stated(self, folders: Iterable[str]) -> tuple[object, list[tuple[Target, ...]]]:
        """See `ByProject.stated`."""
        return self._now.stated(folders)

    def _for_unchanged(self, path: str) -> FileRules:
        if path not in self._narrowed:  # git has ended when the files are judged
            now = self._now.of(File(path, UNKNOWN))
            self._narrowed[path] = anew(now, path, [(self._before, self._place(path))])
        return self._narrowed[path]


def changed_on_disk(now: ByProject, names: Sequence[str], declaring: Iterable[str]) -> tuple[Rules, list[Entry]]:
    """Find what staged files ask anew because they change what is declared.

    Paths are relative to the current folder. Outside of a repository nothing is asked anew.

    Args:
        now: The rules by the files on disk.
        names: The staged files.
        declaring: Those of them that may declare something.

    Returns:
        The rules of the commit, and the entries of the index besides `names` that they ask about, with their paths from
        the current folder.

    Raises:
        GitError: Git fails.
    """
    top = now.top()
    if top is None:
        return now, []
    place, shown = from_top(top), from_here(top)
    with History(top) as history:
        by_change = ByChange(now, _before(now, history), {*names, *map(os.path.normpath, names)}, place)
        below = entries_below(top, map(place, declaring), _links(top, history))
        here = [entry.evolve(path=shown(entry.path), stored=entry.stored or entry.path) for entry in below]
        found = [entry for entry in here if by_change.asks_anew(entry.path)]
    return by_change, found


def changed_in_index(
    now: ByProject, top: str, entries: Sequence[Entry], declaring: Iterable[str]
) -> tuple[Rules, list[Entry]]:
    """Find what a commit asks anew because it changes what is declared.

    Args:
        now: The rules by what is staged.
        top: The top of the work tree, which all paths are relative to.
        entries: What is staged.
        declaring: The staged paths that may declare something.

    Returns:
        The rules of the commit, and the entries of the index besides `entries` that they ask about.

    Raises:
        GitError: Git fails.
    """
    changed = {entry.path for entry in entries}
    with History(top) as history:
        by_change = ByChange(now, _before(now, history), changed, lambda path: path)
        below = entries_below(top, declaring, _links(top, history))
        found = [entry for entry in below if by_change.asks_anew(entry.path)]
    return by_change, found


def _links(top: str, history: History) -> StagedLinks:
    return StagedLinks(top, history.contents.file)


class _Nothing:
    """The tree before the first commit."""

    name = here = ""

    def start(self, path: str, most: int) -> None:
        """No file is there."""

    def called(self, path: str) -> str:
        """What messages call the file at `path`."""
        return path


def _before(now: ByProject, history: History) -> ByProject:
    """The rules that the last commit made."""
    head = history.peeled("HEAD")
    return now.apart(CommitTree(history, head) if head else _Nothing())
