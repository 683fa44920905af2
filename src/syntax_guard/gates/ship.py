"""The gate before an artifact is published or installed: every Python file in it, for the Pythons that it names."""

from __future__ import annotations

import os
from time import perf_counter

from ..check import check_files, check_paths
from ..config.expected import entries
from ..config.settings import Settings
from ..config.specifiers import DECLARED
from ..errors import SettingsError, SourcesError, TargetError
from ..model import Diagnostic, Record, Result, Skipped, Summary, display_name, label
from ..regex import regex
from ..sources.archives.kinds import read
from ..sources.archives.recognise import is_archive
from ..sources.file_types import NOTEBOOK, SUFFIXES, is_notebook
from ..sources.in_memory import Held
from ..sources.readers import Unreadable, reason
from ..sources.selection import EXCLUDED, slashed
from ..targets.artifacts import Asked, for_artifact
from ..targets.machine import Machine, machine_of
from ..targets.nearest_baselines import nearest_baselines
from ..targets.resolve import Survey, resolve, survey
from ..targets.same_for_all import same_for_all
from ..targets.surveys import ProjectSurvey, Surveys
from .allowed import let_pass
from .joined import joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..config.expected import ExpectedBroken
    from ..model import Target
    from ..sources.archives.kinds import Archive
    from ..sources.readable import Readable

_NONE = "no Python here answers for a version that it is for"
_ANOTHER = "install one, or name a target-version"
_CELL = regex(r":cell (\d{1,9})$")
TOGETHER = 32 << 20
"""Bytes of sources of several archives that are judged at once, where the same is asked about them."""


class _Batch(Record):
    """What is to be judged of one archive."""

    path: str
    distribution: str | None
    targets: tuple[Target, ...]
    files: tuple[Readable, ...]
    expected_broken: dict[str, ExpectedBroken]
    """Sources that are broken on purpose, by name."""
    percent_scripts: frozenset[str]
    """The names of those that are scripts in cells."""
    settings: Settings
    skipped: tuple[Skipped, ...]
    notices: tuple[str, ...]

    @property
    def question(self) -> object:
        """What has to be the same for two archives to be judged at once."""
        return self.targets, self.settings

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


def check_archives(paths: Iterable[str], settings: Settings) -> Result:
    """Ask about each Python file in the archives at `paths`, of the Pythons that each archive names.

    ``target_version`` and ``python`` in `settings` are asked instead where they are set; ``declared`` stands for every
    version that the archive admits.

    Returns:
        The findings and the counts. What cannot be read is a finding.

    Raises:
        SettingsError: A setting cannot be used.
        TargetError: A target in `settings` has no interpreter.
    """
    started = perf_counter()
    targets = _named_targets(settings)
    baselines = nearest_baselines(settings)
    suffixes = (*SUFFIXES, NOTEBOOK) if settings.notebooks else SUFFIXES
    results: list[Result] = []
    for batches in _together(_batch(read(path, suffixes), settings, targets) for path in map(slashed, paths)):
        files = [file for batch in batches for file in batch.files]
        listed = {name: entry for batch in batches for name, entry in batch.expected_broken.items()}
        first = batches[0]
        expected = listed.get if listed else None
        scripts = frozenset().union(*(batch.percent_scripts for batch in batches))
        by_file = same_for_all(first.settings, ".", first.targets, expected, baselines, scripts.__contains__)
        results.append(_with(check_files(files, first.settings, by_file), batches))
    return let_pass(joined(results, perf_counter() - started), settings.allow_broken)


def survey_archive(path: str, settings: Settings) -> Surveys:
    """Which targets are asked about the archive at `path`, and why. `settings` count as in `check_archives`.

    Raises:
        SettingsError: A setting cannot be used.
        TargetError: A version or an interpreter in `settings` is none.
    """
    path = slashed(path)
    where = Machine(**{**vars(machine_of(settings)), "fresh": True})
    versions = tuple(one for one in settings.target_version if one != DECLARED)
    found = [survey(versions, settings.python, None, where)] if versions or settings.python else []
    unanswered = tuple(error for one in found for error in one.unanswered)
    notices: tuple[str, ...] = ()
    if not found or DECLARED in settings.target_version:
        archive = read(path, ())
        own, notices = _own_settings(archive)
        asked = _asked(archive, settings, own, where)
        found += asked.surveys
        notices += (f"{path}: {asked.note}",) if asked.note else ()
        if asked.targets:
            notices += (*_unasked(path, asked),)
        else:
            of_each = tuple(error for one in asked.surveys for error in one.unanswered)
            unanswered += of_each or (TargetError(f"{_NONE} ({asked.why})", _ANOTHER),)
    every = _merged((), tuple(dict.fromkeys(target for one in found for target in one.targets)))
    searches = tuple(search for one in found for search in one.searches)
    return Surveys((ProjectSurvey(path, Survey(every, searches, unanswered)),), notices)


