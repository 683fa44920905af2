"""What counts for the files of a run: the targets, and what the settings say of each file."""

from __future__ import annotations

import os

from ..errors import ExcludedError
from ..model import UNKNOWN, Record, Target, display_name, this_interpreter
from ..sources.file_types import NOTEBOOK
from ..sources.readers import File

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Literal, Protocol, TypeAlias, TypeVar

    from ..config.baseline import Baseline
    from ..config.expected import ExpectedBroken
    from ..config.settings import Settings
    from ..errors import TargetError
    from ..model import Entry
    from ..sources.readable import Readable
    from .excluding import Excluding
    from .expected import Listed

    T = TypeVar("T")
    Expected: TypeAlias = Callable[[str], ExpectedBroken | None]

    class Rules(Protocol):
        """The rules of a run."""

        def of(self, file: Readable) -> FileRules:
            """What counts for `file`."""

        def excludes(self, path: str) -> bool:
            """Whether the settings leave out `path`, which ends in a slash if it is a folder's."""

        @property
        def notices(self) -> tuple[str, ...]:
            """What a person should know of the declarations, a line each."""

        def stating(self) -> list[str]:
            """The folders on disk that declare something."""

        def lists(self) -> Iterable[Listed | Excluding]:
            """What is broken on purpose, and what is left out, by the lists of the settings."""

        def stated(self, folders: Iterable[str]) -> tuple[object, list[tuple[Target, ...]]]:
            """All that `folders`, of those that declare something, say, and the targets that they ask."""

        def baselines(self) -> list[tuple[str, Baseline]]:
            """Each baseline on disk that was looked at, with the top of its tree."""

    class Allowances(Protocol):
        """What baselines say of some files."""

        def of(self, path: str, member: str | None, cell: int | None) -> tuple[Allowance, ...]:
            """The entries of a source."""


NAMING = frozenset({"target_version", "python"})
"""The settings that name the targets of every file, where a flag or a variable sets them."""


class Asked(Record):
    """The targets of some files."""

    targets: tuple[Target, ...]
    """Lowest version first; none where no Python here can answer."""
    unanswered: TargetError | None = None
    """Why no Python here can answer, for a floor that is newer than all of them."""
    wanted: tuple[Target, ...] = ()
    """Where none can answer, the target that is declared."""
    note: str | None = None
    """What was asked in place of what is declared."""
    explicit: bool = False
    """Whether our own table names them."""
    always: bool = False
    """Whether they are asked also about a script that names other Pythons itself: an archive's modules are imported."""
    only_new: bool = False
    """Whether these are only the targets that a commit adds. A script that names its Pythons itself was asked."""


class Allowance(Record):
    """An entry of a baseline, which lets findings of a source pass."""

    baseline: Baseline
    entry: Entry


class FileRules(Record):
    """What counts for one file."""

    asked: Asked
    warnings: Literal["ignore", "report", "error"]
    """What becomes of the compiler's warnings."""
    notebooks: bool
    """Whether a search finds notebooks here."""
    expected_broken: tuple[Expected, ...]
    """Each says of a display name by which entry that source is broken on purpose; from the top down."""
    baselines: Allowances | None = None
    """What was broken before and is let pass; None where no baseline counts."""
    percent_scripts: tuple[Callable[[str], bool], ...] = ()
    """Each says by a display name whether that file is a script in cells, which IPython runs."""

    def is_percent_script(self, path: str, member: str | None = None) -> bool:
        """Whether the settings call the file at `path`, or a `member` of it, a script in cells."""
        name = display_name(path, member)
        return any(matches(name) for matches in self.percent_scripts) and not name.lower().endswith(NOTEBOOK)

    def expected(self, name: str) -> ExpectedBroken | None:
        """The entry by which the source called `name` is broken on purpose; that of the nearest list counts."""
        said = (listed(name) for listed in reversed(self.expected_broken))
        return next((entry for entry in said if entry is not None), None)

    def allowances(self, path: str, member: str | None, cell: int | None) -> tuple[Allowance, ...]:
        """The entries of baselines that name a source: the file at `path`, its `member` or its `cell`."""
        return () if self.baselines is None else self.baselines.of(path, member, cell)

    @property
    def lists_some(self) -> bool:
        """Whether sources may be listed here, one by one."""
        return bool(self.expected_broken) or self.baselines is not None

    def lists(self, source: Readable) -> bool:
        """Whether `source` is listed as what is broken, by itself or, as a cell, with all of its notebook."""
        if not self.lists_some:
            return False
        path, member, cell = source.path, source.member, source.cell
        if self.allowances(path, member, cell):
            return True
        names = [display_name(path, member, cell), *([] if cell is None else [display_name(path, member)])]
        said = [self.expected(name) for name in names]  # each entry takes note of what it matches
        return any(entry is not None for entry in said)


def same_targets(asked: Asked) -> object:
    """What is the same wherever the same targets are `asked`, whatever declares them."""
    return tuple((target.version, target.interpreter, target.exact) for target in asked.targets) or asked


def saying(rules: Rules) -> Callable[[str], object]:
    """Return what tells of a file's path all that `rules` say of that name: for names about which they say the same, it
    is the same."""

    def says(path: str) -> object:
        if path.lower().endswith(NOTEBOOK):  # its cells may be listed one by one
            return os.path.abspath(path)
        of_file = rules.of(File(path, UNKNOWN))
        asked, entry = of_file.asked, of_file.expected(path)
        targets = tuple((target.version, target.interpreter, target.exact) for target in asked.targets)
        return (targets, asked.wanted, of_file.warnings, None if entry is None else entry.targets,
                of_file.is_percent_script(path), of_file.allowances(path, None, None))  # fmt: skip

    return says


def found(find: Callable[..., T], names: Sequence[str], kinds: Sequence[str], rules: Rules) -> T:
    """Search, and where all that is found is left out, name a pattern in the error.

    Args:
        find: What searches.
        names: Files and folders.
        kinds: Suffixes of the files that are found.
        rules: What counts for the files.

    Returns:
        What ``find()`` finds.

    Raises:
        SourcesError: A path does not exist, or there is nothing to check.
    """
    try:
        return find(names, rules.excludes, kinds, saying(rules))
    except ExcludedError as error:
        by = (listed.pattern_for(error.path) for listed in rules.lists())
        raise next((ExcludedError(error.message, error.path, one) for one in by if one), error) from None


def this_alone() -> tuple[Target, ...]:
    """This interpreter as the only target."""
    this = this_interpreter()
    return (Target(this.version, this, True, "the Python that runs syntax-guard"),)


def hears_scripts(settings: Settings) -> bool:
    """Whether a script may name the Pythons that are asked about it: unless `settings` name them."""
    named = settings.target_version or settings.python or settings.requires_python is not None
    return not (NAMING & settings.overrides) and (settings.projects or not named)


def matcher(patterns: Sequence[str], root: str, setting: str, folder: str = ".") -> Callable[[str], bool] | None:
    """See ``gitignore.matcher``; None without patterns, and then nothing is imported."""
    if not patterns:
        return None
    from ..sources.gitignore import matcher

    return matcher(patterns, root, setting, folder)
