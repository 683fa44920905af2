"""One list of what is broken on purpose, over the names of sources."""

from __future__ import annotations

from ..config.expected import entries
from ..sources.gitignore import deciding
from .excluding import lies_below

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..config.expected import ExpectedBroken


class Listed:
    """The entries of one list. It remembers which names they matched, so that it can tell which match nothing."""

    def __init__(
        self,
        values: Sequence[str | ExpectedBroken],
        root: str,
        said: str,
        folder: str = ".",
        called: Callable[[str], str] = lambda name: name,
    ) -> None:
        """Patterns count from the folder `root`; names are relative to `folder`, and it knows them as they are
        ``called(name)``. `said` is the name of the list.

        Raises `SettingsError`.
        """
        self._called = called
        self._said = said
        self._root = root
        self._entries = entries(values)
        self._folder = folder
        self._decides = deciding([one.pattern for one in self._entries], root, said, folder)
        self._met: dict[str, int] = {}

    def lies_below(self, folders: Iterable[str]) -> bool:
        """Whether the list counts from one of `folders`, which are real paths, or from below it."""
        return lies_below(self._root, folders)

    def pattern_for(self, _path: str) -> None:
        """See `Excluding`: the list leaves out nothing."""

    def entry(self, name: str) -> ExpectedBroken | None:
        """The entry that counts for the source called `name`: the last that matches it."""
        name = self._called(name)
        position = self._decides(name)
        if position is None:
            return None
        self._met[name] = position
        return self._entries[position]

    def notices(self, _account: object, *, verbose: bool) -> Iterable[str]:  # noqa: ARG002
        """A line for each pattern that matches none of the names that were asked for."""
        met = set(self._met.values())
        for position, entry in enumerate(self._entries):
            if position in met or entry.pattern.startswith(("!", "#")):
                continue
            alone = deciding([entry.pattern], self._root, self._said, self._folder)
            if not any(alone(name) is not None for name in self._met):  # else a later entry decides
                yield f"{self._said}: '{entry.pattern}' matches no file that is checked (correct or remove it)"
