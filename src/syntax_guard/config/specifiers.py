"""What people write for Python versions: ``3.9``, ``py39``, ``>=3.9,<4``, Poetry's ``^3.9``.

Every commit asks for the floor of ``requires-python``, and ``packaging.specifiers`` takes several times as long to
import as Python takes to start. A floor needs only release numbers, so they are compared here; a test holds the
answers to those of ``packaging``.
"""

from __future__ import annotations

from ..errors import SettingsError, TargetError
from ..model import label

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import TypeAlias

    from ..model import Version

    Release: TypeAlias = "tuple[int, ...]"
    Admits: TypeAlias = Callable[[Release], bool]

DECLARED = "declared"
"""As a target version: each one that an archive admits and that a Python here answers for."""
LOWEST: Version = (3, 8)
"""The oldest version that is answered for."""
NEWEST: Version = (3, 15)
"""The newest version that is looked for where an artifact says what it is for; what a specifier admits has no end."""
KNOWN = f"{label(LOWEST)} to {label(NEWEST)}"
"""The versions that are known, as messages name them."""

_HIGHEST_MINOR = 99
_LAST_PATCH = 99
_OPERATORS = ("===", "~=", "==", "!=", "<=", ">=", "<", ">")  # each before its own prefix
_COMPARISONS: dict[str, Callable[[Release, Release], bool]] = {
    "===": tuple.__eq__,
    "==": tuple.__eq__,
    "!=": tuple.__ne__,
    "<=": tuple.__le__,
    ">=": tuple.__ge__,
    "<": tuple.__lt__,
    ">": tuple.__gt__,
}
_SUFFIXES = frozenset(  # PEP 440, appendix B
    ("a", "alpha", "b", "beta", "c", "rc", "pre", "preview", "post", "rev", "r", "dev")
)


def parse(text: str) -> Version:
    """The version that `text` asks for: ``3.9``, ``3.9.18``, ``py39``, ``py3.9`` or ``python3.9``.

    A patch number is accepted and not looked at: a minor version has one grammar.

    Raises:
        TargetError: It is no version of Python 3, or one that is older than ``LOWEST``.
    """
    written = text.strip().lower()
    digits = written.removeprefix("python").removeprefix("py")
    parts = digits.split(".")
    if digits != written and len(parts) == 1:
        parts = [digits[:1], digits[1:]]
    if len(parts) not in (2, 3) or not all(map(_is_number, parts)):
        raise TargetError(f"{text!r} is not a Python version", "write it as 3.11 or py311")
    version = (int(parts[0]), int(parts[1]))
    if version < LOWEST:
        hint = (
            f"TOML and YAML need quotes around {digits}0, or it is {digits}"
            if version == (3, 1)
            else f"ask for {label(LOWEST)} or newer; known: {KNOWN}"
        )
        raise TargetError(f"Python {label(version)} is older than {label(LOWEST)}, the oldest answered for", hint)
    if version[0] > LOWEST[0]:
        raise TargetError(f"Python {label(version)} is not known yet", f"known: {KNOWN}")
    return version


def is_version(text: str) -> bool:
    """Whether `parse` takes `text`."""
    try:
        return bool(parse(text))
    except TargetError:
        return False


def declared(document: Mapping[str, object]) -> str | None:
    """What a parsed ``pyproject.toml`` says of the Python it needs, as a version specifier, or None.

    That is ``requires-python`` of ``[project]``, else ``python`` of ``[tool.poetry.dependencies]``, translated.

    Raises `SettingsError`, which names table and key, where it is not text.
    """
    text = _dig(document, "project", "requires-python")
    if text is not None:
        return _text(text, "project.requires-python")
    text = _dig(document, "tool", "poetry", "dependencies", "python")
    if isinstance(text, dict):
        text = text.get("version")
    return None if text is None else _from_poetry(_text(text, "tool.poetry.dependencies.python"))


def admitted(requires_python: str) -> Iterator[Version]:
    """The minor versions with a release that `requires_python` admits, lowest first: all of Python 3 up to 3.99.

    What is newer than all of these comes last, and only at the versions that the specifier names: ``>=4`` admits 4.0.

    A specifier is one of PEP 440; ``||`` between several means any of them, as in Poetry. Pre-releases stand for their
    release: ``>=3.15rc1`` admits 3.15.

    Raises:
        SettingsError: It does not parse. This is raised at once.
    """
    alternatives = [_clauses(text, requires_python) for text in requires_python.split("||")]
    return _walk(alternatives)


def _walk(alternatives: list[list[tuple[Release, Admits]]]) -> Iterator[Version]:
    yield from _admitted(((3, minor) for minor in range(_HIGHEST_MINOR + 1)), alternatives)
    # Beyond these, what is admitted begins at a version that a clause names, or right after it.
    later: set[Version] = set()
    for major, minor, *_ in ((*release, 0) for clauses in alternatives for release, _ in clauses):
        later |= {(major, minor), (major, minor + 1), (major + 1, 0)}
    yield from _admitted((version for version in sorted(later) if version > (3, _HIGHEST_MINOR)), alternatives)


def _admitted(versions: Iterable[Version], alternatives: list[list[tuple[Release, Admits]]]) -> Iterator[Version]:
    for version in versions:
        for clauses in alternatives:
            # Between the patch numbers that the clauses name, nothing changes.
            named = [release[2] for release, _ in clauses if len(release) > 2]
            patches = {0, _LAST_PATCH, *named, *(patch + 1 for patch in named)}
            releases = ((*version, patch) for patch in patches if patch <= _LAST_PATCH)
            if any(all(admits(release) for _, admits in clauses) for release in releases):
                yield version
                break


