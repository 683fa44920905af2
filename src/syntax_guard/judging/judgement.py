"""What is asked about the files of a run, and what is answered: the values that the three engines share."""

from __future__ import annotations

from ..model import VALID, Problem, Record, Source, Verdict
from ..sources.file_types import FIRST_LINE
from ..sources.readers import File, UnreadableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any, Protocol

    from ..errors import SyntaxGuardError
    from ..model import Target, Version
    from ..sources.readable import Readable

    class Engine(Protocol):
        """One way to judge files."""

        def judge(self, files: Sequence[Readable]) -> Iterator[Judgement]:
            """Yield a judgement of each of `files`, in no particular order."""


PLAIN_CODINGS = ("utf-8", "utf8", "latin-1", "iso-8859-1", "ascii")
"""Those that need no look at what decodes them."""


class Limits(Record):
    """What judging may cost."""

    jobs: int | None
    """Processes that judge at the same time; None: as many as this process may use CPUs."""
    seconds: float
    """Time for one source."""
    memory: int
    """Bytes of address space of one worker; 0: any."""


class Request(Record):
    """What one interpreter is asked about each source."""

    python: str | None
    """Path of the interpreter; None for the one that runs this."""
    name: str
    """What it must say that it is, such as ``CPython 3.9.18``."""
    floor: Version | None = None
    """The oldest target that this interpreter answers for approximately: `grammar`'s rules are asked down to here."""
    writes: str = ""
    """How bytecode is to name its source, ``time`` or ``hash``, where the code of what compiles is written for imports
    to find; for this interpreter alone."""

    def body(self, source: Source) -> bytes:
        """What the compile worker is sent for `source`."""
        if not self.writes:
            return source.data
        from .bytecode import framed

        return framed(source, self.writes)

    def judge(self) -> Callable[[bytes], Any]:
        """The function of this process that answers what a worker would be sent (see ``_compile_worker.judge``)."""
        if self.writes:
            from . import bytecode

            return lambda frame: bytecode.judge(frame, self.floor)
        if self.floor is None:
            from ..processes import _compile_worker  # which nearly all commits do without

            return _compile_worker.judge
        from . import emulate

        floor = self.floor
        return lambda data: emulate.judge(data, floor)


class Inquiry(Record):
    """What is asked about each file."""

    targets: tuple[Target, ...]
    requests: tuple[Request, ...]
    """One for each interpreter that answers for `targets`."""
    limits: Limits
    digest: Callable[[bytes], bytes] | None = None
    """Makes a digest of the bytes that were judged, for a caller that keeps verdicts by content; None: none is made."""
    defers: Callable[[bytes], bool] | None = None
    """Whether a source may say itself which targets are asked about it: then it is handed back with its bytes, and
    without verdicts. None: no source does."""


class Judgement(Record):
    """What every target says of one file."""

    file: Readable
    """The very object that was asked about."""
    source: Source
    """Without its bytes where the verdicts are silent; with the stamp of the file object that was read."""
    targets: tuple[Target, ...]
    """Those that were asked."""
    verdicts: tuple[Verdict, ...]
    """In the order of `targets`."""
    silent: bool = False
    """Whether every target accepts the source, and nothing is said of it."""
    digest: bytes = b""
    """That of the bytes that were judged (see `Inquiry.digest`); empty where there is none."""


def requests(targets: Sequence[Target], *, write_bytecode: str = "") -> tuple[Request, ...]:
    """One request for each interpreter that answers for `targets`, so that none is asked twice about a source.

    With `write_bytecode` (see `Request.writes`), the one that answers here leaves the code of what it compiles.
    """
    floors: dict[str | None, Version | None] = {}
    names: dict[str | None, str] = {}
    for target in targets:
        python = target.interpreter.python
        names[python] = target.interpreter.name
        floor = floors.get(python)
        if not target.exact and (floor is None or target.version < floor):
            floor = target.version
        floors[python] = floor
    return tuple(
        Request(python, names[python], floor, "" if python else write_bytecode) for python, floor in floors.items()
    )


def read(file: Readable, inquiry: Inquiry) -> Source | Judgement:
    """The source that `file` holds, or the judgement of one that cannot be read or is handed back."""
    try:
        if isinstance(file, File):
            data, stamp = file.read_stamped()
            source = Source(file.path, data, stamp)
        else:
            source = Source(file.path, file.read(), None, file.member, file.cell)
    except UnreadableError as error:
        undecided = Verdict("undecided", error.problem)
        source = Source(file.path, b"", None, file.member, file.cell)
        return Judgement(file, source, inquiry.targets, (undecided,) * len(inquiry.targets))
    if inquiry.defers is not None and inquiry.defers(source.data):
        return Judgement(file, source, (), ())
    return source


def silent(file: Readable, stamp: tuple[int, ...] | None, digest: bytes, targets: tuple[Target, ...]) -> Judgement:
    """The judgement of a file that each of `targets` accepts, without a finding."""
    source = Source(file.path, b"", stamp, file.member, file.cell)
    return Judgement(file, source, targets, (VALID,) * len(targets), silent=True, digest=digest)


def judged(file: Readable, source: Source, verdicts: tuple[Verdict, ...], inquiry: Inquiry) -> Judgement:
    """Make the judgement of a source from its verdicts.

    Args:
        file: The object that was asked about.
        source: What it held.
        verdicts: One for each target of `inquiry`, in its order.
        inquiry: What was asked.

    Returns:
        The judgement. It lets go of the bytes where every verdict is silent.
    """
    digest = inquiry.digest(source.data) if inquiry.digest else b""
    if all(verdict is VALID or verdict == VALID for verdict in verdicts):
        return silent(file, source.stamp, digest, inquiry.targets)
    return Judgement(file, source, inquiry.targets, verdicts, digest=digest)


def unanswered(
    files: Iterable[Readable], wanted: tuple[Target, ...], error: SyntaxGuardError | None
) -> Iterator[Judgement]:
    """Make the judgements of files that no Python here can be asked about.

    Args:
        files: The files. None of them is read.
        wanted: The targets that no Python answers for.
        error: Says why.

    Yields:
        A judgement for each file: undecided.
    """
    verdict = Verdict(
        "undecided", Problem("NoInterpreter", error.message if error else "", hint=error.hint if error else None)
    )
    for file in files:
        source = Source(file.path, b"", None, file.member, file.cell)
        yield Judgement(file, source, wanted, (verdict,))


def may_hold(data: bytes) -> bool:
    """Whether the source `data` may say itself which Pythons it is for: in a block of script metadata (PEP 723), or in
    its first line."""
    return b"# /// script" in data or (data[:2] == b"#!" and _may_name_a_version(data[:FIRST_LINE]))


def _may_name_a_version(start: bytes) -> bool:
    line = start.partition(b"\n")[0]
    return b"ython3." in line or b"ython2" in line or b"--python" in line or b" -p" in line


def hidden(data: bytes) -> tuple[Problem, ...]:
    """What misleads a reader of the source `data`, whichever interpreter runs it."""
    if data.isascii():
        return ()
    from ..sources.invisible_characters import suspicious

    return suspicious(data)


def coding_of(data: bytes) -> str | None:
    """The name of the codec that the first two lines of `data` declare (PEP 263), or None."""
    second = data.find(b"\n") + 1
    end = data.find(b"\n", second) if second else -1
    if b"coding" not in (data if end < 0 else data[:end]):  # nearly all sources: they import nothing for it
        return None
    from ..grammar.coding import codec_name, declared_coding

    declared = declared_coding(data)
    return declared and codec_name(declared)
