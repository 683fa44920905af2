"""A first look: which sources are plainly green, as copies of this process find.

That is fast, since a copy reads, recalls and compiles by itself and has little to tell. And it is safe, since it can
only say yes: whatever a copy doubts, cannot read or dies of is left to `judge`, which looks at it as carefully as ever.
"""

from __future__ import annotations

from ._probe import address_space, become_judge, limited
from .copies import safe, shared
from .model import Source
from .questions import has_standard_coding, unseen
from .reading import UnreadableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from .cache import Cache
    from .questions import Question
    from .reading import File

SECONDS = 1
"""CPU time that a source may take here; a copy is ended within two more (see ``_probe.limited``)."""
_GREEN, _DOUBTED = b"+", b""


def can_skim(asked: Sequence[Question], seconds: float) -> bool:
    """Whether copies may answer what is `asked` about sources that have `seconds` each."""
    return len(asked) == 1 and asked[0].python is None and seconds >= SECONDS + 2 and safe()


def skim(
    files: Sequence[File], question: Question, cache: Cache | None, memory: int, copies: int
) -> Iterator[tuple[int, bool]]:
    """Yield the place in `files` of each that is green, and whether `cache` knew it; of all others nothing is said.

    So many `copies` take them in order; each may use `memory` bytes of address space (0: any) beyond this process's.
    """

    def look(judge: Callable[[bytes], Any], file: File) -> bytes:
        try:
            data = file.read()
        except UnreadableError:
            return _DOUBTED
        digest = b"" if cache is None else cache.digest(file, data)
        if cache is not None and cache.knows(file, digest):
            return _GREEN + digest
        if cache is not None and cache.is_warned(digest):
            return _DOUBTED
        asked = question.asks(Source(file.name, data, file.mark)) if question.writes else data
        return _GREEN + digest if _accepts(judge, asked, data) else _DOUBTED

    def begin() -> Callable[[int], bytes]:
        judge = _become_judge(question, memory)
        return lambda place: look(judge, files[place])

    for place, answer in shared(begin, len(files), copies):
        if not answer:
            continue
        file, digest = files[place], answer[len(_GREEN) :]
        known = cache is not None and cache.knows(file, digest)
        if cache is not None and not known:
            cache.expect(file, digest)
        yield place, known


def is_green(source: Source, question: Question, memory: int) -> bool:
    """Whether `source` is plainly green; false where a copy does not know, or dies of it."""

    def begin() -> Callable[[int], bytes]:
        judge = _become_judge(question, memory)
        return lambda _: _GREEN if _accepts(judge, question.asks(source), source.data) else _DOUBTED

    return any(answer for _, answer in shared(begin, 1, 1))


def _become_judge(question: Question, memory: int) -> Callable[[bytes], Any]:
    become_judge()
    return limited(question.judge(), SECONDS, memory and memory + address_space())


def _accepts(judge: Callable[[bytes], Any], asked: bytes, data: bytes) -> bool:
    """Whether `judge` has nothing to say to what it is `asked` about a source, nor anybody to its bytes, `data`."""
    return has_standard_coding(data) and not judge(asked) and not unseen(data)
