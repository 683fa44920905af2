"""The gate after an installation: the files of every distribution of an environment, by that environment's Python."""

from __future__ import annotations

import os

from ..check import check_search, check_selection
from ..config.expected import entries
from ..config.settings import Settings
from ..errors import SourcesError, TargetError
from ..sources import installed
from ..sources.installed_zips import select_in
from ..sources.path_files import added_folders, added_zips
from ..targets.environments import environment
from ..targets.machine import machine_of
from ..targets.resolve import located, resolve
from ..targets.same_for_all import same_for_all
from .allowed import let_pass, with_owners
from .joined import joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..config.expected import ExpectedBroken
    from ..model import Result
    from ..sources.installed import Distribution
    from ..sources.selection import Selection
    from ..targets.environments import Environment


def check_installed(names: Iterable[str], settings: Settings) -> Result:
    """Ask about the distributions called `names`, or all, of an environment: that of ``settings.python``, or this one.

    Its own interpreter is asked, or each version of ``target_version`` in `settings`.

    Returns:
        The findings and the counts.

    Raises:
        SourcesError: A distribution is not installed, or none is; or there is no Python file.
        SettingsError: A setting cannot be used.
        TargetError: An interpreter cannot be asked.
    """
    if len(settings.python) > 1:
        raise TargetError("--installed asks about one environment", "name one interpreter with --python")
    pythons = () if settings.target_version else settings.python
    targets = resolve(settings.target_version, pythons, None, machine_of(settings))
    python = settings.python[0] if settings.python else None
    place = environment(located(python, machine_of(settings).environ, settings.setting("python")) if python else None)
    added = added_folders(place.folders)
    zips = added_zips(place.folders)
    found = installed.distributions([*place.folders, *added], zips)
    chosen = _chosen(list(names), found)
    if not found:
        raise SourcesError(f"nothing is installed in {' and '.join(place.folders) or place.within[0]}",
                           "name the interpreter of the environment with --python")  # fmt: skip
    ours = {"write_bytecode": False, "trust_bytecode": False, "requires_python": None}
    judged = Settings(**{**vars(settings), **ours})
    decided = _deciding("exclude", judged, judged.exclude, place)

    def excluded(path: str) -> bool:
        return decided(path) is not None

    by_file = same_for_all(judged, ".", targets, _expected(judged, place))
    if chosen:
        others = [one for one in chosen if not one.is_zip]
        selection, without = installed.select_of(others, excluded, place.within)
        if len(without) == len(chosen):
            raise _nothing(" and ".join(one.label for one in without), "look at what was built, or name others")
        result = check_selection(selection, judged, by_file)
        notes = (f"{one.label} has no Python file" for one in without)
        result = result.evolve(notices=(*result.notices, *notes))
    else:
        question = ("installed", place.folders, added, judged.root, judged.exclude, judged.expected_broken,
                    judged.percent_scripts)  # fmt: skip

        def search() -> Selection:
            return installed.search(place.folders, added, excluded, place.within)

        result = check_search(search, question, judged, by_file)
    eggs = [one.info for one in chosen or found if one.is_zip]
    for zip_file in dict.fromkeys(eggs if chosen else [*eggs, *zips]):
        inside = check_selection(select_in(zip_file, excluded), judged, by_file)
        result = joined([result, inside], result.summary.seconds + inside.summary.seconds)
    if not (chosen or result.summary.checked):
        raise _nothing(" and ".join(place.folders), "name other distributions, or exclude less")
    if not result.diagnostics:
        return result
    owner = installed.owners(found, place.within, {one.path for one in result.diagnostics})
    return let_pass(with_owners(result, owner), settings.allow_broken)


def _nothing(where: str, hint: str) -> SourcesError:
    return SourcesError(f"no Python file to check was found in {where}", hint)


def _chosen(names: list[str], found: list[Distribution]) -> list[Distribution]:
    by_key = {one.key: one for one in found}
    chosen = []
    for name in names:
        one = by_key.get(installed.normalized(name))
        if one is None:
            from ..config.near import nearest

            near = nearest(name, tuple(by_key))
            hint = f"did you mean {near}?" if near else "names are those that `pip list` shows"
            raise SourcesError(f"no distribution called {name!r} is installed here", hint)
        chosen.append(one)
    return chosen


def _expected(settings: Settings, place: Environment) -> Callable[[str], ExpectedBroken | None] | None:
    listed = entries(settings.expected_broken)
    if not listed:
        return None
    decides = _deciding("expected-broken", settings, tuple(one.pattern for one in listed), place)

    def expected(path: str) -> ExpectedBroken | None:
        position = decides(path)
        return None if position is None else listed[position]

    return expected


def _deciding(
    setting: str, settings: Settings, patterns: tuple[str, ...], place: Environment
) -> Callable[[str], int | None]:
    """Which of `patterns` a path matches, by its position, as it is or from its ``site-packages`` on."""
    if not patterns:
        return lambda _: None
    from ..sources.gitignore import deciding

    whole, inside = deciding(patterns, settings.root, setting), deciding(patterns, ".", setting)

    def decides(path: str) -> int | None:
        by_path = whole(path)
        folder = next((one for one in place.folders if path.startswith(os.path.join(one, ""))), None)
        below = path[len(os.path.join(folder, "")) :] if folder and by_path is None else ""
        return inside(below) if below else by_path

    return decides
