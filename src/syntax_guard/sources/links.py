"""Symbolic links to folders: none is followed to a folder on the way to it, or outside of what was asked for."""

from __future__ import annotations

import os

from .environments import is_of_packages
from .selection import ENVIRONMENT, EXCLUDED, LINK, TOOL_FOLDER, below_tool_folder, inside_current, real_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    from ..model import Stamp
    from .environments import Environments

    Search: TypeAlias = "Callable[[str, str, set[tuple[int, ...]]], None]"


class Links:
    """The links to folders that a search met. They are followed when all real folders have been searched."""

    def __init__(
        self,
        skip: Callable[[str, str], None],
        exclude: Callable[[str], bool],
        importable: Callable[[str], bool],
        environments: Callable[[], Environments],
    ) -> None:
        self._skip = skip
        self._exclude = exclude
        self._importable = importable
        self._environments = environments
        self._found: list[tuple[str, str]] = []

    def add(self, path: str, root: str) -> None:
        """Keep the link `path`, which lies in the folder `root` that was named."""
        self._found.append((path, root))

    def follow(self, search: Search, watched: Iterable[tuple[str, Stamp]]) -> None:
        """Have `search` look into what the links lead to, also into those that it then finds.

        It is given a path with a slash, the root, and the numbers of the folders that were seen, which it adds to.
        """
        links = {path for path, _ in self._found}
        seen = {mark[3:] for path, mark in watched if path not in links}
        while self._found:
            found, self._found = sorted(self._found), []
            for path, root in found:
                why_not = self._why_not(path, root)
                if why_not is None:
                    search(path + "/", root, seen)
                else:
                    self._skip(path + "/", why_not)

    def _why_not(self, path: str, root: str) -> str | None:
        """Why the link is not followed, or None. What is seen already `search` tells."""
        name = os.path.basename(path)
        real, here = real_path(path), real_path(os.path.dirname(path) or ".")
        if os.path.join(here, "").startswith(os.path.join(real, "")) or _is_on_the_way(path, real, root):
            return LINK  # an ancestor: it would be searched again and again
        if below_tool_folder(name + "/"):
            return TOOL_FOLDER
        if self._exclude(path + "/") or self._exclude(os.path.join(real, "")):
            return EXCLUDED
        for base in self._bases(root):
            if real.startswith(os.path.join(base, "")):
                inside = real[len(os.path.join(base, "")) :].replace(os.sep, "/") + "/"
                return ENVIRONMENT if is_of_packages(inside) or self._owned(base, inside) else None
        if not self._importable(name):
            return LINK
        return ENVIRONMENT if self._environments().around(real) else None

    def _bases(self, root: str) -> list[str]:
        """The folders that a link may lead into: the root, and the current folder around it."""
        real, current = real_path(root), real_path(".")
        around = inside_current(root) is not None and os.path.dirname(current) != current
        return [real, current] if around else [real]

    def _owned(self, base: str, inside: str) -> bool:
        above = os.path.join(base, "")
        for name in inside.split("/")[:-1]:
            if os.path.join(base, "") != above and self._environments().owns(above, name):
                return True
            above += name + "/"
        return False


def _is_on_the_way(path: str, real: str, root: str) -> bool:
    """Whether the folder `real` is one that the way from `root` to the link `path` goes through, by other links."""
    above = os.path.dirname(path)
    while above and len(above) >= len(root):
        if real_path(above) == real:
            return True
        path, above = above, os.path.dirname(above)
        if above == path:
            break
    return False
