"""Which links a commit leaves alone and makes lead to something else: it changes what lies behind them."""

from __future__ import annotations

from .git_links import SYMBOLIC, worth_following

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from .git_changes import Change
    from .git_links import End

    Links: TypeAlias = Mapping[str, frozenset[str]]
    """The links that a commit holds, each with the paths on the way to its end."""


class Relinked:
    """The links of commits, which are asked about one after the other. A commit without links costs next to nothing."""

    def __init__(self, links: Callable[[str], Iterable[str]], end: Callable[[str, str], End]) -> None:
        """``links(commit)`` are the paths of all links in a commit, and ``end(commit, path)`` is where one ends."""
        self._listed = links
        self._end = end
        self._links: dict[str, Links] = {}

    def of(self, commit: str, parents: Sequence[str], changes: Iterable[Change]) -> Iterator[str]:
        """The links in `commit` that end in none of its `parents` where they end now, by path.

        `changes` are those against the first parent. Raises `GitError`."""
        if not parents:
            return
        before = self._of(parents[0])
        changes = tuple(changes)
        gone = {change.path for change in changes if change.path in before and change.mode != SYMBOLIC}
        new = {change.path for change in changes if change.mode == SYMBOLIC and worth_following(change.path)}
        if not before and not new:
            self._links[commit] = before
            return
        touched = {part for change in changes for part in _with_folders(change.path)}
        moved = new.union(path for path, passed in before.items() if not passed.isdisjoint(touched)) - gone
        now = {path: passed for path, passed in before.items() if path not in gone} if moved or gone else before
        ends = {path: self._end(commit, path) for path in sorted(moved)}
        self._links[commit] = {**now, **{path: frozenset(end.passed) for path, end in ends.items()}} if ends else now
        for path, end in ends.items():
            if not any(_same(end, self._end(parent, path)) for parent in parents):
                yield path

    def _of(self, commit: str) -> Links:
        if commit not in self._links:
            self._links[commit] = {path: frozenset(self._end(commit, path).passed) for path in self._listed(commit)}
        return self._links[commit]


def _same(one: End, other: End) -> bool:
    return (one.mode, one.blob, one.why_not) == (other.mode, other.blob, other.why_not)


def _with_folders(path: str) -> Iterator[str]:
    """`path`, and each folder that it lies in."""
    while path:
        yield path
        path = path.rpartition("/")[0]
