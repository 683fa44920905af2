"""The baselines above files, where nothing else is asked of their projects: those of an archive or an application."""

from __future__ import annotations

from .by_project import ByProject
from .machine import machine_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..config.settings import Settings
    from .rules import Allowance, Allowances


class Nearest:
    """The baselines above files anywhere on disk, where nothing else is asked of those folders."""

    def __init__(self, projects: ByProject) -> None:
        self._projects = projects

    def of(self, path: str, member: str | None, cell: int | None) -> tuple[Allowance, ...]:
        """The entries of a source. Raises `SettingsError` for a baseline that cannot be used."""
        above = self._projects.baselines_of(path)
        return above.of(path, member, cell) if above else ()


def nearest_baselines(settings: Settings, paths: Sequence[str] = ()) -> Allowances | None:
    """The baselines above each file where `settings` read projects, up to the folders `paths` outside of a repository.

    None where no project is read.
    """
    if not settings.projects:
        return None
    asks_nothing = {"target_version": (), "python": (), "overrides": frozenset({"target_version"})}
    return Nearest(ByProject(type(settings)(**{**vars(settings), **asks_nothing}), machine_of(settings), paths))
