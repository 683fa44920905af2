"""The notebooks of a run: those that are valid as a whole, which is remembered, and the cells of the others."""

from __future__ import annotations

from ..judging.judgement import Inquiry, requests
from ..judging.whole_notebooks import whole_notebooks
from ..sources.file_types import is_notebook
from ..sources.notebooks.readables import in_other_languages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..judging.judgement import Judgement, Limits
    from ..model import Skipped, Target
    from ..sources.readable import Readable
    from .run_cache import RunCache


class Notebooks:
    """What became of the notebooks of one run: `whole` for those that are valid, then `taken_apart`."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.cells = 0
        """How many cells there are."""
        self.known = 0
        """Notebooks that needed no judging."""
        self.unread = 0
        """Notebooks that are in another language, as a whole."""
        self.skipped: list[Skipped] = []
        """These, and the cells in other languages of the others."""

    def whole(
        self,
        targets: tuple[Target, ...],
        files: Sequence[Readable],
        memory: RunCache | None,
        defers: Callable[[bytes], bool] | None,
    ) -> Iterator[Judgement]:
        """Judge notebooks as a whole: those in whose cells the targets find nothing.

        Args:
            targets: What is asked.
            files: Files of any kind.
            memory: What is known already; None for nothing.
            defers: That of an `Inquiry`.

        Yields:
            The judgement of each such notebook. The others are left.
        """
        known = memory.notebooks(targets) if memory else None
        inquiry = Inquiry(targets, requests(targets), self._limits, known.digest if known else None, defers)
        for one in whole_notebooks(files, inquiry, known.knows() if known else lambda _: False):
            self.cells += one.cells
            self.skipped += in_other_languages(one.judgement.file, one.others)
            self.known += one.is_known
            if known and not one.is_known:
                known.learn(one.judgement)
            yield one.judgement

    def taken_apart(self, files: Sequence[Readable]) -> Sequence[Readable]:
        """`files` with the cells of each notebook in its place."""
        if not any(map(is_notebook, files)):
            return files
        from ..judging.notebooks import with_cells

        cells = with_cells(files, self._limits)
        self.cells += cells.count
        self.unread += cells.unread
        self.skipped += cells.skipped
        return cells.files

    def of_scripts(self, files: Sequence[Readable]) -> Sequence[Readable]:
        """What is to be judged of `files`, which the settings call percent scripts."""
        from ..judging.notebooks import with_cells

        cells = with_cells(files, self._limits, scripts=True)
        self.skipped += cells.skipped
        return cells.files
