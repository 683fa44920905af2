"""The rules of each file of a commit, from the project that it lies in as that commit holds it."""

from __future__ import annotations

import posixpath

from ..config.settings import OF_COMPOSE, folders_of, is_of_an_image
from ..errors import SettingsError, SettingsFileError, TargetError
from ..sources.commits import CommitTree
from ..sources.git_links import SYMBOLIC
from .anew import anew, is_asked, without

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from ..config.baseline import Baseline
    from ..model import Target
    from ..sources.commits import CommittedFile
    from ..sources.git_history import History
    from ..sources.readable import Readable
    from .by_project import ByProject
    from .expected import Listed
    from .rules import FileRules

    _Answer = TypeVar("_Answer")


class ByCommit:
    """The rules for files that have a ``commit``, each by what that commit declares."""

    def __init__(self, base: ByProject, history: History) -> None:
        """`base` judges by no declaration of the commits of `history`."""
        self._base = base
        self._history = history
        self._known: dict[str, tuple[ByProject, CommitTree]] = {}
        self._narrowed: dict[tuple[str, str], FileRules] = {}
        """What counts for files whose content was there before: nothing but what is asked anew."""
        self._hanging: dict[str, bool] = {}
        self._again: dict[tuple[str, str], None] = {}

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know of the declarations, a line each."""
        if not self._again:
            return self._base.notices
        files = f"{len(self._again)} file{'s' * (len(self._again) != 1)}"
        return (*self._base.notices, f"commits change what is declared: {files} judged again, for the new targets")

    def of(self, file: Readable) -> FileRules:
        """What counts for `file`: of what other commits held before, what they did not ask.

        Raises `SettingsError` and `TargetError` for a table of ours above it."""
        known, commit = file.known, file.commit  # type: ignore[attr-defined]
        if not known:
            return self._asked(commit, lambda rules: rules.of(file))
        key = commit, file.path
        if key not in self._narrowed:
            now = self._asked(commit, lambda rules: rules.of(file))
            before = ((self._rules_for(one, file.path), file.path) for one in known)
            self._narrowed[key] = anew(now, file.path, before)
        return self._narrowed[key]

    def question(self, file: CommittedFile) -> object:
        """What is asked of `file`; None where that is nothing, since it is known and nothing is new."""
        rules = self.of(file)
        if file.known:
            if not is_asked(rules.asked):
                return None
            self._again[file.commit, file.path] = None
        return rules

    def redeclared(self, commit: str, before: str) -> list[str]:
        """The folders where `commit` may ask more than the commit `before` does about the same files."""
        same, other = self._history.declares_as(commit), self._history.declares_as(before)
        hanging = self._hangs_on_others(same) or self._hangs_on_others(other)
        if same == other and not hanging:
            return []
        now, then = self._history.declaring(same), self._history.declaring(other)
        changed = {path for path, _ in now.items() ^ then.items()}
        folders = _all_of(changed)
        if hanging or any(map(is_of_an_image, changed)):
            folders = {*_all_of((*now, *then)), *self._built(commit), *self._built(before)}
        return sorted(folder for folder in folders if self._asks_more(folder, commit, before))

    def excludes_in(self, commit: str, path: str) -> bool:
        """Whether the settings that `commit` holds leave out `path`."""
        return self._asked(commit, lambda rules: rules.excludes(path))

    def excludes(self, path: str) -> bool:  # noqa: ARG002
        """Whether `path` is left out as such: never, see `excludes_in`."""
        return False

    def stating(self) -> list[str]:
        """The folders on disk that count: none."""
        return []

    def lists(self) -> Iterable[Listed]:
        """The lists of a whole tree on disk: none."""
        return ()

    def stated(self, folders: Iterable[str]) -> tuple[object, list[tuple[Target, ...]]]:  # noqa: ARG002
        """What `folders` on disk say: nothing."""
        return self._base.stated(())

    def baselines(self) -> list[tuple[str, Baseline]]:
        """The baselines on disk that count: none."""
        return []

    def _asked(self, commit: str, ask: Callable[[ByProject], _Answer]) -> _Answer:
        """What the rules of `commit` answer, by those of another commit as long as that declares the same."""
        same = self._history.declares_as(commit)
        answer = self._answer(same, ask)
        if same == commit or not self._at(same)[1].others:
            return answer
        return self._answer(commit, ask)

    def _answer(self, commit: str, ask: Callable[[ByProject], _Answer]) -> _Answer:
        try:
            return ask(self._at(commit)[0])
        except SettingsFileError as error:
            raise error.called(f"commit {commit[:12]}: {error.path}") from None

    def _at(self, commit: str) -> tuple[ByProject, CommitTree]:
        if commit not in self._known:
            tree = CommitTree(self._history, commit)
            self._known[commit] = self._base.over(tree), tree
        return self._known[commit]

    def _rules_for(self, commit: str, path: str) -> ByProject:
        """The rules of `commit` for the file at `path`."""
        return self._asked(commit, lambda rules: (_looked_at(rules, posixpath.dirname(path)), rules)[1])

    def _hangs_on_others(self, commit: str) -> bool:
        """Whether what `commit` declares depends on more than the files that declare by their names."""
        if commit not in self._hanging:
            declaring = self._history.declaring(commit)
            may = any(mode == SYMBOLIC or OF_COMPOSE in path for path, (mode, _) in declaring.items())
            self._hanging[commit] = may and bool(self._all_read(commit).others)
        return self._hanging[commit]

    def _built(self, commit: str) -> set[str]:
        """The folders that the compose files of `commit` build."""
        self._all_read(commit)
        return self._at(commit)[0].built()

    def _all_read(self, commit: str) -> CommitTree:
        """What `commit` declares, when all of it has been looked at."""
        rules, tree = self._at(commit)
        for folder in _all_of(self._history.declaring(commit)):
            _looked_at(rules, folder)
        for folder in rules.built():
            _looked_at(rules, folder)
        return tree

    def _asks_more(self, folder: str, commit: str, before: str) -> bool:
        """Whether `commit` may ask more of a file in `folder` than the commit `before`, or lets less pass."""
        now = self._asked(commit, lambda rules: _looked_at(rules, folder))
        then = self._asked(before, lambda rules: _looked_at(rules, folder))
        if now is None or then is None:
            return True
        (rules, excludes), (old, excluded) = now, then
        less = any(one not in excludes for one in excluded) or (rules.notebooks and not old.notebooks)
        passing = rules.expected_broken != old.expected_broken or rules.baselines != old.baselines
        passing = passing or rules.percent_scripts != old.percent_scripts
        strict = rules.warnings == "error" and old.warnings != "error"
        fewer = bool(rules.expected_broken) and is_asked(without(old.asked, rules.asked))
        other = rules.asked.explicit != old.asked.explicit
        return less or passing or strict or fewer or other or is_asked(without(rules.asked, old.asked))


def _all_of(paths: Iterable[str]) -> set[str]:
    """The folders for which the files at `paths` decide."""
    return {folder for path in paths for folder in folders_of(path)}


def _looked_at(rules: ByProject, folder: str) -> tuple[FileRules, tuple[Callable[[str], bool], ...]] | None:
    """What `rules` say of `folder`; None where that cannot be used."""
    try:
        return rules.said_of(folder)
    except (SettingsError, TargetError):
        return None
