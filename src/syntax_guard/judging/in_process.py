"""Judges in this process what is safe here, and the rest in a process that may die."""

from __future__ import annotations

import os
import sys

from .judgement import PLAIN_CODINGS, Judgement, coding_of, hidden, judged, read, silent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..model import Source, Verdict
    from ..processes.worker import Answer
    from ..sources.readable import Readable
    from .judgement import Inquiry, Request
    from .workers import Workers

FEW = 8
"""Sources for which forked copies of this process, one each, are started sooner than a worker for all."""


ORDINARY_BYTES = 32 * 1024
"""Bytes of the largest source that is judged in this process. With a stack of 8 MiB, no chain of operators,
attributes, calls or clauses of that length brings down a CPython from 3.10 to 3.15 (``tests/chains.py``)."""
ORDINARY_DEPTH = 24
"""Brackets within brackets, likewise: early 3.10 took time exponential in unclosed ones."""
ORDINARY_LAMBDAS = 500
"""One in the other, they take time quadratic in their number, since the innermost is named."""
ORDINARY_COPIES = 1 << 20
"""Bytes that the compiler may see. Every way out of a ``try`` has its own copy of the body of ``finally``, and where
those are nested their copies multiply: 500 bytes can take 10 GB."""
_NO_FILE = os.devnull + "/source"
"""A name of no file, as the compile worker has one for the same reason. No answer holds it."""
_NOT_BRACKETS = bytes(range(256)).translate(None, b"()[]{}")


class InProcess:
    """The engine for a few small files: nothing has to start before they are judged."""

    def __init__(self, inquiry: Inquiry) -> None:
        self._inquiry = inquiry
        self._workers: Workers | None = None
        """For what is not safe here, and for other interpreters; None until there is such a source."""
        self._copied = 0
        """Sources that had a forked copy to themselves."""

    def judge(self, files: Sequence[Readable]) -> Iterator[Judgement]:
        """Yield a judgement of each of `files`."""
        try:
            for file in files:
                source = read(file, self._inquiry)
                yield source if isinstance(source, Judgement) else self._judge(file, source)
        finally:
            if self._workers is not None:
                self._workers.close()

    def _judge(self, file: Readable, source: Source) -> Judgement:
        inquiry = self._inquiry
        safe = ordinary(source.data)
        if not safe and self._is_valid_in_a_copy(source):
            digest = inquiry.digest(source.data) if inquiry.digest else b""
            return silent(file, source.stamp, digest, inquiry.targets)
        answers = {
            request.python: _answer(request, source) if safe and request.python is None else self._ask(place, source)
            for place, request in enumerate(inquiry.requests)
        }
        return judged(file, source, self._verdicts(answers, source), inquiry)

    def _ask(self, place: int, source: Source) -> Answer:
        if self._workers is None:
            from .workers import Workers

            self._workers = Workers(self._inquiry)
        return self._workers.ask(place, [source])[0]

    def _verdicts(self, answers: dict[str | None, Answer], source: Source) -> tuple[Verdict, ...]:
        unseen = hidden(source.data)
        if not unseen and not any(answers.values()):  # most commits end here
            from ..model import VALID

            return (VALID,) * len(self._inquiry.targets)
        from .verdicts import verdicts

        return verdicts(answers, source.data, unseen, self._inquiry.targets)

    def _is_valid_in_a_copy(self, source: Source) -> bool:
        if self._copied >= FEW:
            return False
        from .prefilter import can_prefilter, is_valid

        if not can_prefilter(self._inquiry):
            return False
        self._copied += 1
        return is_valid(source, self._inquiry)


def _answer(request: Request, source: Source) -> Answer:
    """What this interpreter answers to `request` about `source`."""
    if request.floor is None and not request.writes and is_silent(source.data):
        return None
    return request.judge()(request.body(source))


def is_silent(data: bytes) -> bool:
    """Whether `data` is known to compile without a warning, in a process that has not imported ``warnings``.

    To import that takes longer than to judge a small file. Until then CPython has its filters in a list of its own;
    while the first of them makes errors of warnings, what compiles has none. Other threads would see that filter.
    """
    plain = sys.implementation.name == "cpython" and sys.modules.keys().isdisjoint(("warnings", "threading"))
    digits = getattr(sys.int_info, "default_max_str_digits", None)
    if not plain or (digits is not None and sys.get_int_max_str_digits() != digits):
        return False
    import _warnings

    filters = _warnings.filters
    filters.insert(0, ("error", None, Warning, None, 0))
    try:
        compile(data, _NO_FILE, "exec", 0, True, 0)
    except Exception:  # noqa: BLE001 - whatever it is, it is asked for again, and heard
        return False
    finally:
        del filters[0]
    return True


def ordinary(data: bytes) -> bool:
    """Whether `data` may be judged in this process: no cheap sign says that it could bring an interpreter down.

    A thread may have a stack of 128 KiB (musl), so nothing is ordinary outside the main one.
    """
    threading = sys.modules.get("threading")
    if len(data) > ORDINARY_BYTES or (threading and threading.current_thread() is not threading.main_thread()):
        return False
    coding = coding_of(data)
    if coding and coding.lower().replace("_", "-") not in PLAIN_CODINGS:
        return False
    if data.count(b"lambda") > ORDINARY_LAMBDAS or (b"finally" in data and _copies(data) > ORDINARY_COPIES):
        return False
    brackets = data.translate(None, _NOT_BRACKETS)
    for _ in range(ORDINARY_DEPTH // 2):
        if not brackets:
            return True
        brackets = brackets.replace(b"()", b"").replace(b"[]", b"").replace(b"{}", b"")
    return len(brackets) <= ORDINARY_DEPTH // 2


def _copies(data: bytes) -> int:
    """An upper bound of the bytes that the compiler sees of `data`: a body of ``finally`` counts for each way into it.

    Clauses within clauses stand deeper, so that there are at most as many levels as there are indentations.
    """
    lines = data.replace(b"\r", b"\n")
    before = [piece.rpartition(b"\n")[2] for piece in lines.split(b"finally")[:-1]]
    levels = len({indentation for indentation in before if not indentation.strip()})
    if b"\\\n" in lines:  # a line that goes on may start anywhere
        levels = len(before)
    exits = sum(data.count(word) for word in (b"return", b"break", b"continue"))
    copies: int = (exits + 2) ** min(levels, 20)  # twenty alone are more than ORDINARY_COPIES
    return len(data) * copies
