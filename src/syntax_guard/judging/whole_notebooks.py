"""Judges notebooks as a whole in forked copies of this process, which find those with nothing but valid cells.

As in `prefilter`, a copy can only say yes. It reads, prepares and compiles by itself, and tells how many cells there
are. Of any other notebook the cells are taken out and judged one by one (see `notebooks`).
"""

from __future__ import annotations

from ..model import Record
from ..processes._compile_worker import address_space, become_judge, limited
from ..processes.fork_pool import shared
from ..processes.resources import affordable, available
from ..sources.notebooks.cells import prepare
from ..sources.readers import File, UnreadableError
from .judgement import silent
from .prefilter import SECONDS, can_prefilter, is_accepted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..sources.readable import Readable
    from .judgement import Inquiry, Judgement

COPY_BYTES = 64 * 1024
"""Bytes of notebooks from which on two forked copies are faster than workers, and that are worth one more."""
MOST_OTHERS = 30
"""Cells in other languages that one answer has room for."""
_DOUBTED = b""
_VALID, _KNOWN = b"+", b"="
_NUMBER_BYTES = 4
_HEAD_BYTES = 1 + 2 * _NUMBER_BYTES


class WholeNotebook(Record):
    """A notebook whose cells are valid, or in other languages."""

    judgement: Judgement
    cells: int
    """How many cells are valid."""
    others: tuple[int, ...]
    """The numbers of those in other languages."""
    is_known: bool
    """Whether that was known of its bytes."""


def whole_notebooks(
    files: Sequence[Readable], inquiry: Inquiry, knows: Callable[[bytes], bool]
) -> Iterator[WholeNotebook]:
    """Find the notebooks whose cells all pass without any finding.

    Args:
        files: Files. Only notebooks of the file system are looked at.
        inquiry: What is asked.
        knows: Tells by the digest of a notebook (see `Inquiry.digest`) whether that is known of it.

    Yields:
        These notebooks.
    """
    mine = sorted((file for file in files if isinstance(file, File)), key=lambda file: file.size, reverse=True)
    jobs = min(inquiry.limits.jobs or available(), sum(file.size for file in mine) // COPY_BYTES + 1)
    if len(mine) < 2 or jobs < 2 or not can_prefilter(inquiry):
        return
    for place, answer in shared(lambda: _begin(mine, inquiry, knows), len(mine), jobs):
        if answer:
            yield _understood(mine[place], inquiry, answer)


def _begin(files: Sequence[File], inquiry: Inquiry, knows: Callable[[bytes], bool]) -> Callable[[int], bytes]:
    """What a copy answers to the place of a notebook in `files`."""
    become_judge()
    memory = affordable(inquiry.limits.memory)
    judge = limited(lambda data: _answer(data, inquiry, knows), SECONDS, memory and memory + address_space())

    def look(place: int) -> bytes:
        try:
            said: bytes = judge(files[place].read())
        except (UnreadableError, RecursionError, MemoryError):
            return _DOUBTED
        return said

    return look


def _answer(data: bytes, inquiry: Inquiry, knows: Callable[[bytes], bool]) -> bytes:
    """What to tell of the notebook that `data` holds."""
    prepared = prepare(data)
    if prepared.language is not None or len(prepared.others) > MOST_OTHERS:
        return _DOUBTED
    digest = inquiry.digest(data) if inquiry.digest else b""
    is_known = bool(digest) and knows(digest)
    if not is_known:
        judge = inquiry.requests[0].judge()
        defers = inquiry.defers
        for cell in prepared.cells:
            if (defers and defers(cell.data)) or not is_accepted(cell.data, cell.data, judge):
                return _DOUBTED
    numbers = (len(prepared.cells), len(prepared.others), *prepared.others)
    told = b"".join([number.to_bytes(_NUMBER_BYTES, "big") for number in numbers])
    return (_KNOWN if is_known else _VALID) + told + digest


def _understood(file: File, inquiry: Inquiry, answer: bytes) -> WholeNotebook:
    cells, count = _numbers(answer[1:_HEAD_BYTES])
    end = _HEAD_BYTES + count * _NUMBER_BYTES
    judgement = silent(file, None, answer[end:], inquiry.targets)
    return WholeNotebook(judgement, cells, _numbers(answer[_HEAD_BYTES:end]), answer[:1] == _KNOWN)


def _numbers(data: bytes) -> tuple[int, ...]:
    places = range(0, len(data), _NUMBER_BYTES)
    return tuple(int.from_bytes(data[start : start + _NUMBER_BYTES], "big") for start in places)
