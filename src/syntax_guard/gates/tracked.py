"""What git tracks of a work tree, judged as it stands on the disk."""

from __future__ import annotations

from ..run import Run
from ..sources import named
from ..sources.empty_search import nothing_to_check
from ..sources.file_types import ALL_KINDS
from ..sources.tracked import tracked
from ..targets.rules import saying
from ..targets.rules_over import rules_over

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..config.settings import Settings
    from ..model import Result


def check_tracked(paths: Sequence[str], settings: Settings) -> Result:
    """Ask about the files that git tracks, as the work tree holds them.

    Args:
        paths: What lies at and below these is asked about.
        settings: Flags and variables.

    Returns:
        The findings and the counts.

    Raises:
        GitError: This is no repository, or git fails.
    """
    found = tracked(paths)
    run = Run(settings, rules_over(found.files, settings))
    selection = run.wanted(named.select_for_hook(found.files, run.rules.excludes, ALL_KINDS, saying(run.rules)))
    selection.skipped += found.skipped
    if not selection.files:
        raise nothing_to_check(selection, paths)
    return run.judge(selection)
