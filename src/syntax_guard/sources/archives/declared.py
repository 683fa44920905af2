"""Which Pythons an artifact says that it is for: its metadata, the tag in its name, the first line of a script."""

from __future__ import annotations

import json
import posixpath
import re

from ...model import Record
from ...regex import regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WHEEL_TAG = regex(r"-([a-z0-9_.]+)-([a-z0-9_.]+)-[^-]+\.whl$", re.IGNORECASE)
_EGG_TAG = regex(r"-py(\d)\.(\d+)(?:-[^/]*)?\.egg$")
_INTERPRETER = regex(r"(cp|pp|py|graalpy)(\d)(\d*)(?:_\d+)?$", re.IGNORECASE)
_SHEBANG = regex(rb"#!.*?python(\d)(?:\.(\d+))?\b")
_CONDA_CLAUSE = regex(r"(>=|<=|==|!=|~=|=|<|>)?\s*([0-9][0-9.]*)(\*|\.\*)?\w*$")
PYTHON_2 = "<3"
"""What is said of an artifact for Python 2 alone."""


class Declared(Record):
    """What an artifact says of its Pythons."""

    requires: str | None = None
    """A version specifier, as PEP 440 has it, with ``||`` between alternatives; None: it says nothing."""
    why: str = ""
    """What says so, as targets show it: ``Requires-Python >=3.9``, ``tag cp312-cp312``."""
    name: str | None = None
    """That of the distribution."""
    version: str | None = None


def of_wheel(file: str, metadata: Mapping[str, bytes]) -> Declared:
    """What the wheel called `file` says: in its METADATA, and in the tag of its name."""
    said = _of_any([_of_headers(text) for text in _closest_to_top(metadata, ".dist-info/METADATA")])
    match = _WHEEL_TAG.search(posixpath.basename(file))
    if match is None:
        return said
    tags = of_tag(match[1], match[2])
    if tags is None:
        return said
    return _both(said, tags, f"tag {match[1]}-{match[2]}")


def of_egg(file: str, metadata: Mapping[str, bytes]) -> Declared:
    """What the egg called `file` says: in PKG-INFO, and in the Python version of its name, the only one it is for."""
    said = _of_headers(_closest_to_top(metadata, "EGG-INFO/PKG-INFO")[0])
    match = _EGG_TAG.search(posixpath.basename(file))
    return _both(said, f"=={match[1]}.{match[2]}.*", f"py{match[1]}.{match[2]} in its name") if match else said


def of_sdist(metadata: Mapping[str, bytes]) -> Declared:
    """What a source distribution says in the PKG-INFO of its top folder."""
    return _of_headers(_closest_to_top(metadata, "PKG-INFO")[0])


def of_conda(metadata: Mapping[str, bytes]) -> Declared:
    """What a conda package says in ``info/index.json``: which Python it depends on."""
    try:
        index = json.loads(metadata.get("info/index.json", b""))
        depends = [str(one) for one in index["depends"]]
        name, version = str(index["name"]), str(index["version"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return Declared()
    if name == "python":
        parts = version.split(".")
        return Declared(f"=={'.'.join(parts[:2])}.*", f"version {version}", name, version)
    said = [one.split()[1:] for one in depends if one.split()[:1] == ["python"]]
    asked = [words[0] for words in said if words]
    specifier = _from_conda(",".join(asked))
    return Declared(specifier, f"python {','.join(asked)}" if specifier else "", name, version)


def of_zip_application(first: bytes) -> Declared:
    """What the first line of a zip application says: `first` are the bytes that it begins with."""
    match = _SHEBANG.match(first.split(b"\n", 1)[0])
    if match is None:
        return Declared()
    major, minor = match[1].decode(), match[2]
    line = first.split(b"\n", 1)[0][:100].decode("utf-8", "replace")
    if major != "3":
        return Declared(PYTHON_2, f"its first line {line}")
    return Declared(f"==3.{minor.decode()}.*", f"its first line {line}") if minor else Declared()


def of_tag(pythons: str, abis: str) -> str | None:
    """The Pythons that install a wheel with these tags, as a version specifier; None where all of Python 3 do.

    ``py39`` is for 3.9 and what comes later, ``cp39`` for that one alone, unless its ABI is ``abi3``.
    """
    alternatives = []
    for python in pythons.split("."):
        match = _INTERPRETER.match(python)
        if match is None:
            return None
        name, major, minor = match[1].lower(), match[2], match[3]
        if major != "3":
            continue
        if not minor:
            return None
        stable = name == "py" or (name == "cp" and any(abi.startswith("abi3") for abi in abis.lower().split(".")))
        alternatives.append(f">=3.{minor}" if stable else f"==3.{minor}.*")
    return "||".join(alternatives) or PYTHON_2


def _of_headers(text: bytes) -> Declared:
    """What METADATA or PKG-INFO says in its headers."""
    from email.parser import BytesHeaderParser

    headers = BytesHeaderParser().parsebytes(text.split(b"\n\n", 1)[0].split(b"\r\n\r\n", 1)[0] + b"\n\n")
    said = {name: " ".join(str(headers[name]).split()) for name in ("Requires-Python", "Name", "Version")
            if headers[name]}  # fmt: skip
    requires = said.get("Requires-Python")
    return Declared(requires, f"Requires-Python {requires}" if requires else "", said.get("Name"), said.get("Version"))


def _closest_to_top(metadata: Mapping[str, bytes], ending: str) -> list[bytes]:
    """The files with this ending that lie closest to the top: a deeper one belongs to another project. If there is
    none, one that says nothing."""
    found = sorted(name for name in metadata if name == ending or name.endswith((f"/{ending}", ending)))
    depth = min((name.count("/") for name in found), default=0)
    return [metadata[name] for name in found if name.count("/") == depth] or [b""]


def _of_any(every: Sequence[Declared]) -> Declared:
    """What an artifact says that describes itself more than once: it is for whatever Python one of `every` admits."""
    if len(every) == 1:
        return every[0]
    said = dict.fromkeys(one.requires for one in every if one.requires)
    whys = dict.fromkeys(one.why for one in every if one.why)
    return every[0].evolve(requires="||".join(said) or None, why=" and ".join(whys))


def _both(said: Declared, specifier: str, why: str) -> Declared:
    """`said` and a specifier that holds besides."""
    outer = (said.requires or "").split("||")
    inner = specifier.split("||")
    requires = "||".join(",".join(part for part in (one, other) if part) for one in outer for other in inner)
    reasons = " and ".join(part for part in (said.why, why) if part)
    return Declared(requires, reasons, said.name, said.version)


def _from_conda(text: str) -> str | None:
    """A version as conda matches it, as PEP 440 has it, or None: ``3.9.*``, ``>=3.9,<3.10.0a0``, ``3.9|3.10``."""
    alternatives = []
    for alternative in text.split("|"):
        clauses = []
        for clause in alternative.split(","):
            match = _CONDA_CLAUSE.match(clause.strip())
            if match is None:
                return None
            operator, release = match[1] or "=", match[2].rstrip(".")
            any_of_it = match[3] or operator == "="
            clauses.append(f"=={release}.*" if any_of_it and operator in ("=", "==") else f"{operator}{release}")
        alternatives.append(",".join(clauses))
    return "||".join(alternatives)
