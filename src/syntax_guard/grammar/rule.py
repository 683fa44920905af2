"""What a rule is: data that says which Pythons refuse a construct, and a function that finds it."""

from __future__ import annotations

from ..model import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..model import Version
    from .code import Code, Node, Span
    from .scanning import Trigger

ALWAYS = (3, 0)
NEVER = (4, 0)


class Rule(Record):
    """One construct that some Pythons refuse."""

    since: Version
    """The first Python that accepts it."""
    what: str
    """The construct, as a message starts: ``'match' statement``."""
    trigger: Trigger
    """Where the construct can be: every one has a place on one of its lines, and the rule sees only nodes that reach
    over such a line."""
    find: Callable[[Code, Node], Iterable[Span]]
    """Finds the construct in one node: the places of it."""
    refused: str
    """A source that the Python before ``since`` refuses, and because of this alone."""
    accepted: str
    """A source much like it that the same Python accepts."""
    nodes: tuple[str, ...] = ("Module",)
    """The names of the classes of nodes that ``find`` is run on."""
    origin: str = ""
    """The PEP that says so, where there is one: ``PEP 634``. The others are changes of CPython's own."""
    first: Version = ALWAYS
    """The first Python that refuses it, for what an older one accepted."""
    again: Version = NEVER
    """The first Python after ``since`` that refuses it again."""

    looks: str = ""
    """What a line of it looks like, a regular expression, where text alone tells: texts and comments left out, but
    for f-strings and t-strings."""

    def is_refused_by(self, version: Version) -> bool:
        """Whether the Python of this `version` refuses it."""
        return self.first <= version < self.since

    @property
    def message(self) -> str:
        """What a finding says."""
        since = f"{self.since[0]}.{self.since[1]}"
        if self.first == ALWAYS:
            return f"{self.what} is new in Python {since}"
        return f"{self.what} is refused from Python {self.first[0]}.{self.first[1]} until {since}"