def archives_in(folders: Iterable[str], *, may_be_none: bool) -> list[str]:
    """The paths of the archives that lie in `folders`, by name. There `may_be_none`, before anything is built.

    Raises:
        SourcesError: A folder does not exist, or holds none where there must be one.
    """
    found: list[str] = []
    for folder in folders:
        try:
            names = sorted(os.listdir(folder))
        except OSError as error:
            if may_be_none and isinstance(error, FileNotFoundError):
                continue
            raise SourcesError(f"--archives {folder}: {reason(error)}", "name the folder that was built to") from None
        here = [path for path in (os.path.join(folder, name) for name in names) if is_archive(path)]
        if not here and not may_be_none:
            raise SourcesError(f"--archives {folder}: no archive is in it", "build first, or name another folder")
        found += here
    return found


def check_with_archives(paths: Sequence[str], archives: Iterable[str], settings: Settings, theirs: Settings) -> Result:
    """Ask about files and folders, and about archives.

    Args:
        paths: Files and folders.
        archives: Paths of archives; see `check_archives`.
        settings: Those for `paths`.
        theirs: Those for `archives`.

    Returns:
        Both results as one.

    Raises:
        SourcesError: A path does not exist, or there is no Python file in folders.
        SettingsError: A setting cannot be used.
        TargetError: A target in either settings has no interpreter.
    """
    if not paths:
        return check_archives(archives, theirs)
    for_files = tuple(one for one in settings.target_version if one != DECLARED)  # they have `requires-python` anyway
    settings = Settings(**{**vars(settings), "target_version": for_files})
    results = [check_paths(paths, settings), check_archives(archives, theirs)]
    return joined(results, sum(result.summary.seconds for result in results))


def _with(result: Result, batches: Sequence[_Batch]) -> Result:
    """`result` with what is to be said of `batches` besides, and the distribution of each finding."""
    labels = {batch.path: batch.distribution for batch in batches}
    skipped = tuple(one for batch in batches for one in batch.skipped)
    changed = {
        "diagnostics": tuple(
            Diagnostic(**{**vars(one), "distribution": labels.get(one.path)}) for one in result.diagnostics
        ),
        "summary": Summary(**{**vars(result.summary), "skipped": len(skipped)}),
        "skipped": skipped,
        "notices": (*result.notices, *(notice for batch in batches for notice in batch.notices)),
    }
    return Result(**{**vars(result), **changed})


def _named_targets(settings: Settings) -> tuple[Target, ...]:
    """The targets that a user asks for, whatever an artifact says; none where it is to say that."""
    versions = tuple(one for one in settings.target_version if one != DECLARED)
    if not versions and not settings.python:
        return ()
    return resolve(versions, settings.python, None, machine_of(settings))


def _batch(archive: Archive, settings: Settings, named: tuple[Target, ...]) -> _Batch:
    """What is to be judged of `archive`, and the targets; those that were `named` are asked in any case."""
    own, trouble = _own_settings(archive)
    kept, listed = _chosen(archive, settings, own)
    where = machine_of(settings)
    asked = _asked(archive, settings, own, where) if not named or DECLARED in settings.target_version else None
    targets = _merged(named, asked.targets if asked else ())
    notices = [*archive.notes, *trouble, *([f"{archive.path}: {asked.note}"] if asked and asked.note else [])]
    left_out = set(archive.sources).difference(kept)
    excluded = tuple(Skipped(display_name(file.path, file.member), EXCLUDED) for file in left_out)
    skipped = (*archive.skipped, *sorted(excluded, key=lambda one: one.path))
    if asked:
        notices += _unasked(archive.path, asked)
    if not targets:
        why = asked.why if asked else ""
        reason = f"{_NONE} ({why}); {_ANOTHER}"
        targets = for_artifact(None, "", where, all_of_them=False).targets
        kept, listed = (Unreadable(archive.path, reason, kind="NoInterpreter"),), {}
    in_cells = _deciding("percent-scripts", settings, settings.percent_scripts, own.percent_scripts, archive.top)
    scripts = frozenset(display_name(file.path, file.member) for file in kept if in_cells(file) is not None)
    ours = {"write_bytecode": False, "trust_bytecode": False, "requires_python": None}
    expected = settings.expected_broken + own.expected_broken if listed else ()
    judged = Settings(**{**vars(settings), **ours, "expected_broken": expected})
    said = archive.declared
    distribution = f"{said.name} {said.version}" if said.name and said.version else None
    return _Batch(archive.path, distribution, targets, kept, listed, scripts, judged, skipped, tuple(notices))


