"""The project of each file: what the folders above it say of settings and Pythons.

Distance first, then kind: the nearest folder that declares a Python counts, and in it our own table before a floor
before a pin. Patterns add up downward. What a file of a folder says is read once a run and remembered between runs.
"""

from __future__ import annotations

import posixpath

from ..errors import SettingsError, SettingsFileError
from ..model import Record
from .remembered import DECLARATION_LIMIT, recalled
from .settings import BASELINE, BASELINE_LIMIT, COMPOSED, DECLARING, FILE, LAID_OVER, SPEAKING, folders_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from typing import Literal, Protocol, TypeVar

    from ..storage.store import Store
    from .baseline import Baseline
    from .declarations.build import Build
    from .declarations.declaration import Declaration
    from .expected import ExpectedBroken
    from .file_facts import FileFacts

    L = TypeVar("L")
    T = TypeVar("T")

    class Tree(Protocol):
        """Where declarations are read from: a work tree, git's index, a commit, an archive."""

        @property
        def name(self) -> str:
            """What tells this tree from others: the path of its top, for one on disk."""

        @property
        def here(self) -> str:
            """The current folder in the tree: patterns of flags count from it, as the paths of findings do."""

        def start(self, path: str, most: int) -> bytes | None:
            """The first `most` bytes of the file at `path` (relative to the top, with ``/``); None where it does not
            count."""

        def called(self, path: str) -> str:
            """What messages call the file at `path`."""


ENV_FILE = ".env"
"""The file beside a compose file that sets variables for it."""
_ALONE = tuple(name for name in DECLARING if name not in {*COMPOSED, *LAID_OVER})
"""The files that need no other to be read."""
_IMAGES = ("Dockerfile", "Containerfile")


class Project(Record):
    """What counts for the files of a folder, and for those below it whose folders say nothing more."""

    explicit: Declaration | None = None
    """The nearest ``target-version`` of ours."""
    inferred: Declaration | None = None
    """The floor or the pin of the nearest folder that has one."""
    warnings: Literal["ignore", "report", "error"] | None = None
    notebooks: bool | None = None
    exclude: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Patterns, each with the folder that they count from, from the top down."""
    expected_broken: tuple[tuple[str, tuple[str | ExpectedBroken, ...]], ...] = ()
    """Likewise, and entries for some targets."""
    percent_scripts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Likewise, for scripts that IPython runs."""
    baselines: tuple[Baseline, ...] = ()
    """Those of this folder and of the folders above it: each lets pass what it names."""
    builds: tuple[Build, ...] = ()
    """What the compose files of this folder and of those above build."""

    @property
    def declaration(self) -> Declaration | None:
        """What says which Pythons are asked: our own table, wherever it stands, before what is inferred."""
        return self.explicit or self.inferred


