"""What each interpreter has to be asked for a set of targets, and what its answers mean for each of them."""

from __future__ import annotations

import os
import sys

from . import _probe
from .answers import VALID, Text, declared_coding, no_answer, read
from .model import Problem, Record, Target, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .model import Source, Version

ORDINARY_BYTES = 32 * 1024
"""Bytes of the largest source that is judged in this process. With a stack of 8 MiB, no chain of operators,
attributes, calls or clauses of that length brings down a CPython from 3.10 to 3.15 (``tests/chains.py``)."""
ORDINARY_DEPTH = 24
"""Brackets within brackets, likewise: early 3.10 took time exponential in unclosed ones."""
ORDINARY_LAMBDAS = 500
"""Each in the next, they take time quadratic in their number, to name the innermost."""
ORDINARY_COPIES = 1 << 20
"""Bytes that the compiler may see. Every way out of a ``try`` has its own copy of the body of ``finally``, and where
those are nested their copies multiply: 500 bytes can take 10 GB."""
_NOT_BRACKETS = bytes(set(range(256)) - set(b"()[]{}"))
_PLAIN_CODINGS = ("utf-8", "utf8", "latin-1", "iso-8859-1", "ascii")


class Question(Record):
    """What one interpreter is asked about a source."""

    python: str | None
    """Path of the interpreter; None for the one that runs this."""
    name: str
    """What it must say that it is, such as ``CPython 3.9.18``."""
    floor: Version | None = None
    """The oldest target that this interpreter answers for approximately: `grammar`'s rules are asked down to here."""
    writes: str = ""
    """How bytecode is to name its source, ``time`` or ``hash``, where the code of what compiles is written for imports
    to find; for this interpreter alone."""

    def command(self) -> tuple[str, ...]:
        """The command line that starts a probe for this question."""
        package = os.path.dirname(os.path.abspath(__file__))
        python = ((self.python,) if self.python else this_python()) + ("-I", "-S")
        if self.floor is None and not self.writes:
            return (*python, os.path.join(package, "_probe.py"))
        room = "bytecode" if self.writes else "approximate"
        code = f"import sys; sys.path.append(sys.argv[1]); from syntax_guard.{room} import main; main(*sys.argv[2:])"
        first = ["{}.{}".format(*self.floor) if self.floor else ""]
        if self.writes:  # -I is deaf to the variables that say where bytecode is, and which
            first.append(str(sys.flags.optimize))
            prefix = sys.pycache_prefix
            python += () if prefix is None else ("-X", f"pycache_prefix={os.path.abspath(prefix)}")
        return (*python, "-c", code, os.path.dirname(package), *first)

    def asks(self, source: Source) -> bytes:
        """What the command is sent for `source`."""
        if not self.writes:
            return source.data
        from .bytecode import framed

        return framed(source, self.writes)

    def judge(self) -> Callable[[bytes], Any]:
        """What answers in this process (see ``_probe.judge``) to what the command would be sent."""
        if self.writes:
            from . import bytecode

            return lambda frame: bytecode.judge(frame, self.floor)
        if self.floor is None:
            return _probe.judge
        from . import approximate

        floor = self.floor
        return lambda data: approximate.judge(data, floor)


def this_python() -> tuple[str, ...]:
    """The command that starts the interpreter of this process.

    ``sys.executable``, or more where that alone does not start: an interpreter that was started through a dynamic
    loader with libraries of its own (``ld.so --library-path … python3``) is started so again.
    """
    try:
        with open("/proc/self/cmdline", "rb") as file:
            words = [os.fsdecode(word) for word in file.read().split(b"\0")[:-1]]
    except OSError:
        return (sys.executable,)
    prefix = words[: len(words) - len(sys.orig_argv) + 1]
    return tuple(prefix) if len(prefix) > 1 and words[len(prefix) :] == sys.orig_argv[1:] else (sys.executable,)


def questions(targets: Sequence[Target], *, write_bytecode: str = "") -> tuple[Question, ...]:
    """One question an interpreter, so that none is asked twice about a source.

    With `write_bytecode` (see `Question.writes`), the one that answers here leaves the code of what it compiles.
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
        Question(python, names[python], floor, "" if python else write_bytecode) for python, floor in floors.items()
    )


def verdicts(answers: dict[str | None, Any], data: bytes, targets: Sequence[Target]) -> tuple[Verdict, ...]:
    """What each of `targets` says of the source `data`, from the `answers` by path of the interpreter."""
    hidden = unseen(data)
    if not hidden and not any(answers.values()):
        return (VALID,) * len(targets)
    text = Text(data)
    by_interpreter = {
        python: no_answer(answer) if isinstance(answer, Problem) else read(answer, text, hidden)
        for python, answer in answers.items()
    }
    return tuple(
        _verdict(target, by_interpreter[target.interpreter.python], answers[target.interpreter.python])
        for target in targets
    )


def ordinary(data: bytes) -> bool:
    """Whether `data` may be judged in this process: no cheap sign says that it could bring an interpreter down.

    A thread may have a stack of 128 KiB (musl), so nothing is ordinary outside the main one.
    """
    threading = sys.modules.get("threading")
    if len(data) > ORDINARY_BYTES or (threading and threading.current_thread() is not threading.main_thread()):
        return False
    coding = declared_coding(data)
    if coding and coding.lower().replace("_", "-") not in _PLAIN_CODINGS:
        return False
    if data.count(b"lambda") > ORDINARY_LAMBDAS or (b"finally" in data and _copies(data) > ORDINARY_COPIES):
        return False
    brackets = data.translate(None, _NOT_BRACKETS)
    for _ in range(ORDINARY_DEPTH // 2):
        if not brackets:
            return True
        brackets = brackets.replace(b"()", b"").replace(b"[]", b"").replace(b"{}", b"")
    return len(brackets) <= ORDINARY_DEPTH // 2


def has_standard_coding(data: bytes) -> bool:
    """Whether `data` is in a coding of the standard library, not in one that a package brought into this process."""
    coding = declared_coding(data)
    if not coding or coding in _PLAIN_CODINGS:
        return True
    import codecs

    try:
        decoder = codecs.lookup(coding).incrementaldecoder
    except LookupError:
        return False
    return getattr(decoder, "__module__", "").startswith("encodings.")


def _copies(data: bytes) -> int:
    """More bytes than the compiler sees of `data`, counting a body of ``finally`` again for each way into it.

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


def unseen(data: bytes) -> tuple[Problem, ...]:
    """What misleads a reader of the source, whoever its interpreter is."""
    if data.isascii():
        return ()
    from .suspicious import suspicious

    return suspicious(data)


def _verdict(target: Target, own: Verdict, answer: Any) -> Verdict:
    """The verdict of `target`, from its interpreter's `own` and what `grammar` requires beyond."""
    if target.exact or own.outcome != "valid" or answer is None or len(answer) < 3:
        return own
    for kind, message, line, column, end_line, end_column, since, first in answer[2]:
        if since is None:
            return Verdict("undecided", Problem(kind, message), own.warnings)
        if tuple(first) <= target.version < tuple(since):
            problem = Problem(kind, message, line, column, end_line, end_column, tuple(since))
            return Verdict("broken", problem, own.warnings)
    return own
