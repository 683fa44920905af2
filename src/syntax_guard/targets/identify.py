"""Asks an executable which Python it is. Nothing that it prints, and nothing that it fails to do, is trusted."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time

from ..config.specifiers import LOWEST
from ..errors import TargetError
from ..model import Interpreter, Record, interpreter_name, label
from ..processes.bounded import end
from ..processes.shortage import shortage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_BEGIN, _BETWEEN, _END = b"\x1esyntax-guard\x1f", b"\x1f", b"\x1e"
_QUESTION = r"""
import os, sys
fields = ["%d" % sys.version_info[0], "%d" % sys.version_info[1], sys.implementation.name, sys.version, sys.executable]
sys.stdout.buffer.write(b"\x1esyntax-guard\x1f" + b"\x1f".join(os.fsencode(field or "") for field in fields) + b"\x1e")
sys.stdout.buffer.flush()
"""
_MOST_OUTPUT = 1 << 20


class Answer(Record):
    """An interpreter that answered, and the files that the answer depends on."""

    interpreter: Interpreter
    watched: tuple[str, ...]


class _Said(Record):
    """What an executable says of itself, word for word."""

    major: int
    minor: int
    implementation: str
    version: str
    """``sys.version``, whole."""
    executable: str
    """``sys.executable``."""


_LONGEST_LINE = 160
"""Characters that are shown of what a program printed in place of an answer."""


def identify(path: str, environ: Mapping[str, str], timeout: float) -> Answer:
    """The CPython that the executable ``path`` is, or stands for.

    ``timeout`` is in seconds. A shim (pyenv's, asdf's) chooses by folder and settings, so what it stands for is
    returned in its place; a wrapper whose interpreter does not run by itself stays.

    Raises `TargetError`, with one line for a person, where it is no CPython from ``LOWEST`` up, or gives no answer;
    `ResourcesError` where a limit of this process stands in the way.
    """
    said = _ask(path, environ, timeout)
    version, name = (said.major, said.minor), interpreter_name(said.implementation, said.version)
    if said.implementation != "cpython":
        raise TargetError(f"{path} is {name}: only CPython's own verdict counts", "name a CPython")
    if version < LOWEST:
        raise TargetError(f"{path} is {name}: older than {label(LOWEST)}, the oldest answered for", "name a later one")
    python, watched = path, [path]
    if not _same_file(path, said.executable):
        watched.append(said.executable)
        try:
            behind = _ask(said.executable, environ, timeout)
        except TargetError:
            pass  # a wrapper: the interpreter needs what the wrapper sets up
        else:
            if behind.version == said.version and behind.implementation == said.implementation:
                python, watched = said.executable, [said.executable]
    return Answer(Interpreter(version, name, python), tuple(watched))


def _same_file(path: str, other: str) -> bool:
    try:
        return os.path.samefile(path, other)
    except OSError:
        return False


def _ask(path: str, environ: Mapping[str, str], timeout: float) -> _Said:
    environ = {name: value for name, value in environ.items() if name != "__PYVENV_LAUNCHER__"}  # macOS: misleads venvs
    # A shim looks on PATH for what it stands for, and must not find that in the tree under check.
    environ["PATH"] = os.pathsep.join(filter(os.path.isabs, environ.get("PATH", os.defpath).split(os.pathsep)))
    command = [path, "-I", "-S", "-c", _QUESTION]
    try:
        # A session of its own: what it starts can be ended with it.
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environ,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        limit = shortage(error)
        if limit:  # and not the fault of what was started
            raise limit from None
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise TargetError(f"{path} cannot be started: {reason}", "name the executable of a Python") from None
    output, deadline = bytearray(), time.monotonic() + timeout
    # In a thread, as a pipe can only be read with a time limit on some systems.
    reader = threading.Thread(target=_read_answer, args=(process, output), daemon=True)
    reader.start()
    reader.join(timeout)
    in_time = not reader.is_alive()
    code: int | None = None
    if in_time and _answer_in(bytes(output)) is None and len(output) < _MOST_OUTPUT:
        try:
            code = process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            in_time = False
    end(process)
    reader.join(1)
    said = _answer_in(bytes(output))
    if said is not None:
        return said
    raise TargetError(_silence(path, bytes(output), code, in_time, timeout), "name a Python that works")


def _read_answer(process: subprocess.Popen[bytes], output: bytearray) -> None:
    assert process.stdout is not None  # noqa: S101  # for the type checker: Popen was given a pipe
    with process.stdout as stream:
        while len(output) < _MOST_OUTPUT and _answer_in(bytes(output)) is None:
            data = os.read(stream.fileno(), 65536)
            if not data:
                return
            output += data


def _answer_in(output: bytes) -> _Said | None:
    """The answer among all that was printed, or None."""
    _, begin, rest = output.rpartition(_BEGIN)
    body, end, _ = rest.partition(_END)
    fields = [os.fsdecode(field) for field in body.split(_BETWEEN)]
    if not begin or not end or len(fields) != 5 or not (fields[0].isdecimal() and fields[1].isdecimal()):
        return None
    if not fields[3].split():
        return None
    return _Said(int(fields[0]), int(fields[1]), *fields[2:])


def _silence(path: str, output: bytes, code: int | None, in_time: bool, timeout: float) -> str:
    if not in_time:
        return f"{path} did not answer within {timeout:g} s"
    if code is None:
        return f"{path} is not Python: it printed {_MOST_OUTPUT >> 20} MiB and no answer"
    if code < 0:
        return f"{path} gave no answer: it was ended by {_signal_name(-code)}"
    if _BEGIN in output:
        return f"{path} ended half way through its answer, with exit code {code}"
    lines = output.decode(errors="replace").split("\n")
    own = {line.strip() for line in _QUESTION.split("\n")}  # some programs quote what they do not understand
    said = [line.strip() for line in lines if line.strip()]
    if said and _quotes(said[0], own):
        return f"{path} is not Python: exit code {code}"
    first = said[0] if said else "it printed nothing"
    shown = "".join(char if char.isprintable() else "?" for char in first[:_LONGEST_LINE])
    if code and said:  # such as a shim of pyenv: it finds no Python to start
        return f"{path} starts no Python: exit code {code}, {shown}"
    return f"{path} is not Python: exit code {code}, {shown}"


def _quotes(line: str, question: set[str]) -> bool:
    """Whether `line`, which a program printed, holds a line of the `question` that it was asked."""
    return any(part and part in line for part in question)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
