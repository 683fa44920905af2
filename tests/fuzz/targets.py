"""What coverage-guided fuzzing calls: each takes any bytes, and raises for nothing but a defect."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def load(name: str) -> Callable[[bytes], None]:
    """The target called `name`, with all that it needs imported."""
    return {"frames": _frames, "settings": _settings, "renderers": _renderers}[name]()


def _frames() -> Callable[[bytes], None]:
    """A request of any bytes to a worker: it answers what is whole, in frames, and ends with the rest."""
    from syntax_guard.processes import _compile_worker

    def frames(data: bytes) -> None:
        answers = bytearray()
        try:
            _compile_worker.serve(
                lambda source: [None, [["SyntaxWarning", str(len(source)), 1]]], io.BytesIO(data), answers.extend
            )
        except (MemoryError, OverflowError):  # a length that nobody has; the worker dies of it, as its reader expects
            return
        stream = io.BytesIO(bytes(answers))
        while head := stream.read(8):
            body = stream.read(int.from_bytes(head, "big"))
            assert json.loads(body)[0] is None

    return frames


def _settings() -> Callable[[bytes], None]:
    """A pyproject.toml of any bytes: settings, or an error of one line."""
    import os
    import tempfile

    from syntax_guard.config.settings import load
    from syntax_guard.errors import SyntaxGuardError

    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "pyproject.toml")

    def settings(data: bytes) -> None:
        with open(path, "wb") as file:
            file.write(b"[tool.syntax-guard]\n" + data)
        try:
            load({"cache": False}, {}, folder)
        except SyntaxGuardError as error:
            assert len(error.message) < 10_000  # noqa: PT017 - this is no test of pytest's

    return settings


def _renderers() -> Callable[[bytes], None]:
    """A finding whose name, message and line are any text, in every format: harmless, and valid JSON or XML."""
    from syntax_guard.model import Diagnostic, Interpreter, Result, Summary, Target
    from syntax_guard.reports.formats import FORMAT_NAMES, render

    target = Target((3, 11), Interpreter((3, 11), "CPython 3.11.7"), True, "the Python that runs syntax-guard")

    def renderers(data: bytes) -> None:
        pieces = [piece.decode("utf-8", "surrogateescape") for piece in (data + b"\0\0\0").split(b"\0", 3)]
        line = len(pieces[0]) % 5 or None
        finding = Diagnostic(
            pieces[0] or "a.py", line, line and 1 + len(pieces[1]) % 7, None, None, "error", "syntax-error",
            pieces[1] or "wrong", pieces[2] or None, (target,), pieces[3].split("\n")[0] if line else None,
        )  # fmt: skip
        result = Result((target,), Summary(1, 1, 0, 0, 0, 0, 0.1), (finding,))
        for name in FORMAT_NAMES:
            text = "".join(render(name, result))
            text.encode()
            harmless(name, text)

    return renderers


def harmless(name: str, text: str) -> None:
    """Raise AssertionError for output that a terminal or a CI runner would act on, or that is no document."""
    if name in ("json", "gitlab", "sarif", "rdjson"):
        json.loads(text)
    if name == "junit":
        from xml.dom import minidom

        minidom.parseString(text)
    for line in text.split("\n"):
        assert all(character.isprintable() or character == "\t" for character in line), ascii(line)
        assert "##[" not in line, ascii(line)
        assert not (line.lstrip().startswith("::") and name != "github"), ascii(line)
