"""What can be asked: about a source, files, folders, standard input, or what is staged. The public API."""

from __future__ import annotations

import os

from .config.settings import Settings, may_declare, something_declares
from .model import Diagnostic, Result
from .run import Run
from .sources import named, readers
from .sources.file_types import NOTEBOOK, SUFFIXES
from .sources.selection import Selection
from .targets.rules import SameForAll, same_for_all, saying

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .run import Follow, Search
    from .sources.commits import CommittedFile
    from .sources.git import Index
    from .sources.git_history import CommittedEntry, History, Redeclared
    from .sources.readers import Readable
    from .stream import SourceResult
    from .targets.by_project import ByProject
    from .targets.rules import Rules
    from .targets.surveys import Surveys


FEW = 16
"""Named files that are judged without a look at what is remembered: that takes as long as to judge them."""


def check_source(data: bytes, name: str = "<source>", settings: Settings | None = None) -> tuple[Diagnostic, ...]:
    """Ask whether each target accepts a source. The default target is the Python that runs this.

    Nothing is executed, and no settings file is read.

    Args:
        data: The bytes of the source, as they would stand in a file.
        name: What the findings call it. A name that ends in ``.ipynb`` means a notebook.
        settings: The targets and limits; None for the defaults.

    Returns:
        The findings, errors first. Every target accepts the source if none has the severity ``error``. No content of
        `data` makes this raise.

    Raises:
        TargetError: A target in `settings` has no interpreter.
    """
    settings = settings or Settings()
    return Run(settings, rules(settings, ())).judge(_selected(readers.Held(name, data))).diagnostics


def check_sources(
    sources: Iterable[tuple[str, bytes | bytearray | memoryview]], settings: Settings | None = None
) -> Iterator[SourceResult]:
    """Ask about many sources, as `check_source` about one.

    The processes that judge start once, and end with the iterator, however far it came. It may be used in any thread,
    and in a process that a framework has forked. It reads a few batches ahead of the results, so memory stays flat.

    Args:
        sources: Pairs of a name and bytes.
        settings: As for `check_source`. ``settings.jobs`` is how many processes judge.

    Yields:
        A result for each pair, in order. The iterator raises `ResourcesError` if the system has no process, descriptor
        or memory left, and `TypeError` for what is no source.

    Raises:
        TargetError: A target in `settings` has no interpreter. This is raised at once.
    """
    from .stream import Stream, results

    return results(Stream(settings or Settings()), sources)


def check_paths(
    paths: Iterable[str | os.PathLike[str]], settings: Settings | None = None, follow: Follow | None = None
) -> Result:
    """Ask whether each target accepts the files at and below some paths. No settings file is read.

    Args:
        paths: Files and folders. Folders are searched for Python files.
        settings: As for `check_source`.
        follow: Is given the judgements as they come, and the most that there can be. It has to hand all of them on.
            A progress bar uses it.

    Returns:
        The findings and the counts. A file that cannot be read is a finding.

    Raises:
        SourcesError: A path does not exist, or there is no Python file.
        TargetError: A target in `settings` has no interpreter.
    """
    names = [os.fspath(path) for path in paths]
    settings = settings or Settings()
    if len(names) <= FEW and not any(map(os.path.isdir, names)):
        run = Run(settings, rules(settings, names), follow)
        return run.judge(named.select_files(names, run.rules.excludes, says=saying(run.rules)))
    from .sources import walk

    result = _check_found(walk.select, names, settings, follow)
    if not result.diagnostics:
        return result
    from .sources.tracked import with_untracked

    return with_untracked(result)


