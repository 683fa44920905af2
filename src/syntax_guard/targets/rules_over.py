"""Which rules count for a run: the same for all files, or each file's by its project."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..config.settings import Settings
    from ..sources.index_bytes import IndexBytes
    from .by_project import ByProject
    from .rules import Rules


def rules_over(paths: Sequence[str], settings: Settings) -> Rules:
    """The rules by `settings` for a run over `paths`."""
    return projects_over(paths, settings) or one_for_all(settings)


def one_for_all(settings: Settings) -> Rules:
    """The rules where `settings` speak for every file."""
    from .same_for_all import same_for_all

    return same_for_all(settings)


def projects_over(paths: Sequence[str], settings: Settings, index: IndexBytes | None = None) -> ByProject | None:
    """The rules by project for a run over `paths`; None where no project says anything, or `settings` hear none.

    Where a hook gives `index`, its bytes, what is deleted alone is no matter."""
    from ..sources.index_bytes import declares_unseen, something_declares

    if not settings.projects or not (something_declares(paths) or declares_unseen(index)):
        return None
    from .by_project import ByProject
    from .machine import machine_of

    by_project = ByProject(settings, machine_of(settings), paths)
    by_project.asked, by_project.index = paths if index is None else (), index
    return by_project
