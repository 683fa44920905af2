"""A digest of all that takes part in a verdict besides the source: interpreters, rules and the choice of files."""

from __future__ import annotations

import os
import sys

try:
    from _blake2 import blake2b  # hashlib's own, without OpenSSL, which takes 2 ms to load
except ImportError:
    from hashlib import blake2b

from .. import __version__
from .judgement import requests

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..model import Target
    from .judgement import Request

TAKES_PART = (
    "model",
    "regex",
    "cache.warnings",
    "config.repository",
    *("grammar." + name for name in (
        "annotations", "blocks", "cells", "characters", "code", "coding", "constants", "decoded_fields", "depth",
        "encodings", "expressions", "fstrings", "later_warnings", "lexical", "limits", "ll1", "ll1_parser",
        "requirements", "rule", "scanning", "scopes", "statements", "table", "triggers", "unicode",
    )),
    *("judging." + name for name in (
        "bytecode", "emulate", "in_process", "in_workers", "judgement", "prefilter", "schedule",
        "verdicts", "workers",
    )),
    *("processes." + name for name in (
        "_compile_worker", "fork_pool", "forked_call", "procfs", "resources", "shortage", "spawn", "thread_pool",
        "windows_job", "worker", "worker_pool",
    )),
    *("sources." + name for name in (
        "environments", "file_types", "first_line", "git", "git_files", "git_modes", "invisible_characters", "links",
        "named", "path_names", "places", "readable", "readers", "selection", "text", "walk", "windows_names",
    )),
    *("storage." + name for name in ("packed", "records", "whole_file")),
)  # fmt: skip
"""The modules whose change may change a verdict or the choice of files. A test holds them to what is imported."""
NOTEBOOKS = (
    "judging.notebooks", "judging.whole_notebooks", "sources.in_memory",
    *("sources.notebooks." + name for name in (
        "cells", "document", "magics", "names", "percent", "plain", "prompts", "readables", "single_line",
        "statements", "top_level",
    )),
)  # fmt: skip
"""The modules that take part besides in what is said of a notebook as a whole."""
LIBRARIES = ("identify.extensions",)
"""The table of another package that says which names are Python."""


def rules(modules: Sequence[str] | None = None) -> bytes:
    """32 bytes that differ where another version of this tool may judge otherwise, or choose other files.

    They stand for `modules`; None for those that take part whatever is judged, and for `LIBRARIES`.

    Raises:
        OSError: A module of ours cannot be read.
    """
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    names = TAKES_PART if modules is None else modules
    texts = [_content(os.path.join(package, *name.split(".")) + ".py") for name in names]
    texts += map(_text, LIBRARIES if modules is None else ())
    digest = blake2b(digest_size=32)
    for text in texts:
        digest.update(blake2b(text, digest_size=32).digest())
    return digest.digest()


def _content(path: str) -> bytes:
    """The content of a module of ours. To open fifty of them as Python does took 2 of the 50 ms of a warm run."""
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except OSError:  # in a zip file
        assert __spec__ is not None  # noqa: S101  # for the type checker: this is imported, never a script
        return __spec__.loader.get_data(path)  # type: ignore[union-attr, no-any-return]
    try:
        content = b""
        while more := os.read(file, 1 << 16):
            content += more
    finally:
        os.close(file)
    return content


def _text(name: str) -> bytes:
    """The text of a module of another package, which is not imported; nothing where it is not there."""
    from _frozen_importlib_external import PathFinder  # importlib's, without its imports

    places = None
    *packages, _ = name.split(".")
    for package in packages:
        above = PathFinder.find_spec(package, places)
        places = above.submodule_search_locations if above else []
    spec = PathFinder.find_spec(name, places)
    return spec.loader.get_data(spec.origin) if spec and spec.origin else b""  # type: ignore[union-attr]


def fingerprint(targets: Sequence[Target], rules: bytes) -> bytes:
    """32 bytes that differ where `targets`, by these `rules`, may say something else of the same bytes.

    Raises:
        OSError: An interpreter cannot be read.
    """
    names = [(target.label, target.exact, target.interpreter.name) for target in targets]
    parts = [__version__, rules, names, *map(_interpreter, requests(targets))]
    return blake2b(repr(parts).encode(), digest_size=32).digest()


def _interpreter(request: Request) -> tuple[object, ...]:
    """Which interpreter answers `request`, to the build; for another than this, its file stands for the build."""
    if request.python is None:
        tag = sys.implementation.cache_tag
        return (sys.version, sys.implementation.name, tag, sys.platform, sys.maxsize, request.floor)
    path = os.path.realpath(request.python)
    status = os.stat(path)
    return (path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, request.floor)
