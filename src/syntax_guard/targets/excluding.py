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

    def __init__(self, patterns: Sequence[str], root: str, said: str, folder: str = ".") -> None:
        """Patterns count from the folder `root`; paths are relative to `folder`. `said` is what the list is called."""
        self._patterns = patterns
        self._root = root
        self._said = said
        self._folder = folder

    def lies_below(self, folders: Iterable[str]) -> bool:
        """Whether the list counts from one of `folders`, which are real paths, or from below it."""
        return lies_below(self._root, folders)

    def pattern_for(self, path: str) -> str | None:
        """The pattern that leaves out `path`, and where it stands; None where none does."""
        from ..sources.gitignore import deciding

        position = deciding(self._patterns, self._root, self._said, self._folder)(path)
        return None if position is None else f"'{self._patterns[position]}' in {self._said}"

    def notices(self, account: Iterable[Skipped], *, verbose: bool) -> Iterable[str]:
        """A line for each pattern that matches nothing which a search has skipped; without `verbose`, only for those
        that look like regular expressions."""
        import re  # which most trees, without a pattern, do not load

        patterns = [pattern for pattern in self._patterns if verbose or re.search(_REGULAR, pattern)]
        if not patterns:
            return
        from ..sources.gitignore import matcher

        skipped = [one.path for one in account if one.reason == EXCLUDED]
        skipped += [real_path(path) for path in skipped if os.path.islink(path)]
        for pattern in patterns:
            alone = matcher([pattern], self._root, self._said, self._folder)
            if not pattern.startswith(("!", "#")) and not any(map(alone, skipped)):
                yield f"{self._said}: '{pattern}' leaves out nothing here ({_instead(pattern)})"


_REGULAR = r"^\^|/\.\*$|\.\*\\|\\\.|\.\+|\$$|\(.*\|.*\)"
"""What a regular expression has, and hardly a pattern of .gitignore."""


def _instead(pattern: str) -> str:
    """What to do about a `pattern` that leaves out nothing."""
    import re

    if not re.search(_REGULAR, pattern):
        return "correct or remove it"
    meant = re.sub(r"^\^", "/", pattern).removesuffix("$").replace("/.*", "/").replace("\\.", ".")
    meant = re.sub(r"^\.\*|(?<=[^/])\.\*", "*", meant)
    said = "patterns are those of .gitignore, not regular expressions"
    return said if re.search(r"[\\^$()|+]", meant) else f"{said}; write {meant}"


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
