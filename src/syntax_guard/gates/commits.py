"""The gate for commits: the files that each adds or changes, all that one holds, or what a merge would make."""

from __future__ import annotations

from ..errors import SettingsFileError
from ..run import Run
from ..sources.commits import CommitTree, selected
from ..sources.file_types import NOTEBOOK, SUFFIXES
from ..targets.same_for_all import same_for_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..config.settings import Settings
    from ..model import Result
    from ..sources.commits import CommittedFile
    from ..sources.git_history import CommittedEntry, History, Redeclared
    from ..targets.rules import Rules


def check_commits(history: History, commits: Sequence[str], settings: Settings) -> Result:
    """Ask about the Python files that commits add or change, each as it stands in that commit.

    Of a merge these are the files that it holds as none of its parents does. Settings and targets are those of the
    commit. Where it changes what is declared, other files are asked about the new targets.

    Args:
        history: The repository.
        commits: Full names of commits.
        settings: Flags and variables; what a commit declares is read there.

    Returns:
        The findings, each with its commit, and the counts.

    Raises:
        GitError: Git fails, or this clone lacks something.
        SettingsError: A table of ours in a commit cannot be used.
        TargetError: A target that flags, variables or such a table name has no interpreter.
    """
    return check_entries(history, lambda redeclared: history.changed(commits, redeclared), settings)


def check_commit_tree(history: History, commit: str, settings: Settings, below: Sequence[str] = ()) -> Result:
    """As `check_commits`, about all files that `commit` holds, or those at and `below` some paths from the top."""
    return check_entries(history, lambda _: history.held(commit, below), settings)


def check_merge(history: History, base: str, topic: str, settings: Settings) -> Result:
    """As `check_commit_tree`, about what a merge of the commit `topic` into the commit `base` would make.

    Raises:
        GitError: Also for conflicts, and for a git before 2.38.
    """
    from ..sources.git_merge import merged

    with merged(history, base, topic) as (both, tree):
        try:
            result = check_commit_tree(both, tree, settings)
        except SettingsFileError as error:  # there is no such commit yet
            raise error.called(error.path.replace(f"commit {tree[:12]}", "the merge")) from None
    return result.evolve(diagnostics=tuple(one.evolve(commit=None) for one in result.diagnostics))  # there is none yet


def check_entries(
    history: History, entries: Callable[[Redeclared], Iterable[CommittedEntry]], settings: Settings
) -> Result:
    """As `check_commits`, about those files of commits that ``entries(redeclared)`` yields."""
    if settings.projects:
        from ..targets.by_commit import ByCommit
        from ..targets.by_project import ByProject
        from ..targets.machine import machine_of

        base = ByProject(settings, machine_of(settings), (), CommitTree(history, ""))
        by_commit = ByCommit(base, history)
        by_file: Rules = by_commit
        chosen = entries(by_commit.redeclared)
        excludes: Callable[[str, str], bool] = by_commit.excludes_in
        question: Callable[[CommittedFile], object] = by_commit.question
    else:
        of_all = by_file = same_for_all(settings, history.top or settings.root)
        chosen = entries(lambda *_: ())
        excludes = lambda _, path: of_all.excludes(path)  # noqa: E731
        question = lambda _: ()  # noqa: E731

    run = Run(settings, by_file)
    selection = selected(history, chosen, excludes, question, (*SUFFIXES, NOTEBOOK))
    result = run.judge(run.wanted(selection))
    return result.evolve(root=history.top or "")