def check_tracked(paths: Sequence[str], settings: Settings) -> Result:
    """As `check_paths`, about the files at and below `paths` that git tracks, as the work tree holds them.

    Raises `GitError` outside of a repository, and `SourcesError` as `check_paths`."""
    from .sources.selection import nothing_to_check
    from .sources.tracked import tracked

    found = tracked(paths)
    run = Run(settings, rules(settings, found.files))
    suffixes = (*SUFFIXES, NOTEBOOK)
    selection = run.wanted(named.select_for_hook(found.files, run.rules.excludes, suffixes, saying(run.rules)))
    selection.skipped += found.skipped
    if not selection.files:
        raise nothing_to_check(selection)
    return run.judge(selection)


def check_for_start(roots: Sequence[str], settings: Settings, follow: Follow | None = None) -> Result:
    """As `check_paths`, before a program starts: no root is left out for its name, imports follow links, and a file
    that is broken on purpose may be valid."""
    from .sources import walk

    result = _check_found(walk.select_for_start, roots, settings, follow)
    if result.ok:
        return result
    from .findings.expected import stopping_nothing

    return stopping_nothing(result)


def check_for_hook(names: Sequence[str], settings: Settings) -> Result:
    """As `check_paths`, about staged files of any kind: what is no Python is passed over, and none is no error.

    Where declarations are among them that change whom a project asks, its files are asked about the new targets.
    """
    by_file: Rules
    by_file = by_project = rules(settings, names)
    more: list[str] = []
    if not isinstance(by_project, SameForAll) and (declaring := _declaring(by_project, names)):
        from .targets.by_change import changed_on_disk

        by_file, more = changed_on_disk(by_project, names, declaring)
    run = Run(settings, by_file)
    return run.judge(
        run.wanted(named.select_for_hook([*names, *more], by_file.excludes, (*SUFFIXES, NOTEBOOK), saying(by_file)))
    )


def _check_found(search: Search, names: Sequence[str], settings: Settings, follow: Follow | None = None) -> Result:
    run = Run(settings, rules(settings, names), follow)
    if len(names) <= FEW and not any(map(os.path.isdir, names)):
        return run.judge(search(names, run.rules.excludes, SUFFIXES, saying(run.rules)))  # no search, no suffixes
    return run.judge_search(lambda: run.select(search, names))


def check_files(files: Iterable[Readable], settings: Settings, by_file: Rules | None = None) -> Result:
    """Ask about files that the caller has chosen. The rules in `by_file` take the place of those in `settings`."""
    return check_selection(_selected(*files), settings, by_file or same_for_all(settings))


def check_selection(selection: Selection, settings: Settings, by_file: Rules) -> Result:
    """As `check_files`, about a `selection`, which also says what is left out of it."""
    return Run(settings, by_file).judge(selection)


def check_search(search: Callable[[], Selection], question: object, settings: Settings, by_file: Rules) -> Result:
    """As `check_files`, about what ``search()`` finds; that hangs on `question` and the file system alone."""
    run = Run(settings, by_file)
    return run.judge_search(lambda: run.remembering(question, search))


def check_stdin(data: bytes, settings: Settings) -> Result:
    """Ask about the bytes that came from standard input; their name in `settings` says which project they are of, and
    whether that leaves the file out."""
    name = settings.stdin_filename
    run = Run(settings, rules(settings, (name,)))
    files = named.NamedFiles(run.rules.excludes, SUFFIXES)
    why_not = None if name == Settings.stdin_filename else files.left_out(name)
    if why_not is not None:
        files.skip(name, why_not)
        return run.judge(files.selected())
    return run.judge(_selected(readers.Held(name, data)))