def _clauses(text: str, whole: str) -> list[tuple[Release, Admits]]:
    return [_clause(part.strip(), whole) for part in text.split(",") if part.strip()]


def _clause(text: str, whole: str) -> tuple[Release, Admits]:
    operator = next((name for name in _OPERATORS if text.startswith(name)), "")
    body = text.removeprefix(operator).strip().lower().removeprefix("v")
    wildcard = body.endswith(".*") and operator in ("==", "!=")
    release = _release(body.removesuffix(".*") if wildcard else body)
    if not operator or not release or (operator == "~=" and len(release) < 2):
        raise SettingsError(f"requires-python {whole!r} does not parse: {text!r}", _hint(text, whole))
    return release, _comparison(operator, release, wildcard)


def _hint(text: str, whole: str) -> str:
    """What to write in place of `text`, a part of `whole` that is no clause, or in place of all of it."""
    dotted = _with_dots(whole)
    if dotted != whole and (_release(dotted) or _is_specifier(dotted)):
        return f"did you mean {'>=' if _release(dotted) else ''}{dotted}?"
    if _release(text):
        return f"put an operator first: >={text}"
    slips = {"=>": ">=", "=<": "<=", "=~": "~=", "=!": "!="}
    operator = slips.get(text[:2].strip())
    for written in (
        f"{operator}{text[2:].strip()}" if operator else "",
        _poetry_clause(text) if text else "",
        ",".join(_join_operators(text)),
    ):
        if written != text and _is_specifier(written):
            return f"write it as {written}"
    return "write it as >=3.10"


def _with_dots(text: str) -> str:
    """`text` with a dot for each comma between two digits, as some languages write a number: ``>=3,8``."""
    first, *parts = text.split(",")
    for part in parts:
        first += ("." if part.isdecimal() and first[-1:].isdecimal() else ",") + part
    return first


def _is_specifier(text: str) -> bool:
    clauses = text.split(",")
    for clause in clauses:
        operator = next((name for name in _OPERATORS if clause.startswith(name)), "")
        body = clause.removeprefix(operator)
        release = _release(body.removesuffix(".*") if operator in ("==", "!=") else body)
        if not operator or not release or (operator == "~=" and len(release) < 2):
            return False
    return True


def _release(text: str) -> Release:
    """The release numbers of a version, without what PEP 440 allows after them; empty where it is no version.

    Epoch 0, as in ``0!3.9``, is that of each version that names none.
    """
    epoch, mark, rest = text.partition("!")
    if mark and epoch and not epoch.strip("0"):
        text = rest
    end = next((at for at, char in enumerate(text) if char not in "0123456789."), len(text))
    numbers = text[:end].rstrip(".-_").split(".")
    words = "".join(char if "a" <= char <= "z" else " " for char in text[end:]).split()
    separators = text[end:].strip("abcdefghijklmnopqrstuvwxyz0123456789.-_")
    has_suffix = end < len(text)
    well_formed = not separators and bool(words) == has_suffix and _SUFFIXES.issuperset(words) and text[-1:].isalnum()
    return tuple(map(int, numbers)) if well_formed and all(map(_is_number, numbers)) else ()


def _comparison(operator: str, release: Release, wildcard: bool) -> Admits:
    if wildcard:
        wanted = operator == "=="
        return lambda version: (version[: len(release)] == release[:3]) is wanted
    padded = (*release, 0, 0, 0)[: max(3, len(release))]
    if operator == "~=":
        prefix = release[:-1]
        return lambda version: version >= padded and version[: len(prefix)] == prefix[:3]
    compare = _COMPARISONS[operator]
    return lambda version: compare(version, padded)


def _from_poetry(text: str) -> str:
    """A constraint of Poetry's as a version specifier: ``^3.9 || 3.8.*`` as ``>=3.9,<4||==3.8.*``."""
    return "||".join(
        ",".join(map(_poetry_clause, _join_operators(part))) for part in text.replace("||", "|").split("|")
    )


def _join_operators(text: str) -> list[str]:
    """The clauses between commas or spaces, where a space may also follow an operator: ``>= 3.8 <4``."""
    clauses: list[str] = []
    for word in text.replace(",", " ").split():
        if clauses and not clauses[-1].strip("^~=!<>"):
            clauses[-1] += word
        else:
            clauses.append(word)
    return clauses


def _poetry_clause(clause: str) -> str:
    if clause == "*":
        return ""
    if clause[0] in "0123456789":
        return f"=={clause}"
    if clause[0] == "=" and clause[1:2] != "=":
        return f"={clause}"
    body = clause[1:]
    release = _release(body)
    if clause[0] == "^" and release:
        return f">={body},<{release[0] + 1}"
    if clause[0] == "~" and release:
        first_refused = (release[0], release[1] + 1) if len(release) > 1 else (release[0] + 1,)
        return f">={body},<{'.'.join(map(str, first_refused))}"
    return clause


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _dig(table: object, *keys: str) -> object:
    for key in keys:
        if not isinstance(table, dict):
            return None
        table = table.get(key)
    return table


def _text(value: object, key: str) -> str:
    if isinstance(value, str):
        return value
    floor = value if isinstance(value, (int, float)) and value not in (True, 3.1) else "3.10"
    raise SettingsError(f"{key}: expected a string", f'write ">={floor}"')
