"""Judges in forked copies of this process, which find what is plainly valid and leave everything else to others.

That is fast, since a copy reads, hashes and compiles by itself and has little to tell. And it is safe, since it can
only say yes: what a copy doubts, cannot read or dies of is judged by the next engine as carefully as ever.
"""

from __future__ import annotations

from struct import Struct, error

from ..model import UNKNOWN, Source
from ..processes._compile_worker import address_space, become_judge, limited
from ..processes.fork_pool import safe, shared
from ..processes.resources import affordable
from ..sources.readers import File, UnreadableError
from ..storage.packed import STAMP
from .judgement import PLAIN_CODINGS, coding_of, hidden, silent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from ..model import Stamp
    from ..sources.readable import Readable
    from .judgement import Engine, Inquiry, Judgement

SECONDS = 1
"""CPU time that a source may take here; a copy is ended within two more (see ``_compile_worker.limited``)."""
_DOUBTED = b""
_VALID = b"+"
_STAMP = Struct(STAMP)


def can_prefilter(inquiry: Inquiry) -> bool:
    """Whether forked copies can tell what is valid: this interpreter alone is asked, and copying it is safe."""
    (first, *others) = inquiry.requests
    return not others and first.python is None and inquiry.limits.seconds >= SECONDS + 2 and safe()


class InCopies:
    """The engine for a tree of files on disk; `rest` says which engine judges what the copies leave."""

    def __init__(self, inquiry: Inquiry, jobs: int, rest: Callable[[Sequence[Readable]], Engine]) -> None:
        self._inquiry = inquiry
        self._jobs = jobs
        self._rest = rest

    def judge(self, files: Sequence[Readable]) -> Iterator[Judgement]:
        """Yield a judgement of each of `files`, first of those that are plainly valid."""
        mine = [file for file in files if isinstance(file, File)]  # what is on disk can be read by several at once
        targets = self._inquiry.targets
        valid = set()
        for place, answer in shared(lambda: self._begin(mine), len(mine), self._jobs):
            if answer:
                file = mine[place]
                valid.add(file)
                yield silent(file, _STAMP.unpack_from(answer, 1), answer[1 + _STAMP.size :], targets)
        left = [file for file in files if file not in valid]
        yield from self._rest(left).judge(left)

    def _begin(self, files: Sequence[File]) -> Callable[[int], bytes]:
        """What a copy answers to the place of a file in `files`."""
        inquiry = self._inquiry
        judge = _become_judge(inquiry)

        def look(place: int) -> bytes:
            file = files[place]
            try:
                data, stamp = file.read_stamped()
            except UnreadableError:
                return _DOUBTED
            if inquiry.defers is not None and inquiry.defers(data):
                return _DOUBTED
            if not _accepts(judge, inquiry, Source(file.path, data, stamp)):
                return _DOUBTED
            digest = inquiry.digest(data) if inquiry.digest else b""
            return _VALID + _packed(stamp) + digest

        return look


def is_valid(source: Source, inquiry: Inquiry) -> bool:
    """Whether `source` is plainly valid; false where a forked copy does not know, or dies of it."""

    def begin() -> Callable[[int], bytes]:
        judge = _become_judge(inquiry)
        return lambda _: _VALID if _accepts(judge, inquiry, source) else _DOUBTED

    return any(answer for _, answer in shared(begin, 1, 1))


def _become_judge(inquiry: Inquiry) -> Callable[[bytes], Any]:
    become_judge()
    memory = affordable(inquiry.limits.memory)
    return limited(inquiry.requests[0].judge(), SECONDS, memory and memory + address_space())


def _accepts(judge: Callable[[bytes], Any], inquiry: Inquiry, source: Source) -> bool:
    """Whether `judge` has nothing to say to `source`, and nothing in it misleads a reader."""
    return is_accepted(source.data, inquiry.requests[0].body(source), judge)


def is_accepted(data: bytes, body: bytes, judge: Callable[[bytes], Any]) -> bool:
    """Whether `judge` has nothing to say to `body`, made of the source `data`, and `data` misleads no reader."""
    return _has_standard_coding(data) and not judge(body) and not hidden(data)


def _packed(stamp: Stamp) -> bytes:
    try:
        return _STAMP.pack(*stamp)
    except error:  # a time beyond 64 bits
        return _STAMP.pack(*UNKNOWN)


def _has_standard_coding(data: bytes) -> bool:
    """Whether `data` is in a coding of the standard library, not in one that a package brought into this process."""
    coding = coding_of(data)
    if not coding or coding in PLAIN_CODINGS:
        return True
    import codecs

    try:
        decoder = codecs.lookup(coding).incrementaldecoder
    except LookupError:
        return False
    return getattr(decoder, "__module__", "").startswith("encodings.")
