"""`syntax-guard stream`: JSON lines in, JSON lines out, for corpora and other programs."""

from __future__ import annotations

import os
import sys
import threading

from ...errors import UsageError
from ...reports.json import diagnostic_object
from ...reports.neutral import json_document
from ...stream import SourceResult, Stream, batches
from ..exit_codes import OK, RED
from ..held_settings import loaded
from ..json_requests import lines_together
from ..output import waiting_for, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO

    from ..json_requests import Line
    from ..parser import Parser
    from ..verbs import Parse

_SEND = "send it the sources, a line of JSON each"
DESCRIPTION = (
    "Judge the sources in the lines of standard input, each a JSON object: "
    '{"id": 1, "name": "a.py", "source": "x = 1\\n"}, or "base64" for "source". '
    "Each gets its answer as a line of JSON, in the same order, as soon as it is there."
)


def add_arguments(verb: Parser) -> None:
    """What `stream` takes."""
    verb.add_settings(("target-version", "python", "jobs", "time-limit", "memory-limit", "warnings"))


def run(arguments: list[str], parse: Parse) -> int:
    """Answer each line, and return the exit code: 1 if a line holds no source, or one that is not valid.

    Raises `UsageError` where standard input is closed or cannot be read.
    """
    flags = parse(arguments)
    flags.setdefault("isolated", "config" not in flags)  # a source of a stream is in no folder
    if sys.stdin is None:
        raise UsageError("standard input is closed", _SEND)
    waiting_for("a line of JSON for each source")
    stream = Stream(loaded(flags, os.getcwd()))
    try:
        threading.Thread(target=_feed, args=(stream, sys.stdin.buffer), daemon=True).start()
        return _answer(stream)
    finally:
        stream.close()


def _feed(stream: Stream, source: BinaryIO) -> None:
    """Have the lines of `source` judged, until it ends."""
    try:
        for together in lines_together(source):
            for lines in _shared_out(together):
                stream.put([line.source for line in lines if line.source is not None], lines)
    except OSError as error:
        stream.end(UsageError(f"standard input cannot be read: {error.strerror}", _SEND))
    except BaseException as error:  # noqa: BLE001 - raised again where the answers are written
        stream.end(error)
    else:
        stream.end()


def _shared_out(lines: list[Line]) -> Iterator[list[Line]]:
    """`lines`, as many at a time as a worker is sent at once."""
    start = 0
    for batch in batches(line.source for line in lines if line.source is not None):
        end, held = start, 0
        while held < len(batch):
            held += lines[end].source is not None
            end += 1
        yield lines[start:end]
        start = end
    if lines[start:]:
        yield lines[start:]


def _answer(stream: Stream) -> int:
    code = OK
    while (done := stream.get()) is not None:
        results, lines = done
        write(_answers(lines, iter(results)))
        if any(line.error for line in lines) or any(result.verdict != "valid" for result in results):
            code = RED
    return code


def _answers(lines: Sequence[Line], results: Iterator[SourceResult]) -> Iterable[str]:
    for line in lines:
        if line.error:
            yield f'{{"id": {line.id}, "error": {json_document(line.error)[:-1]}}}\n'
            continue
        result = next(results)
        findings = json_document([diagnostic_object(one) for one in result.diagnostics])[:-1]
        yield f'{{"id": {line.id}, "verdict": "{result.verdict}", "findings": {findings}}}\n'