def _unasked(path: str, asked: Asked) -> Iterator[str]:
    if asked.unasked:
        versions = ", ".join(map(label, asked.unasked))
        yield f"{path} is not checked for {versions} ({asked.why}): no Python here answers for that"


def _merged(named: tuple[Target, ...], declared: tuple[Target, ...]) -> tuple[Target, ...]:
    versions = {target.version for target in named}
    every = (*named, *(target for target in declared if target.version not in versions))
    return tuple(sorted(every, key=lambda target: target.version))


def _asked(archive: Archive, settings: Settings, own: Settings, where: Machine) -> Asked:
    declared = archive.declared
    if own.target_version and DECLARED not in settings.target_version:
        why = f"target-version in {archive.path}/{archive.top}pyproject.toml"
        versions = "||".join(f"=={version}.*" for version in own.target_version)
        return for_artifact(versions, why, where, all_of_them=True)
    return for_artifact(declared.requires, declared.why, where, all_of_them=DECLARED in settings.target_version)


def _own_settings(archive: Archive) -> tuple[Settings, tuple[str, ...]]:
    """The settings that a source distribution brings along, or why they are of no use."""
    if archive.settings is None:
        return Settings(), ()
    from ..config.own_table import settings_in

    try:
        values = settings_in(archive.settings, f"{archive.path}/{archive.top}pyproject.toml")
    except SettingsError as error:
        return Settings(), (f"{error.message}; its settings were not used",)
    names = ("target_version", "exclude", "expected_broken", "percent_scripts")
    return Settings(**{name: values[name] for name in names if name in values}), ()


def _chosen(
    archive: Archive, settings: Settings, own: Settings
) -> tuple[tuple[Readable, ...], dict[str, ExpectedBroken]]:
    """The sources of `archive` that are to be judged, and by their names those that are broken on purpose.

    Settings match a source by its whole name and by its path in the archive, those of its `own` by the latter.
    """
    excluded = _deciding("exclude", settings, settings.exclude, own.exclude, archive.top)
    kept = tuple(file for file in archive.sources if excluded(file) is None)
    listed = entries((*settings.expected_broken, *own.expected_broken))
    ours, theirs = (tuple(one.pattern for one in entries(each.expected_broken)) for each in (settings, own))
    expected = _deciding("expected-broken", settings, ours, theirs, archive.top)
    named = (*kept, *_cells_that_are_listed(kept, [one.pattern for one in listed]))
    found = ((display_name(file.path, file.member), expected(file)) for file in named)
    return kept, {name: listed[position] for name, position in found if position is not None}


def _cells_that_are_listed(files: Iterable[Readable], patterns: Iterable[str]) -> list[Readable]:
    """Each cell with a number that one of `patterns` ends with, of each notebook among `files`, before it is read."""
    numbers = {int(found[1]) for pattern in patterns if (found := _CELL.search(pattern))}
    return [
        Held(file.path, b"", display_name(file.member, None, number))
        for file in files
        if numbers and file.member and is_notebook(file)
        for number in sorted(numbers)
    ]


def _deciding(
    setting: str, settings: Settings, patterns: tuple[str, ...], own: tuple[str, ...], top: str
) -> Callable[[Readable], int | None]:
    """Which of `patterns` and `own` a source matches, by its position among both."""
    if not patterns and not own:
        return lambda _: None
    from ..sources.gitignore import deciding

    whole = deciding(patterns, settings.root, setting)
    inside, beside = deciding((*patterns, *own), ".", setting), deciding(patterns, ".", setting)

    def decides(file: Readable) -> int | None:
        by_name = whole(display_name(file.path, file.member))
        if by_name is not None or not file.member:
            return by_name
        return inside(file.member[len(top) :]) if file.member.startswith(top) else beside(file.member)

    return decides


def _together(batches: Iterable[_Batch]) -> Iterator[list[_Batch]]:
    """Archives about which the same is asked, as many as may be in memory at once."""
    waiting: list[_Batch] = []
    size = 0
    for batch in batches:
        if waiting and (batch.question != waiting[0].question or size + batch.size > TOGETHER):
            yield waiting
            waiting, size = [], 0
        waiting.append(batch)
        size += batch.size
    if waiting:
        yield waiting
