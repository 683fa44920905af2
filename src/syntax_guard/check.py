"""One run, from settings to a finished result."""

from __future__ import annotations

import os
from time import perf_counter

from . import sources, targets
from .judge import Limits, judge
from .model import Result, Summary
from .patterns import matcher
from .settings import Settings
from .targets import Machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .model import Diagnostic, Target
    from .sources import Readable
    from .targets import Survey


def check_source(data: bytes, name: str = "<source>", settings: Settings | None = None) -> tuple[Diagnostic, ...]:
    """Ask whether the Python that runs this, or each target in `settings`, accepts a source.

    `data` is the source's bytes, as they would stand in a file; `name` is what the findings call it. Nothing is
    executed, and no settings file is read. Returns the findings, errors first; none with severity ``error`` means
    that every target accepts the source. Never raises for what `data` holds; raises `TargetError` for targets in
    `settings` that nobody can answer for.
    """
    settings = settings or Settings()
    return _judge([sources.Held(name, data)], 0, _targets(settings), settings).diagnostics


def check_paths(paths: Iterable[str | os.PathLike[str]], settings: Settings | None = None) -> Result:
    """Ask whether the Python that runs this, or each target in `settings`, accepts the files in `paths`.

    `paths` names files and folders; folders are searched (see ``sources.select``). No settings file is read. Raises
    `SourcesError` for a path that does not exist and where nothing is found, `TargetError` for targets that nobody
    can answer for. What cannot be read is a finding.
    """
    settings = settings or Settings()
    exclude = matcher(settings.exclude, settings.root, "exclude")
    selection = sources.select([os.fspath(path) for path in paths], exclude)
    return _judge(selection.files, selection.skipped, _targets(settings), settings)


def check_stdin(data: bytes, settings: Settings) -> Result:
    """Ask about the bytes that came from standard input; `settings` names them."""
    return _judge([sources.Held(settings.stdin_filename, data)], 0, _targets(settings), settings)


def check_staged(settings: Settings) -> Result:
    """Ask about what the next commit of the repository around the current folder adds or changes, from its index.

    Paths are shown from the top of the work tree, as git shows them. Raises `GitError` outside a repository and where
    git fails, `TargetError` as `check_paths`.
    """
    from . import git, staging

    top = git.top(".")
    with git.Objects(top) as objects:
        selection = staging.staged(objects, top, matcher(settings.exclude, settings.root, "exclude", top))
        return _judge(selection.files, selection.skipped, _targets(settings), settings, top)


def survey(settings: Settings) -> Survey:
    """Which targets apply, why, and who answers for them, searched for afresh: whoever asks wants to know why."""
    machine = Machine(os.environ, settings.cache_dir if settings.cache else None, fresh=True)
    return targets.survey(settings.target_version, settings.python, settings.requires_python, machine)


def _targets(settings: Settings) -> tuple[Target, ...]:
    return targets.resolve(settings.target_version, settings.python, settings.requires_python, _machine(settings))


def _machine(settings: Settings) -> Machine:
    return Machine(os.environ, settings.cache_dir if settings.cache else None)


def _judge(
    files: Sequence[Readable], skipped: int, asked: tuple[Target, ...], settings: Settings, folder: str = "."
) -> Result:
    started = perf_counter()
    limits = Limits(settings.jobs, settings.time_limit, settings.memory_limit << 20)
    expected_broken = matcher(settings.expected_broken, settings.root, "expected-broken", folder)
    found: list[Diagnostic] = []
    checked = broken = undecided = 0
    for judgement in judge(files, asked, limits):
        checked += 1
        outcomes = {verdict.outcome for verdict in judgement.verdicts}
        if expected_broken(judgement.source.name):
            if outcomes == {"valid"}:
                from .diagnostics import unexpectedly_valid

                found.append(unexpectedly_valid(judgement.source.name, asked))
                continue
            if "undecided" not in outcomes:
                continue
        broken += "broken" in outcomes
        undecided += "undecided" in outcomes and "broken" not in outcomes
        if not judgement.silent:
            from .diagnostics import diagnose

            found += diagnose(judgement, asked, settings.warnings)
    found.sort(key=_place)
    warnings = sum(diagnostic.severity == "warning" for diagnostic in found)
    summary = Summary(checked, broken, undecided, warnings, skipped, 0, perf_counter() - started)
    return Result(asked, summary, tuple(found))


def _place(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    return (diagnostic.path, diagnostic.line or 0, diagnostic.column or 0, diagnostic.code)
