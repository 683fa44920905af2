"""What a run says of bytecode that could not be written, which changes no verdict."""

from __future__ import annotations

from ..model import Verdict
from .bytecode import UNWRITTEN
from .judgement import Judgement, judged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .judgement import Inquiry


class Unwritten:
    """Counts the files whose code could not be written, and keeps the first reason."""

    def __init__(self) -> None:
        self._count = 0
        self._reason = ""

    @property
    def notices(self) -> tuple[str, ...]:
        """One line if the code of a file could not be written."""
        if not self._count:
            return ()
        files = "1 file" if self._count == 1 else f"{self._count} files"
        return (f"--write-bytecode: no bytecode was written for {files} ({self._reason})",)

    def taken_out(self, judgements: Iterable[Judgement], inquiry: Inquiry) -> Iterator[Judgement]:
        """`judgements` of `inquiry` without the warnings that say that code could not be written."""
        for judgement in judgements:
            reasons = [one.message for said in judgement.verdicts for one in said.warnings if one.kind == UNWRITTEN]
            if not reasons:
                yield judgement
                continue
            self._count += 1
            self._reason = self._reason or reasons[0]
            verdicts = tuple(
                Verdict(said.outcome, said.error, tuple(one for one in said.warnings if one.kind != UNWRITTEN))
                for said in judgement.verdicts
            )
            yield judged(judgement.file, judgement.source, verdicts, inquiry)
