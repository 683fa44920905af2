"""One run, from settings to a finished result."""

from __future__ import annotations

import os
from time import perf_counter

from . import reading, sources, targets
from .errors import TargetError
from .judge import Limits, judge
from .model import Result, Summary
from .patterns import matcher
from .python_files import SUFFIXES
from .settings import Settings
from .targets import Machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    from .cache import Cache
    from .git import Index
    from .judge import Judgement
    from .model import Diagnostic, Target
    from .reading import Readable
    from .sources import Selection
    from .store import Store
    from .targets import Survey

    Follow: TypeAlias = "Callable[[Iterable[Judgement], int], Iterable[Judgement]]"

FEW = 16
"""Named files that are judged without a look at what is remembered: that takes as long as to judge them."""
NOTEBOOK = ".ipynb"
WORTH_REMEMBERING = 256 * 1024
"""Bytes of sources from which on it pays all the same."""


def check_source(data: bytes, name: str = "<source>", settings: Settings | None = None) -> tuple[Diagnostic, ...]:
    """Ask whether the Python that runs this, or each target in `settings`, accepts a source.

    `data` is the source's bytes, as they would stand in a file; `name` is what the findings call it. Nothing is
    executed, and no settings file is read. Returns the findings, errors first; none with severity ``error`` means
    that every target accepts the source. Never raises for what `data` holds; raises `TargetError` for targets in
    `settings` that nobody can answer for.
    """
    settings = settings or Settings()
    return _Run(settings).judge(_held(name, data)).diagnostics


def check_paths(
    paths: Iterable[str | os.PathLike[str]], settings: Settings | None = None, follow: Follow | None = None
) -> Result:
    """Ask whether the Python that runs this, or each target in `settings`, accepts the files in `paths`.

    `paths` names files and folders; folders are searched (see ``sources.select``). No settings file is read. Raises
    `SourcesError` for a path that does not exist and where nothing is found, `TargetError` for targets that nobody
    can answer for. What cannot be read is a finding.

    `follow` is given the judgements as they come and the most that there can be, and has to hand them all on: that is
    how a progress bar sees them.
    """
    settings = settings or Settings()
    run = _Run(settings, follow=follow)
    names = [os.fspath(path) for path in paths]
    exclude = matcher(settings.exclude, settings.root, "exclude")
    if len(names) <= FEW and not any(map(os.path.isdir, names)):
        return run.judge(sources.select(names, exclude))  # no search, no suffixes
    cache = None if settings.trust_bytecode else run.remember()  # a witness is enough, and costs less
    try:
        question = (settings.root, settings.exclude, settings.expected_broken)
        suffixes = _suffixes(settings)
        if cache:
            return run.judge(cache.select(names, exclude, suffixes, question))
        return run.judge(sources.select(names, exclude, suffixes))
    finally:
        run.close()


def check_files(files: Iterable[Readable], settings: Settings) -> Result:
    """Ask about files that somebody else has chosen, for instance by ``sources.within``."""
    selection = sources.Selection()
    selection.files.extend(files)
    return _Run(settings).judge(selection)


def check_stdin(data: bytes, settings: Settings) -> Result:
    """Ask about the bytes that came from standard input; `settings` names them."""
    return _Run(settings).judge(_held(settings.stdin_filename, data))


def check_staged(index: Index, settings: Settings) -> Result:
    """Ask about what the next commit of a repository adds or changes, from its git `index`.

    Paths are shown from the top of the work tree, as git shows them. Raises `GitError` outside a repository and where
    git fails, `TargetError` as `check_paths`.
    """
    from . import staging

    top = index.top()
    exclude = matcher(settings.exclude, settings.root, "exclude", top)
    return _Run(settings, top).judge(staging.staged(index, top, exclude, _suffixes(settings)))


def survey(settings: Settings) -> Survey:
    """Which targets apply, why, and who answers for them, searched for afresh: whoever asks wants to know why."""
    machine = Machine(os.environ, settings.cache_dir if settings.cache else None, fresh=True)
    return targets.survey(settings.target_version, settings.python, settings.requires_python, machine)


def _suffixes(settings: Settings) -> tuple[str, ...]:
    return (*SUFFIXES, NOTEBOOK) if settings.notebooks else SUFFIXES


def _with_cells(files: list[Readable]) -> list[Readable]:
    """`files` with the cells of each notebook in its place."""
    if not any(file.name.endswith(NOTEBOOK) for file in files):
        return files
    from .notebooks import sources_of

    expanded: list[Readable] = []
    for file in files:
        expanded += sources_of(file) if file.name.endswith(NOTEBOOK) else [file]
    return expanded


def _targets(settings: Settings) -> tuple[Target, ...]:
    return targets.resolve(settings.target_version, settings.python, settings.requires_python, _machine(settings))


