"""What a check's return value or exception means. Nothing that a check does is lost, and nothing of it is trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from ..reports.neutral import visible
from .check import CheckError, Counts, Fault, text_of
from .faults import faults_of

RESERVED = frozenset(
    {"componentId", "componentType", "observedValue", "observedUnit", "status", "affectedEndpoints", "time", "output",
     "links", "errorType", "furtherFaults"}
)  # fmt: skip
"""Keys that draft-inadarei-api-health-check-06, section 4, and the replies here give a meaning."""
_RULE = "return None or True when all is well, or numbers by name; raise when not"


class Answer(NamedTuple):
    """The result of one run of a check."""

    faults: tuple[Fault, ...]
    counts: Counts


class Raised(NamedTuple):
    """The exception that a check ended with, kept as a value so that it passes from a thread to the event loop."""

    error: BaseException


def answer_of(value: object) -> Answer:
    """Judge what a check returned: None and True pass, so does a mapping of numbers; all else is a fault."""
    if isinstance(value, Raised):
        return _answer_of_error(value.error)
    if value is None or value is True:
        return Answer((), {})
    if isinstance(value, Mapping):
        try:
            counts = dict(value)
        except Exception as error:  # noqa: BLE001 - a mapping of the application's own may do anything
            return _answer_of_error(error)
        wrong = _wrong(counts)
        return Answer((), counts) if wrong is None else Answer((Fault("UnexpectedAnswer", f"{wrong}: {_RULE}"),), {})
    returned = "False" if value is False else f"a value of type {visible(type(value).__name__)}"
    # False may mean "not yet".
    return Answer((Fault("UnexpectedAnswer", f"the check returned {returned}: {_RULE}", may_pass=value is False),), {})


def _answer_of_error(error: BaseException) -> Answer:
    faults = tuple(_plain(fault) for fault in faults_of(error))
    counts = error.counts if isinstance(error, CheckError) else {}
    wrong = _wrong(counts)
    return Answer(faults, counts) if wrong is None else Answer((*faults, Fault("UnexpectedAnswer", wrong)), {})


def _wrong(counts: object) -> str | None:
    if not isinstance(counts, Mapping):
        return "the counts of a check are not a mapping"
    for name, number in counts.items():
        if not isinstance(name, str) or not name.isprintable() or not name:
            return "the name of a number is not printable text"
        if name in RESERVED:
            return f"the name {name} has a meaning of its own in replies"
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            return f"{name} is not a number"
        if abs(number) > 2**63 or not math.isfinite(number):
            return f"{name} is not a number that a reply can hold"
    return None


def _plain(fault: Fault) -> Fault:
    """The same, with each text made fit for any log and any reply."""
    component = None if fault.component is None else visible(text_of(fault.component))
    lines = (visible(line.replace("\t", " ")) for line in text_of(fault.message).splitlines())
    return Fault(visible(text_of(fault.error)), "\n".join(lines), component, bool(fault.may_pass))
