"""One list of what is left out, over the files that a search left out."""

from __future__ import annotations

import os

from ..sources.selection import EXCLUDED, real_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..model import Skipped


class Excluding:
    """The patterns of one list."""

    is_detail = True
    """Whether what it notes is for those who ask for details (``--verbose``)."""

    def __init__(self, patterns: Sequence[str], root: str, said: str, folder: str = ".") -> None:
        """Patterns count from the folder `root`; paths are relative to `folder`. `said` is what the list is called."""
        self._patterns = patterns
        self._root = root
        self._said = said
        self._folder = folder

    def lies_below(self, folders: Iterable[str]) -> bool:
        """Whether the list counts from one of `folders`, which are real paths, or from below it."""
        return lies_below(self._root, folders)

    def notices(self, account: Iterable[Skipped]) -> Iterable[str]:
        """A line for each pattern that matches nothing which a search has skipped."""
        from ..sources.gitignore import matcher  # only those who ask for details wait for it

        skipped = [one.path for one in account if one.reason == EXCLUDED]
        skipped += [real_path(path) for path in skipped if os.path.islink(path)]
        for pattern in self._patterns:
            alone = matcher([pattern], self._root, self._said, self._folder)
            if not pattern.startswith(("!", "#")) and not any(map(alone, skipped)):
                yield f"{self._said}: '{pattern}' leaves out nothing here (correct or remove it)"


def excluding(lists: Iterable[tuple[str, str, tuple[str, ...]]], setting: str, folder: str) -> Iterator[Excluding]:
    """Pick those of `lists` of patterns (what each is called, the folder that it counts from, and the patterns) that
    leave out files: that of flags and variables is called `setting`. Paths are relative to `folder`."""
    for said, root, patterns in lists:
        if said == setting or said.endswith(": exclude"):
            yield Excluding(patterns, root, said, folder)


def lies_below(root: str, folders: Iterable[str]) -> bool:
    """Whether the folder `root` is one of `folders`, which are real paths, or lies below one."""
    root = os.path.join(os.path.realpath(root), "")
    return any(root.startswith(os.path.join(folder, "")) for folder in folders)
