"""Which attributes git gives to paths (gitattributes(5))."""

from __future__ import annotations

import os
import sys

from ..errors import GitError
from .git_files import bytes_of
from .path_names import path_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

FILE = ".gitattributes"


def attributes(top: str, names: tuple[str, ...], paths: Sequence[str]) -> dict[str, dict[str, str]]:
    """Which of the attributes `names` the index of the work tree `top` has for `paths`, by path. Raises `GitError`."""
    from . import git

    found: dict[str, dict[str, str]] = {}
    for start_at in range(0, len(paths), _MOST_ARGUMENTS):
        some = paths[start_at : start_at + _MOST_ARGUMENTS]
        fields = git.run(top, "check-attr", "--cached", "-z", *names, "--", *some).split(b"\0")
        for path, name, value in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
            if value != b"unspecified":
                found.setdefault(path_name(path), {})[name.decode()] = value.decode(errors="surrogateescape")
    return found


def may_have_attributes(top: str, paths: Sequence[str]) -> bool:
    """Whether a file of attributes may say something of `paths`: git itself is asked only then."""
    if any(os.path.basename(path) == FILE for path in paths):
        return True
    machine = _configuration()
    if machine is None or not os.path.isdir(os.path.join(top, ".git")):
        return True
    if any(map(_names_attributes, (*machine, os.path.join(top, ".git", "config")))):
        return True
    folders = {""}
    for path in paths:
        while path := path.rpartition("/")[0]:
            folders.add(path)
    places = [
        *(os.path.join(top, place) for place in _ATTRIBUTES),
        *(os.path.join(top, one, _ATTRIBUTES[0]) for one in folders),
    ]
    return any(map(os.path.lexists, places))


def may_be_encoded(top: str, path: str) -> bool:
    """Whether a file of attributes in the work tree `top` may say that the file at `path` has an encoding of its own
    there: git itself is asked only then."""
    folders = [path[:at] for at in range(len(path)) if path[at] == "/"]
    for place in (*_ATTRIBUTES, *(f"{folder}/{FILE}" for folder in folders)):
        try:
            said = bytes_of(os.path.join(top, place), _MOST_READ + 1)
        except OSError:
            continue
        if b"working-tree-encoding" in said or len(said) > _MOST_READ:
            return True
    return False


def filtered(top: str, path: str, blob: str, most: int) -> bytes:
    """The first `most` bytes of the object `blob` as a checkout of the work tree `top` would write it to `path`.

    This runs the filter that git's configuration names for `path`. Raises `GitError` where it fails and is required.
    """
    from . import git

    data, status = git.answer(top, "cat-file", "--filters", f"--path={path}", blob, most=most)
    if status:
        raise GitError(f"git's filter for {path} failed", "try `git checkout-index` of the file")
    return data


def _configuration() -> tuple[str, ...] | None:
    """The paths where git finds what this user and this machine configure; None where variables say more of it, and
    on other systems, where a git keeps what holds for the machine beside its own programs."""
    if sys.platform != "linux" or any(
        name.startswith(("GIT_CONFIG", "GIT_ATTR")) and name != "GIT_CONFIG_NOSYSTEM" for name in os.environ
    ):
        return None
    home = os.environ.get("HOME", "")
    own = os.path.join(os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config"), "git")
    return ("/etc/gitconfig", "/usr/etc/gitconfig", os.path.join(home, ".gitconfig"), os.path.join(own, "config"),
            "/etc/gitattributes", "/usr/etc/gitattributes", os.path.join(own, "attributes"))  # fmt: skip


def _names_attributes(path: str) -> bool:
    """Whether the file at `path` holds attributes, or is a configuration that may name another file of them."""
    if os.path.basename(path).endswith("attributes"):
        return os.path.lexists(path)
    try:
        said = bytes_of(path, _MOST_READ + 1).lower()
    except OSError:
        return False
    return b"attributesfile" in said or b"include" in said or len(said) > _MOST_READ


_MOST_READ = 1 << 20
"""Bytes of the largest configuration that is looked through."""
_ATTRIBUTES = (FILE, ".git/info/attributes")
_MOST_ARGUMENTS = 500
