"""What can be asked: about a source, files, folders, or standard input. The public API."""

from __future__ import annotations

import os

from .config.settings import Settings, load
from .run import Run
from .sources import in_memory, named
from .sources.file_types import SUFFIXES
from .sources.selection import Selection, slashed
from .targets.rules import saying
from .targets.rules_over import rules_over
from .targets.same_for_all import same_for_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .model import Diagnostic, Result
    from .run import Follow, Search
    from .sources.readable import Readable
    from .stream import SourceResult
    from .targets.rules import Rules

FEW = 16
"""Named files that are judged without a look at what is remembered: that takes as long as to judge them."""


def check_source(
    data: bytes | bytearray | memoryview, name: str = "<source>", settings: Settings | None = None
) -> tuple[Diagnostic, ...]:
    """Ask whether each target accepts a source. Nothing is executed, and no settings file is read.

    Args:
        data: The bytes of the source, as they would stand in a file.
        name: What the findings call it. A name that ends in ``.ipynb`` means a notebook.
        settings: The targets and limits; None for the defaults. Where they name no target, the source's own block of
            script metadata (PEP 723) or first line does, else the Python that runs this is it.

    Returns:
        The findings, errors first. Every target accepts the source if none has the severity ``error``. No content of
        `data` makes this raise.

    Raises:
        TypeError: `data` are no bytes, or `name` is no str.
        SettingsError: A setting cannot be used.
        TargetError: A target in `settings` has no interpreter.
    """
    settings = settings or Settings()
    return Run(settings, rules_over((), settings)).judge(_selected(in_memory.held(name, data))).diagnostics


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
        A result for each pair, in order.

    Raises:
        TargetError: A target in `settings` has no interpreter. This is raised at once.
        ResourcesError: The system has no process, descriptor or memory left. The iterator raises it.
        TypeError: One of `sources` is no pair of a name and bytes. The iterator raises it.
    """
    from .stream import Stream, results

    return results(Stream(settings or Settings()), sources)


def check_paths(
    paths: Iterable[str | os.PathLike[str]], settings: Settings | None = None, follow: Follow | None = None
) -> Result:
    """Ask whether each target accepts the files at and below some paths.

    Args:
        paths: Files and folders. Folders are searched for Python files.
        settings: As for `check_source`; then no project is read. None for what ``syntax-guard check`` asks in the
            current folder, each file by its own project, without flags, variables and a cache.
        follow: Is given the judgements as they come, and the most that there can be. It has to hand all of them on.
            A progress bar uses it.

    Returns:
        The findings and the counts. A file that cannot be read is a finding. Without paths, a notice says so.

    Raises:
        TypeError: `paths` is one path, or one of them is none.
        SourcesError: A path does not exist, or there is no Python file.
        SettingsError: A setting cannot be used.
        TargetError: A target in `settings` has no interpreter.
    """
    names = named.names_of(paths)
    settings = settings or load({}, {}, os.getcwd())
    if len(names) <= FEW and not any(map(os.path.isdir, names)):
        run = Run(settings, rules_over(names, settings), follow)
        result = run.judge(named.select_files(names, run.rules.excludes, says=saying(run.rules)))
        return result if names else result.evolve(notices=("nothing was checked: no path is given",))
    from .sources import walk

    result = _check_found(walk.select, names, settings, follow)
    if not result.diagnostics:
        return result
    from .sources.tracked import with_untracked

    return with_untracked(result)


def check_for_start(roots: Sequence[str], settings: Settings, follow: Follow | None = None) -> Result:
    """As `check_paths`, before a program starts.

    No root is left out for its name. Imports follow links. A file that is broken on purpose may be valid.
    """
    from .sources import walk

    result = _check_found(walk.select_for_start, roots, settings, follow)
    if result.ok:
        return result
    from .findings.expected import stopping_nothing

    return stopping_nothing(result)


def _check_found(search: Search, names: Sequence[str], settings: Settings, follow: Follow | None = None) -> Result:
    run = Run(settings, rules_over(names, settings), follow)
    if len(names) <= FEW and not any(map(os.path.isdir, names)):
        return run.judge(search(names, run.rules.excludes, SUFFIXES, saying(run.rules)))  # no search, no suffixes
    return run.judge_search(lambda: run.select(search, names))


def check_files(files: Iterable[Readable], settings: Settings, by_file: Rules | None = None) -> Result:
    """Ask about files that the caller has chosen.

    Args:
        files: What is read and judged, in this order.
        settings: The targets and limits.
        by_file: The rules for each file; None for those that `settings` make.

    Returns:
        The findings and the counts.

    Raises:
        SettingsError: A setting cannot be used.
        TargetError: A target in `settings` has no interpreter.
    """
    return check_selection(_selected(*files), settings, by_file or same_for_all(settings))


def check_selection(selection: Selection, settings: Settings, by_file: Rules) -> Result:
    """As `check_files`, about a `selection`, which also says what is left out of it."""
    return Run(settings, by_file).judge(selection)


def check_search(search: Callable[[], Selection], question: object, settings: Settings, by_file: Rules) -> Result:
    """As `check_files`, about what ``search()`` finds. That depends on `question` and the file system alone."""
    run = Run(settings, by_file)
    return run.judge_search(lambda: run.remembering(question, search))


def check_stdin(data: bytes, settings: Settings) -> Result:
    """The result about `data`, from standard input. Their name in `settings` says to which project they belong.

    Raises:
        SettingsError: A table of ours in that project cannot be used.
        TargetError: A target in `settings`, or of that project, has no interpreter.
    """
    name = slashed(settings.stdin_filename)
    run = Run(settings, rules_over((name,), settings))
    files = named.NamedFiles(run.rules.excludes, SUFFIXES)
    why_not = None if name == Settings.stdin_filename else files.left_out(name)
    if why_not is not None:
        files.skip(name, why_not)
        return run.judge(files.selected())
    return run.judge(_selected(in_memory.Held(name, data)))


def _selected(*files: Readable) -> Selection:
    (selection := Selection()).files.extend(files)
    return selection
