"""What the next commit adds or changes, as git's index holds it."""

from __future__ import annotations

import os

from ..config.settings import may_declare
from ..run import Run
from ..sources.file_types import ALL_KINDS
from ..sources.staged import StagedTree, staged
from ..sources.staged_links import StagedLinks
from ..targets.same_for_all import same_for_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..config.settings import Settings
    from ..model import Result
    from ..sources.staged_index import Index
    from ..targets.rules import Rules


def check_staged(index: Index, settings: Settings) -> Result:
    """Ask about what the next commit of a repository adds or changes.

    Args:
        index: The git index of the repository.
        settings: Flags and variables. What the project declares is read as it is staged.

    Returns:
        The findings and the counts. Paths are relative to the current folder.

    Raises:
        GitError: This is no repository, or git fails.
        SettingsError: A staged table of ours cannot be used.
        TargetError: A target has no interpreter.
    """
    top = index.top()
    links = StagedLinks(top, index.file, index.may_hold_links())
    entries = links.among(index.staged(), may_declare)
    changed = [*(entry.path for entry in entries), *index.removed]
    if any(path.endswith(".gitattributes") for path in changed):
        from ..sources.reattributed import reattributed

        entries += reattributed(index, links, changed, run_filters=settings.run_filters)
    paths = [entry.path for entry in entries]
    tree = StagedTree(index, top, links, paths)
    if settings.projects and (any(map(may_declare, changed)) or tree.declares()):
        from ..targets.by_project import ByProject
        from ..targets.machine import machine_of

        by_file: Rules
        by_file = by_project = ByProject(settings, machine_of(settings), (), tree)
        if declaring := by_project.among(changed):
            from ..targets.by_change import changed_in_index

            by_file, more = changed_in_index(by_project, top, entries, declaring)
            entries += more
    else:
        by_file = same_for_all(settings, top, here=os.curdir)
    run = Run(settings, by_file)
    selection = staged(index, entries, by_file.excludes, ALL_KINDS, run_filters=settings.run_filters)
    result = run.judge(run.wanted(selection)).evolve(root=top)
    if not result.ok and settings.projects:
        from ..sources.unstaged import with_unstaged

        result = with_unstaged(result, tree, top)
    if os.path.samefile(top, os.curdir):
        return result
    from ..sources.from_here import seen_from_here  # rarely: git starts its hooks at the top

    return seen_from_here(result, top)