class Projects:
    """The projects of one `tree`. `usable` tells a declaration that can be asked from one that is only noted."""

    def __init__(self, tree: Tree, store: Store, usable: Callable[[Declaration], str | None]) -> None:
        """`usable` returns None, or why a declaration cannot be used."""
        self.name = tree.name
        self.tree = tree
        self._store = store
        self._usable = usable
        self._known: dict[str, Project] = {}
        self.declaring: dict[str, None] = {}
        """The folders that say something, in the order in which they were looked at."""
        self.unheard: dict[str, None] = {}
        """Other folders about which something may be said as soon as git tracks it, or as it is there."""
        self.baselines: list[Baseline] = []  # those that were looked at
        self.builds: dict[Build, None] = {}
        """What the compose files that were looked at build."""
        self.env_files: dict[str, None] = {}
        """The files that may set a variable of these."""
        self.notes: dict[str, str] = {}
        """What is said of declarations that could not be read or used, a line each, and the folder that it is about."""

    def of(self, folder: str) -> Project:
        """The project of the files in `folder` (relative to the top of the tree, with ``/``; ``""`` for the top).

        Raises `SettingsError` for a table of ours that cannot be used.
        """
        unknown = []
        while folder not in self._known:
            unknown.append(folder)
            if not folder:
                break
            folder = folder.rpartition("/")[0]  # shorter each time, whatever a tree object calls a folder
        project = self._known.get(folder) or Project()
        for below in reversed(unknown):  # no recursion: git and file systems nest folders deeper
            project = self._known[below] = self._below(project, below)
        return project

    def read(self, path: str, *, built: bool = False) -> bytes | None:
        """The content of the file at `path`, which may declare something; None where it does not count, or is noted.

        One that is `built` is named by a compose file, so that a link may stand above it."""
        start = getattr(self.tree, "built", self.tree.start) if built else self.tree.start
        content = start(path, DECLARATION_LIMIT + 1)
        if content is None or len(content) <= DECLARATION_LIMIT:
            return content
        note = f"{self.tree.called(path)} is ignored: larger than {DECLARATION_LIMIT >> 20} MiB"
        self.notes[note] = folders_of(path)[0]
        return None

    def _below(self, above: Project, folder: str) -> Project:
        speaking = getattr(self.tree, "speaking", None)
        there = speaking(folder) if speaking else SPEAKING
        if not there and not above.builds:  # as in most folders
            return above
        inside = folder and folder + "/"
        without_effect = self.without_effect()
        composed = [*self._composed(inside, there)]
        resolved = (self._resolved(build) for facts in composed for build in facts.builds)
        builds = (*above.builds, *filter(None, resolved))
        self.builds.update(dict.fromkeys(builds))
        files: dict[str, list[Build]] = {}
        for build in builds:
            its_own, name = posixpath.split(build.dockerfile)
            if build.context == folder or (its_own == folder and name in DECLARING):
                files.setdefault(build.dockerfile, []).append(build)
        for path in (inside + name for name in _IMAGES if name in there) if files else ():
            from .declarations.build import Build  # most projects build nothing

            files.setdefault(path, [Build(folder, path, None)])
        alone = (self._facts(inside + name) for name in _ALONE if name in there and inside + name not in files)
        said = [facts for facts in (*alone, *composed) if facts is not None]
        built = self._built(files, folder)
        declared = (*(one for facts in said for one in facts.declarations), *([built] if built else ()))
        baseline = self._baseline(folder) if BASELINE in there else None
        if not said and not declared and baseline is None:
            if files or self.without_effect() > without_effect:
                self.unheard[folder] = None
            return above
        self.declaring[folder] = None
        table = next((facts.table for facts in said if facts.table), {})
        explicit = [one for one in declared if one.kind == "target-version"]
        inferred = next(
            (one for one in declared if one.kind != "target-version" and self._is_usable(one, folder)), None
        )
        return Project(
            explicit[0] if explicit else above.explicit,
            inferred or above.inferred,
            table.get("warnings", above.warnings),
            table.get("notebooks", above.notebooks),
            (*above.exclude, *_patterns(folder, table.get("exclude"))),
            (*above.expected_broken, *_patterns(folder, table.get("expected_broken"))),
            (*above.percent_scripts, *_patterns(folder, table.get("percent_scripts"))),
            above.baselines if baseline is None else (*above.baselines, baseline),
            builds,
        )

    def without_effect(self) -> int:
        """How many files were asked for that are there and do not count."""
        return sum(len(getattr(self.tree, why, ())) for why in ("untracked", "outside", "unreadable"))

    def _composed(self, inside: str, there: Collection[str]) -> Iterator[FileFacts]:
        """What the compose files of a folder say, of the names that are `there`, and what is laid over the first."""
        named = (name for name in COMPOSED if name in there)
        found = {name: facts for name in named if (facts := self._facts(inside + name)) is not None}
        yield from found.values()
        for name in found and LAID_OVER:
            over = self._facts(inside + name, over=inside + next(iter(found)))
            if over is not None:
                yield over
                break

    def _is_usable(self, declaration: Declaration, folder: str) -> bool:
        """Whether `declaration`, of `folder`, can be asked; else it is noted, and the next one counts."""
        why = self._usable(declaration)
        if why:
            self.notes[f"{declaration.place}: {declaration.shown} is ignored: {why}"] = folder
        return why is None

    def _baseline(self, folder: str) -> Baseline | None:
        """The baseline that lies in `folder`. Raises `SettingsError` for one that cannot be used."""
        path = posixpath.join(folder, BASELINE)
        content = self.tree.start(path, BASELINE_LIMIT + 1)
        if content is None:  # nearly always
            return None
        from . import baseline

        name = f"{self.tree.name}\0{path}"
        rows = recalled(self._store, "baseline", name, content, lambda: baseline.read(content, self.tree.called(path)))
        self.baselines.append(baseline.Baseline(folder, rows))
        return self.baselines[-1]

    def _built(self, files: Mapping[str, Sequence[Build]], folder: str) -> Declaration | None:
        """The Pythons of all images that Dockerfiles make for `folder`, with what each of the builds gives to one."""
        images: list[Declaration] = []
        for path, builds in files.items():
            content = self.read(path, built=True)
            images += [one for build in builds for one in self._image(build, content)] if content is not None else []
        found = [one for one in images if self._is_usable(one, folder)]
        if not found:
            return None
        says = tuple(dict.fromkeys(version for one in found for version in one.says))
        *others, last = {(one.shown, one.place): one for one in found}.values()
        shown = (one.shown if one.place == last.place else f"{one.shown} in {one.place}" for one in (*others, last))
        return last.evolve(says=says, shown=", ".join(dict.fromkeys(shown))[:200])

    def _resolved(self, build: Build) -> Build | None:
        """`build` with what the ``.env`` beside its compose file says of variables, or their defaults; None where it is
        no file of the repository, or not known."""
        said = (build.context, build.dockerfile, build.stage or "", *(one.value for one in build.arguments))
        if not any("$" in value for value in said):
            return build
        from .declarations.compose import interpolated, is_open

        path = posixpath.join(posixpath.dirname(build.path), ENV_FILE)
        self.env_files[path] = None
        made = interpolated(build, self.read(path) or b"")
        if made is None or not is_open(made):
            return made
        written = posixpath.join(made.context, made.dockerfile)[:100]
        note = f"a part of {self.tree.called(build.path)} is ignored: which file it builds is not known: {written}"
        self.notes[note] = folders_of(build.path)[0]
        return None

    def _image(self, build: Build, content: bytes) -> tuple[Declaration, ...]:
        def read() -> FileFacts:
            from .declaring_files import built

            return built(content, build)

        facts = self._recalled("image", f"{self.tree.name}\0{build}", content, read)
        if facts.note:
            said = ((build.stage or "", build.line), *((one.value, one.line) for one in build.arguments))
            line = next((line for value, line in said if "$" in value and value[:100] in facts.note), None)
            where = f" ({self.tree.called(build.path)}:{line} says so)" if line else ""
            self.notes[f"{self.tree.called(build.dockerfile)} is ignored: {facts.note}{where}"] = build.context
        return self._called(facts.declarations)

    def _facts(self, path: str, over: str | None = None) -> FileFacts | None:
        content = self.read(path)
        if content is None:
            return None
        under = None if over is None else self.read(over) or b""

        def read() -> FileFacts:
            from . import declaring_files

            return declaring_files.read(content, path, under)

        try:
            whole = content if under is None else b"\0".join((content, under))
            facts = self._recalled("says", f"{self.tree.name}\0{path}", whole, read)
        except SettingsFileError as error:
            raise error.called(self.tree.called(path)) from None
        if facts.note:
            part = "a part of " if facts.declarations or facts.builds else ""
            self.notes[f"{part}{self.tree.called(path)} is ignored: {facts.note}"] = folders_of(path)[0]
        return facts.evolve(declarations=self._called(facts.declarations)) if facts.declarations else facts

    def _called(self, declarations: tuple[Declaration, ...]) -> tuple[Declaration, ...]:
        return tuple(one.evolve(called=self.tree.called(one.path)) for one in declarations)

    def _recalled(self, kind: str, name: str, content: bytes, read: Callable[[], FileFacts]) -> FileFacts:
        """What ``read()`` makes of the `content` of a file, or what is kept of that: then no reader is imported."""
        from . import file_facts

        return file_facts.unpacked(recalled(self._store, kind, name, content, lambda: file_facts.rows(read())))


def _patterns(folder: str, patterns: tuple[T, ...] | None) -> tuple[tuple[str, tuple[T, ...]], ...]:
    return ((folder, patterns),) if patterns else ()


def in_file(tree: Tree, folder: str, setting: str, make: Callable[[str, L, str], T], place: str, listed: L) -> T:
    """Make something of a list of patterns that a settings file holds.

    Args:
        tree: Where the file is.
        folder: The folder that it lies in, relative to the top of the tree.
        setting: The name of the setting.
        make: Is given `place`, `listed`, and what messages call the list.
        place: The folder on disk that the patterns count from.
        listed: The patterns.

    Returns:
        What ``make()`` returns.

    Raises:
        SettingsError: One of the patterns cannot be used.
    """
    path = posixpath.join(folder, FILE)
    said = f"{tree.called(path)}: {setting}"
    try:
        return make(place, listed, said)
    except SettingsError as error:
        from .own_table import with_line

        raise with_line(error, tree.start(path, DECLARATION_LIMIT) or b"", tree.called(path), setting) from None
