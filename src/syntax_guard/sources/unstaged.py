"""Settings and declarations that a person has changed and not staged: a check of the index does not read them."""

from __future__ import annotations

from ..config.settings import BASELINE_LIMIT, SPEAKING
from .work_tree import work_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..model import Result
    from .staged import StagedTree
    from .work_tree import WorkTree


def with_unstaged(result: Result, tree: StagedTree, top: str) -> Result:
    """Note what may puzzle a person whose commit is refused.

    Args:
        result: What came of the staged files.
        tree: The index.
        top: The top of the work tree.

    Returns:
        The result, with a note for each file above a finding that says something else in the work tree.
    """
    changed = _changed(tree, work_tree(top, for_commit=True), {one.path for one in result.diagnostics})
    notes = (
        f"{name} has changes that are not staged; what is staged counts (git add {name})"
        for name in map(tree.called, changed)
    )
    return result.evolve(notices=(*result.notices, *notes))


def _changed(index: StagedTree, disk: WorkTree, paths: Iterable[str]) -> Iterator[str]:
    folders = {""}
    for path in paths:
        while (path := path.rpartition("/")[0]) and path not in folders:
            folders.add(path)
    most = BASELINE_LIMIT + 1
    for folder in sorted(folders):
        for name in SPEAKING:
            path = f"{folder}/{name}".lstrip("/")
            if _lines(disk.start(path, most)) != _lines(index.start(path, most)):
                yield path
    yield from disk.untracked


def _lines(content: bytes | None) -> bytes | None:
    """`content` with the ends of lines that git stores."""
    return content and content.replace(b"\r\n", b"\n")
