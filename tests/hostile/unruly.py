"""A worker that misbehaves as often as the files in a folder allow, and judges well otherwise.

``python unruly.py ALLOWANCE …``, with what any probe is given behind ALLOWANCE, a folder of files called
``HOW.NUMBER``: each misbehaviour uses one up. A pipe of a process can only be closed from inside, so this is how closed
pipes are tested.
"""

from __future__ import annotations

import os
import signal
import sys
import time

from syntax_guard.processes import _compile_worker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def _close_output() -> None:
    os.closerange(0, 64)
    time.sleep(60)


def _close_input() -> None:
    os.close(0)
    time.sleep(60)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _leave() -> None:
    os._exit(0)


def _stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def _babble(size: bytes, body: bytes) -> None:
    for descriptor in range(3, 64):  # the channel is a copy of standard output
        try:
            os.write(descriptor, size + body)
        except OSError:
            pass
    if body:
        os._exit(0)
    time.sleep(60)


WAYS: dict[str, Callable[[], None]] = {
    "closes-its-output": _close_output,
    "closes-its-input": _close_input,
    "dies": _die,
    "leaves": _leave,
    "is-stopped": _stop,
    "promises-too-much": lambda: _babble((1 << 60).to_bytes(8, "big"), b""),
    "answers-no-json": lambda: _babble((3).to_bytes(8, "big"), b"}{!"),
    "answers-a-number": lambda: _babble((1).to_bytes(8, "big"), b"7"),
    "answers-half": lambda: _babble((99).to_bytes(8, "big"), b"[null"),
}


def allowed(folder: str) -> str | None:
    """Use up one misbehaviour, if one is left."""
    for name in sorted(os.listdir(folder)):
        try:
            os.unlink(os.path.join(folder, name))
        except FileNotFoundError:  # another worker has taken it
            continue
        return name.partition(".")[0]
    return None


def judge(data: bytes) -> object:
    """Judge, unless there is a way to misbehave."""
    way = allowed(sys.argv[1]) if b"trigger" in data else None
    if way:
        WAYS[way]()
    return _compile_worker.judge(data)


if __name__ == "__main__":
    _compile_worker.main(judge, *sys.argv[2:])
