"""The shell scripts that a container starts: files of the repository, under the name that COPY gives them, or written
into the Dockerfile as a heredoc."""

from __future__ import annotations

import posixpath
import re
import shlex
from typing import TYPE_CHECKING

from syntax_guard.model import Record

from . import shell

if TYPE_CHECKING:
    from .containers import Container
    from .dockerfile import Instruction
    from .repository import Repository

_NAME = re.compile(r"^[\w./-]+$")
_DEEPEST = 3
"""Scripts that call one another."""


class Script(Record):
    """A shell script."""

    path: str
    text: str
    above: int
    """Lines of the file that stand above it."""


def scripts(repository: Repository, container: Container, argv: tuple[str, ...]) -> list[Script]:
    """The scripts that the words of ``argv`` name, and those that these call. Raises Unreadable."""
    nested = shell.inner(argv)
    return _called(repository, container, _words(nested[0]) if nested else argv, _DEEPEST)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for command in shell.commands(text) for word in command.words)


def _called(repository: Repository, container: Container, words: tuple[str, ...], left: int) -> list[Script]:
    found: list[Script] = []
    for word in words:
        script = _script(repository, container, word)
        if script is not None and not re.match(r"#!.*python", script.text):
            found.append(script)
            found += _called(repository, container, _words(script.text), left - 1) if left else []
    return found


def _script(repository: Repository, container: Container, word: str) -> Script | None:
    name = posixpath.basename(word)
    if not name or not _NAME.match(word):
        return None
    source = None
    for instruction in reversed(container.image.instructions):
        if instruction.name in ("COPY", "ADD") and "from" not in dict(instruction.flags):
            for held, copied, target in _copies(instruction):
                if posixpath.basename(target) == name and ("/" not in word or target.endswith(word.lstrip("./"))):
                    if held is not None:
                        return Script(container.image.path, held, instruction.line)
                    source = source or copied
    if source is None:
        if not (word.endswith((".sh", ".bash")) or "entrypoint" in name or "/" in word):
            return None
        source = name
    same = [path for path in repository.files if f"/{path}".endswith(f"/{source}")]
    folder = posixpath.dirname(container.image.path)
    for path in sorted(same, key=lambda path: (not path.startswith(folder), path.count("/"), path))[:1]:
        return Script(path, repository.text(path) or "", 0)
    return None


def _copies(instruction: Instruction) -> list[tuple[str | None, str, str]]:
    """What a COPY or an ADD puts where: the text of a heredoc or None, the source, and the target."""
    try:
        words = list(instruction.argv or shlex.split(instruction.value.replace("<<-", "<<")))
    except ValueError:
        return []
    *sources, target = words or [""]
    heredocs = iter(instruction.heredocs)
    copies: list[tuple[str | None, str, str]] = []
    for source in sources:
        held = next(heredocs, None) if source.startswith("<<") else None
        named = posixpath.normpath(source.removeprefix("<<")).lstrip("/")
        into = target.endswith(("/", ".")) or len(sources) > 1
        copies.append((held, named, posixpath.join(target, posixpath.basename(named)) if into else target))
    return copies