def _machine(settings: Settings) -> Machine:
    return Machine(os.environ, settings.cache_dir if settings.cache else None)


def _held(name: str, data: bytes) -> Selection:
    selection = sources.Selection()
    selection.files.append(reading.Held(name, data))
    return selection


class _Run:
    """One run: who is asked, what is remembered, and how verdicts add up to a result."""

    def __init__(self, settings: Settings, folder: str = ".", follow: Follow | None = None) -> None:
        self._started = perf_counter()
        self._follow = follow
        self._settings = settings
        self._asked = _targets(settings)
        if settings.write_bytecode and all(target.interpreter.python for target in self._asked):
            raise TargetError(
                "--write-bytecode: this interpreter, whose bytecode it is, is no target",
                "run syntax-guard with the Python that will run the files",
            )
        self._expected_broken = matcher(settings.expected_broken, settings.root, "expected-broken", folder)
        self._cache: Cache | None = None
        self._store: Store | None = None

    def remember(self) -> Cache | None:
        """Use what is remembered, and remember what is learned, where the settings have a place for it."""
        settings = self._settings
        if settings.cache and settings.cache_dir and not settings.write_bytecode:  # what is known is not compiled
            from .cache import Cache
            from .store import Store

            self._store = Store(settings.cache_dir, settings.cache_key)
            try:
                self._cache = Cache(self._store, self._asked, self._expected_broken)
            except OSError as error:  # who judges, or by which rules, cannot be told
                self._store.trouble = str(error)
        return self._cache

    def judge(self, selection: Selection) -> Result:
        """Judge what was selected."""
        selected = _with_cells(selection.files)
        files = self._unproven(selected)
        proven = len(selected) - len(files)
        if self._cache is None and sum(file.size for file in files) > WORTH_REMEMBERING:
            self.remember()
        if self._cache is not None:
            files = self._cache.without_known(files)
        try:
            found, broken, undecided = self._findings(files)
            if self._cache is not None:
                self._cache.close(complete=True)
        finally:
            self.close()
        checked = len(selection.files) + selection.known
        warnings = sum(diagnostic.severity == "warning" for diagnostic in found)
        cached = proven + (self._cache.known if self._cache else 0)
        seconds = perf_counter() - self._started
        summary = Summary(checked, broken, undecided, warnings, selection.skipped, cached, seconds)
        notes = (f"the cache was not used: {self._store.trouble}",) if self._store and self._store.trouble else ()
        return Result(self._asked, summary, tuple(found), notes)

    def _unproven(self, files: list[Readable]) -> list[Readable]:
        """Those of `files` that bytecode does not speak for, where it is trusted and can say all that is asked."""
        settings = self._settings
        alone = len(self._asked) == 1 and self._asked[0].exact and self._asked[0].interpreter.python is None
        if not settings.trust_bytecode or not alone or settings.warnings == "error":  # it keeps no warnings
            return files
        from .bytecode import unproven

        doubted = [file for file in files if self._expected_broken(file.name)] if settings.expected_broken else []
        return doubted + unproven([file for file in files if file not in doubted] if doubted else files)

    def close(self) -> None:
        """Keep what was learned, however far the run came."""
        if self._cache is not None:
            self._cache.close(complete=False)

    def _findings(self, files: Sequence[Readable]) -> tuple[list[Diagnostic], int, int]:
        """The findings, in their order, and how many sources are broken and undecided."""
        settings = self._settings
        limits = Limits(settings.jobs, settings.time_limit, settings.memory_limit << 20)
        found: list[Diagnostic] = []
        broken = undecided = 0
        judgements: Iterable[Judgement] = judge(
            files,
            self._asked,
            limits,
            self._cache,
            write_bytecode=settings.bytecode_by if settings.write_bytecode else "",
        )
        for judgement in self._follow(judgements, len(files)) if self._follow else judgements:
            if self._cache is not None:
                self._cache.learn(judgement.source.name, judgement.verdicts, green=judgement.silent)
            if judgement.silent and not settings.expected_broken:
                continue
            outcomes = {verdict.outcome for verdict in judgement.verdicts}
            if self._expected_broken(judgement.source.name):
                if outcomes == {"valid"}:
                    from .diagnostics import unexpectedly_valid

                    found.append(unexpectedly_valid(judgement.source.name, self._asked))
                    continue
                if "undecided" not in outcomes:
                    continue
            broken += "broken" in outcomes
            undecided += "undecided" in outcomes and "broken" not in outcomes
            if not judgement.silent:
                from .diagnostics import diagnose

                found += diagnose(judgement, self._asked, settings.warnings)
        found.sort(key=_place)
        return found, broken, undecided


def _place(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    return (diagnostic.path, diagnostic.line or 0, diagnostic.column or 0, diagnostic.code)
