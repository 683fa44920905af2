"""The files that a commit changes, as pre-commit names them: on the disk, and in git's index where that differs."""

from __future__ import annotations

import os

from ..config.settings import may_declare
from ..run import Run
from ..sources import named
from ..sources.file_types import ALL_KINDS
from ..targets.rules import saying
from ..targets.rules_over import one_for_all, projects_over

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..config.settings import Settings
    from ..model import Result
    from ..sources.index_bytes import IndexBytes
    from ..sources.staged_index import Entry, Index
    from ..sources.staged_links import StagedLinks
    from ..targets.rules import Rules


def check_for_hook(names: Sequence[str], settings: Settings) -> Result:
    """Ask about staged files of any kind. What is not Python is left out, and nothing is no error.

    If declarations among them change which Pythons a project asks, its other files are judged for the new targets too.
    If attributes of git among them change how files are checked out, those files are judged as git would write them.
    If the commit ends a merge, all that it changes is judged: pre-commit names what differs from both sides alone.

    Args:
        names: The files, as paths from the current folder.
        settings: Flags and variables.

    Returns:
        The findings and the counts.

    Raises:
        GitError: Git fails.
        SettingsError: A setting cannot be used.
        TargetError: A target has no interpreter.
    """
    from ..sources.index_bytes import index_here

    top, content, merges = index_here()
    linked: list[Entry] = []
    links: StagedLinks | None = None
    if top and (not content or content.may_hold_links()):
        from ..sources.links_apart import links_apart

        names, linked, links = links_apart(names, top, content)
    if not (linked or merges or any(name.endswith(".gitattributes") for name in names)):
        return _check_named(names, settings, links, top, content)
    from ..sources.reattributed import reattributed_here
    from ..sources.staged_index import Index

    absent: Sequence[str] = ()
    with Index(os.curdir) as index:
        if merges:
            from ..sources.merging import with_merged

            names, absent = with_merged(names, index)
        linked += reattributed_here(index, [*names, *absent], run_filters=settings.run_filters)
        return _check_named(names, settings, links, top, content, linked, index, absent)


def _check_named(
    names: Sequence[str], settings: Settings, links: StagedLinks | None, top: str | None, content: IndexBytes,
    again: Sequence[Entry] = (), index: Index | None = None, absent: Sequence[str] = (),
) -> Result:  # fmt: skip
    """As `check_for_hook`, where `content` is the index of the work tree `top`, and `links` are those in it. The commit
    also changes files that are `absent` from the disk. What is to be judged `again` is taken from the `index`."""
    from ..sources.index_bytes import unlooked

    if links:
        from ..sources.links_to import links_to

        names = [*names, *links_to([*names, *absent], links, may_declare)]
    changed = [*names, *absent]
    asked = [*names, *(entry.path for entry in again)]
    gone = [os.curdir] if any(map(may_declare, absent)) else []  # a folder may declare something
    by_project = projects_over([*asked, *gone], settings, content)
    by_file: Rules = by_project or one_for_all(settings)
    more: list[Entry] = []
    if by_project and (declaring := by_project.among(changed)):
        from ..targets.by_change import changed_on_disk

        by_file, more = changed_on_disk(by_project, asked, declaring)
    on_disk, apart = _parted(more, top, content) if more else ([], [])
    run = Run(settings, by_file)
    selection = named.select_for_hook([*names, *on_disk], by_file.excludes, ALL_KINDS, saying(by_file))
    if top and (hidden := unlooked(changed, top, content)):
        from ..sources.staged import besides_disk

        selection.files.extend(besides_disk(hidden, top, by_file.excludes, ALL_KINDS))
    if not (again or apart):
        return run.judge(run.wanted(selection))
    from contextlib import nullcontext

    from ..sources.reattributed import add_besides
    from ..sources.staged import staged
    from ..sources.staged_index import Index

    with nullcontext(index) if index else Index(os.curdir) as opened:
        entries = [*again, *apart]
        in_index = staged(opened, entries, by_file.excludes, ALL_KINDS, run_filters=settings.run_filters)
        add_besides(selection, names, in_index)
        return run.judge(run.wanted(selection))


def _parted(entries: Sequence[Entry], top: str | None, content: IndexBytes) -> tuple[list[str], list[Entry]]:
    """The paths of those of the `entries` that the disk shows as the index has them, and the others: git does not look
    at their disk, as the `content` of the index says, or nothing is there, as in a sparse checkout."""
    from ..sources.index_bytes import unlooked

    hidden = set(unlooked([entry.path for entry in entries], top, content))
    apart = [entry for entry in entries if entry.path in hidden or not os.path.lexists(entry.path)]
    hidden.update(entry.path for entry in apart)
    return [entry.path for entry in entries if entry.path not in hidden], apart