def check_staged(index: Index, settings: Settings) -> Result:
    """Ask about what the next commit of a repository adds or changes, from its git `index`.

    Paths are shown from the top of the work tree, as git shows them, and the settings are those that are staged. Raises
    `GitError` outside a repository and where git fails, `TargetError` as `check_paths`.
    """
    from .sources import staged
    from .sources.staged_links import StagedLinks

    top = index.top()
    links = StagedLinks(top, index.contents.file)
    entries = links.among(index.staged(), may_declare)
    paths = [entry.path for entry in entries]
    tree = staged.StagedTree(index, top, links, paths)
    changed = [*paths, *index.removed]
    if settings.projects and (any(map(may_declare, changed)) or tree.declares()):
        from .targets.by_project import ByProject
        from .targets.machine import machine_of

        by_project = ByProject(settings, machine_of(settings), (), tree)
        by_file: Rules = by_project
        if declaring := _declaring(by_project, changed):
            from .targets.by_change import changed_in_index

            by_file, more = changed_in_index(by_project, top, entries, declaring)
            entries += more
    else:
        by_file = same_for_all(settings, top)
    run = Run(settings, by_file)
    suffixes = (*SUFFIXES, NOTEBOOK)
    if not settings.run_filters:
        return _from(top, run.judge(run.wanted(staged.staged(index, entries, by_file.excludes, suffixes))))
    from .sources.checkout import FilteredCheckout

    selection = staged.staged(index, entries, by_file.excludes, suffixes, FilteredCheckout)
    return _from(top, run.judge(run.wanted(selection)))


def check_commits(history: History, commits: Sequence[str], settings: Settings) -> Result:
    """Ask about each Python file that one of `commits` (full names) adds or changes, as it stands in that commit.

    Of a merge these are the files that it holds as none of its parents does. Settings and targets are those of the
    commit. Where it changes what is declared, other files are asked about the new targets. Raises as `check_staged`.
    """
    return check_entries(history, lambda redeclared: history.changed(commits, redeclared), settings)


def check_commit_tree(history: History, commit: str, settings: Settings, below: Sequence[str] = ()) -> Result:
    """As `check_commits`, about all that `commit` holds, or what lies at and `below` some paths from the top."""
    return check_entries(history, lambda _: history.held(commit, below), settings)


def check_merge(history: History, base: str, topic: str, settings: Settings) -> Result:
    """As `check_commit_tree`, about what a merge of the commit `topic` into the commit `base` would make.

    Raises `GitError` for conflicts, too, and for a git before 2.38.
    """
    from .sources.git_merge import merged

    with merged(history, base, topic) as (both, tree):
        result = check_commit_tree(both, tree, settings)
    found = tuple(Diagnostic(**{**vars(one), "commit": None}) for one in result.diagnostics)  # there is none yet
    return Result(**{**vars(result), "diagnostics": found})


def check_entries(
    history: History, entries: Callable[[Redeclared], Iterable[CommittedEntry]], settings: Settings
) -> Result:
    """As `check_commits`, about the files of commits that the caller has chosen: those in ``entries(redeclared)``."""
    from .sources.commits import CommitTree, selected

    if settings.projects:
        from .targets.by_commit import ByCommit
        from .targets.by_project import ByProject
        from .targets.machine import machine_of

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
    return _from(history.top or "", run.judge(run.wanted(selection)))


def _from(top: str, result: Result) -> Result:
    """`result`, whose paths count from the folder `top`; empty where there is no work tree."""
    return type(result)(**{**vars(result), "root": top})


def survey(settings: Settings, path: str | None = None) -> Surveys:
    """Which targets apply to `path`, or in each project of the current folder, why, and who answers for them."""
    from .targets.machine import machine_of
    from .targets.surveys import surveys

    return surveys(settings, machine_of(settings), path)


def rules(settings: Settings, paths: Sequence[str]) -> ByProject | SameForAll:
    """The rules for a run over `paths`, which are relative to the current folder or absolute."""
    if not settings.projects or not something_declares(paths):
        return same_for_all(settings)
    from .targets.by_project import ByProject
    from .targets.machine import machine_of

    return ByProject(settings, machine_of(settings), paths)


def _declaring(by_project: ByProject, paths: Iterable[str]) -> list[str]:
    """Those of `paths` that may change whom a project asks, or what it lets pass."""
    return [path for path in paths if may_declare(path) or by_project.builds_from(path)]


def _selected(*files: Readable) -> Selection:
    (selection := Selection()).files.extend(files)
    return selection
