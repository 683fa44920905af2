"""What the baselines above a file say of it."""

from __future__ import annotations

import posixpath

from ..model import Record
from .rules import Allowance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..config.baseline import Baseline


class Baselines(Record):
    """Those that count for the files of one folder."""

    folder: str
    """The folder, relative to the top of its tree."""
    baselines: tuple[Baseline, ...]

    def of(self, path: str, member: str | None, cell: int | None) -> tuple[Allowance, ...]:
        """The entries of a source in the folder."""
        name = posixpath.join(self.folder, path.rpartition("/")[2])
        return tuple(
            Allowance(baseline, entry)
            for baseline in self.baselines
            for entry in baseline.of(name[len(baseline.folder) + 1 :] if baseline.folder else name, member, cell)
        )
