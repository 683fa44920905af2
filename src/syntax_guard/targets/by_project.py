"""The rules of each file, from the project that it lies in."""

from __future__ import annotations

import os
import posixpath

from ..config.projects import Projects, in_file
from ..config.settings import may_declare
from ..errors import SettingsError
from ..sources.places import Places
from ..sources.work_tree import WorkTree, work_tree
from ..storage.key import cache_key
from ..storage.store import Store
from .declared import asked_by, named_by, unusable
from .rules import NAMING, Asked, FileRules, matcher, this_alone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeVar

    from ..config.baseline import Baseline
    from ..config.declarations.declaration import Declaration
    from ..config.expected import ExpectedBroken
    from ..config.projects import Project, Tree
    from ..config.settings import Settings
    from ..model import Target
    from ..sources.index_bytes import IndexBytes
    from ..sources.readable import Readable
    from .baselines import Baselines
    from .excluding import Excluding
    from .expected import Listed
    from .machine import Machine

    T = TypeVar("T")
    Matcher = Callable[[str], bool]


class ByProject:
    """The rules for the files of a run, each by the folders above it.

    Without a `tree`, files are on disk, and their paths relative to the current folder or absolute; else they are paths
    in that `tree`: git's index, a commit, an archive.
    """

    def __init__(
        self, settings: Settings, machine: Machine, paths: Sequence[str] = (), tree: Tree | None = None
    ) -> None:
        """Outside of a repository, folders above `paths`, the current folder and the settings file do not count.

        Raises `TargetError` for targets of flags and variables that no Python here can answer for."""
        self._here = os.getcwd()
        self._settings = settings
        self._machine = machine
        key = machine.key if machine.state is None else cache_key(machine.key, machine.state)
        self._store = Store(machine.memory, key)
        self._tree = tree
        self._starts = (*paths, settings.root, ".")
        self._default = Asked(named_by(settings, machine) or this_alone())
        self._override = self._default if NAMING & settings.overrides else None
        self._trees: dict[str, Projects] = {}
        self._places = Places(self._here, self._starts)
        self._folders: dict[str, tuple[FileRules, tuple[Matcher, ...]]] = {}
        self._made: dict[int, tuple[FileRules, tuple[Matcher, ...]]] = {}
        """The rules by the ``id()`` of a project, which speaks for many folders."""
        self._asked: dict[Declaration, Asked] = {}
        self._matchers: dict[tuple[str, str, tuple[str, ...]], Matcher] = {}
        self._lists: dict[tuple[str, tuple[str | ExpectedBroken, ...]], Listed] = {}
        self._notices: dict[str, str] = {}
        """Each note, and the line that says it."""
        self.asked: Sequence[str] = ()
        """The paths whose declarations are noted if they are deleted and not staged."""
        self.index: IndexBytes | None = None  # what a hook has read of the index: see `work_tree`

    def over(self, tree: Tree) -> ByProject:
        """The same rules for paths in `tree`: the targets are found once for both."""
        other = object.__new__(ByProject)
        vars(other).update(vars(self), _tree=tree, _trees={}, _folders={}, _made={}, asked=())
        return other

    def apart(self, tree: Tree) -> ByProject:
        """As `over`, for a tree whose declarations need no note."""
        other = self.over(tree)
        vars(other).update(_asked={}, _notices={})
        return other

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know of the declarations, a line each."""
        if self.asked:
            from .deleted import deleted_declarations

            self._located(self._here)
            deleted = deleted_declarations(self._trees.values(), self._store, self.asked)
            self._notices.update({note: note for note in deleted})
            self.asked = ()
        return tuple(self._notices.values())

    def of(self, file: Readable) -> FileRules:
        """What counts for `file`. Raises `SettingsError` and `TargetError` for a table of ours above it."""
        return self.said_of(file.path.rpartition("/")[0])[0]

    def excludes(self, path: str) -> bool:
        """Whether the settings leave out `path`, which ends in a slash if it is a folder's."""
        folder = path.rstrip("/").rpartition("/")[0]
        patterns = (self._folders.get(folder) or self.said_of(folder))[1]
        if not patterns:
            return False
        real = None if self._tree is not None else self._places.real_name(path)  # a link may stand on the way
        return any(leaves_out(path) or (real is not None and leaves_out(real)) for leaves_out in patterns)

    def built(self) -> set[str]:
        """The folders that compose files build, and those of their Dockerfiles, of those that were looked at."""
        builds = [build for one in self._trees.values() for build in one.builds]
        return {folder for one in builds for folder in (one.context, posixpath.dirname(one.dockerfile))}

    def among(self, paths: Iterable[str]) -> list[str]:
        """Those of `paths` that may change which Pythons a project asks, or what it lets pass."""
        return [path for path in paths if may_declare(path) or self.builds_from(path)]

    def builds_from(self, path: str) -> bool:
        """Whether a compose file that speaks for the folder of `path` has an image made by that file."""
        try:
            projects, below = self._located(path.rpartition("/")[0])
            projects.of(below)
        except SettingsError:  # a question about a file there raises it again
            return False
        file = posixpath.join(below, path.rpartition("/")[2])
        return file in projects.env_files or any(build.dockerfile == file for build in projects.builds)

    def top(self) -> str | None:
        """The top of the repository that the current folder lies in; None outside of one."""
        return self._places.top()

    def project(self, folder: str) -> Project:
        """What counts for the files in `folder`. Raises `SettingsError` for a table of ours that cannot be used."""
        projects, below = self._located(folder)
        return projects.of(below)

    def declares(self, folder: str) -> bool:
        """Whether `folder` itself says something."""
        projects, below = self._located(folder)
        projects.of(below)
        return below in projects.declaring

    def declaring(self) -> list[str]:
        """The folders on disk that declare something, or may as soon as git tracks it, as absolute paths."""
        return [
            os.path.join(top, folder) for top, one in self._trees.items() for folder in (*one.declaring, *one.unheard)
        ]

    def stating(self) -> list[str]:
        """The folders on disk whose `stated` stands for what all found files are asked, as absolute paths.

        Beside those that declare something these are the tops of repositories, the folders where the run starts, and
        those that links lead to. A declaration that is new above them lies in no folder that the search looked at.
        """
        starts = (path if os.path.isdir(path) else os.path.dirname(path) or "." for path in self._starts)
        return [*dict.fromkeys((*map(os.path.realpath, starts), *self._places.linked, *self._trees, *self.declaring()))]

    def lists(self) -> Iterable[Listed | Excluding]:
        """What is broken on purpose, and what is left out, by the lists of all folders that were looked at."""
        for folder in self.declaring():
            self.said_of(folder)
        from .excluding import excluding

        return (*self._lists.values(), *excluding(self._matchers, self._settings.setting("exclude"), self._here))

    def baselines(self) -> list[tuple[str, Baseline]]:
        """Each baseline on disk that was looked at, with the top of its tree."""
        return [(top, one) for top, projects in self._trees.items() for one in projects.baselines if not self._tree]

    def baselines_of(self, path: str) -> Baselines | None:
        """The baselines that count for the file at `path`. Raises `SettingsError` for one that cannot be used."""
        projects, below = self._located(path.rpartition("/")[0])
        return _baselines(projects.of(below), below)

    def stated(self, folders: Iterable[str]) -> tuple[object, list[tuple[Target, ...]]]:
        """All that `folders`, of those that declare something, say, and the targets that are asked."""
        unseen = getattr(self._located(self._here)[0].tree, "left_out", None)
        said, asked = [unseen and unseen()], [self._default.targets]
        for folder in folders:
            project = self.project(folder)
            said.append((folder, project))
            asked.append(self._asked_by(project.declaration).targets)
        return said, asked

    def said_of(self, folder: str) -> tuple[FileRules, tuple[Matcher, ...]]:
        """What counts for the files of `folder`, and what leaves some of them out. Raises as `of`."""
        known = self._folders.get(folder)
        if known is None:
            projects, below = self._located(folder)
            project = projects.of(below)
            self._hear(projects)
            if id(project) not in self._made:
                self._made[id(project)] = self._rules_of(projects.tree, project)
            known = self._made[id(project)]
            if project.baselines:  # they know each file by its path
                known = (known[0].evolve(baselines=_baselines(project, below)), known[1])
            self._folders[folder] = known
        return known

    def _hear(self, projects: Projects) -> None:
        """Take over the notes on declarations that were looked at."""
        if projects.notes or projects.without_effect():
            from .notes import instead, notes

            for note, about in notes(projects, are_asked=self._override is None):
                if note not in self._notices:
                    counts = None if about is None or self._override else instead(projects, about)
                    self._notices[note] = f"{note}, so {counts}" if counts else note

    def _rules_of(self, tree: Tree, project: Project) -> tuple[FileRules, tuple[Matcher, ...]]:
        """What `project` says of its files, and what leaves some of them out."""
        settings, overrides = self._settings, self._settings.overrides
        exclude = self._matching("exclude", tree, project.exclude)
        scripts = self._matching("percent-scripts", tree, project.percent_scripts)
        broken = tuple(one.entry for one in self._expected(tree, project.expected_broken))
        warnings = settings.warnings if "warnings" in overrides else project.warnings or settings.warnings
        notebooks = settings.notebooks if "notebooks" in overrides else bool(project.notebooks)
        asked = self._asked_by(project.declaration)
        return FileRules(asked, warnings, notebooks, broken, None, scripts), exclude

    def _matching(
        self, setting: str, tree: Tree, patterns: tuple[tuple[str, tuple[str, ...]], ...]
    ) -> tuple[Matcher, ...]:
        """What matches the `patterns` of the `setting`, each list with its folder, or those of flags and variables."""
        field = setting.replace("-", "_")
        if field in self._settings.overrides:
            given = vars(self._settings)[field]
            return (self._matcher(self._from_here(), given, self._settings.setting(setting)),) if given else ()
        root = self._root(tree)
        return tuple(
            in_file(tree, folder, setting, self._matcher, os.path.join(root, folder), listed)
            for folder, listed in patterns
        )

    def _called(self, root: str, name: str) -> str:
        """How a list of patterns from the folder `root` knows the file called `name`."""
        return name if self._tree is not None else self._places.name_below(root, name)

    def _from_here(self) -> str:
        """The folder that patterns of flags and variables count from, as the paths of findings do."""
        return self._here if self._tree is None else os.path.join("/", self._tree.here)

    def _root(self, tree: Tree) -> str:
        """The folder on disk that is the top of `tree`; where paths count from the top, ``/``."""
        return tree.name if self._tree is None else "/"

    def _expected(self, tree: Tree, lists: tuple[tuple[str, tuple[str | ExpectedBroken, ...]], ...]) -> list[Listed]:
        settings, root, name = self._settings, self._root(tree), "expected-broken"
        if "expected_broken" in settings.overrides:
            given, said = settings.expected_broken, settings.setting(name)
            return [self._listed(self._from_here(), given, said)] if given else []
        return [
            in_file(tree, folder, name, self._listed, os.path.join(root, folder), values) for folder, values in lists
        ]

    def _listed(self, place: str, values: tuple[str | ExpectedBroken, ...], said: str) -> Listed:
        if (place, values) not in self._lists:
            from .expected import Listed

            folder = self._here if self._tree is None else "/"
            self._lists[place, values] = Listed(values, place, said, folder, lambda name: self._called(place, name))
        return self._lists[place, values]

    def _matcher(self, folder: str, patterns: tuple[str, ...], setting: str) -> Matcher:
        key = (setting, folder, patterns)
        if key not in self._matchers:
            made = matcher(patterns, folder, setting, self._here if self._tree is None else "/")
            self._matchers[key] = (lambda name: made(self._called(folder, name))) if made else lambda _: False
        return self._matchers[key]

    def _located(self, folder: str) -> tuple[Projects, str]:
        """The projects of the tree that `folder` lies in, and its path there."""
        if self._tree is not None:
            return self._projects(self._tree), folder
        place = self._places.of(folder)
        projects = self._trees.get(place.top)
        if projects is None:
            index = self.index
            is_one = place.in_repository
            projects = self._projects(
                work_tree(place.top, for_commit=index is not None, content=index)
                if is_one
                else WorkTree(place.top, None)
            )
        return projects, place.below

    def _projects(self, tree: Tree) -> Projects:
        if tree.name not in self._trees:
            self._trees[tree.name] = Projects(tree, self._store, unusable)
        return self._trees[tree.name]

    def _asked_by(self, declaration: Declaration | None) -> Asked:
        if self._override is not None:
            return self._override
        if declaration is None:
            return self._default
        if declaration not in self._asked:
            self._asked[declaration] = asked = asked_by(declaration, self._machine)
            if asked.note:
                self._notices[asked.note] = asked.note
        return self._asked[declaration]


def _baselines(project: Project, folder: str) -> Baselines | None:
    """Those of `project` for the files of `folder`, relative to the top of its tree."""
    if not project.baselines:
        return None
    from .baselines import Baselines

    return Baselines(folder, project.baselines)
