"""Which version of Python the first line of a script names."""

from __future__ import annotations

from itertools import pairwise

from ..config.declarations.version_files import minor
from ..sources.first_line import has_python_shebang, is_interpreter, program, starting_words

_CHOOSE_PYTHON = ("uv", "uvx", "pipx")
"""What starts the Python that its option ``--python`` names."""
_NAME_PACKAGES = ("--with", "--from", "-w")
"""Options of these, before the name of a package."""


def named_version(first: bytes) -> tuple[str, str] | None:
    """Read which version of Python the first line of a script starts.

    Args:
        first: Bytes that the script begins with.

    Returns:
        The words that say so and the version, such as ``--python 3.9`` and ``3.9``; None where none is named.
    """
    if not first.startswith(b"#!"):
        return None
    words = starting_words(first)
    chooser = next((at for at, word in enumerate(words, 1) if program(word) in _CHOOSE_PYTHON), 0)
    if chooser and not any(is_interpreter(program(word)) for word in words[: chooser - 1]):
        # It takes any file for a script of Python. What stands behind a Python is only a word to that one.
        return _chosen(words[chooser:])
    return _started(words) if has_python_shebang(first) else None


def _chosen(words: list[str]) -> tuple[str, str] | None:
    """The Python that ``uv`` or ``pipx`` starts by its own `words`: by ``--python``, or the one that they name."""
    for word, following in pairwise([*words, ""]):
        option, equals, value = word.partition("=")
        if option == "--python" or (option.endswith("p") and option[:1] == "-" != option[1:2]):
            value = value if equals else following
        elif option.startswith("-p"):
            option, value = "-p", word[2:]
        else:
            continue
        version = minor(value)
        return (f"{option} {value}", version) if version else None
    commands = [word for before, word in pairwise(["", *words]) if not before.startswith(_NAME_PACKAGES)]
    return _started([word.replace("python@", "python") for word in commands])


def _started(words: list[str]) -> tuple[str, str] | None:
    """The first Python that `words` name, if it has a version."""
    for word in words:
        name = program(word)
        if is_interpreter(name) and not {*" ="} & {*word}:
            version = minor(name.replace("pythonw", "python"))
            return (name, version) if version else None
    return None
