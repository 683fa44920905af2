"""Which files git tracks, read from its index file without starting git.

A commit's hook asks about a few paths. The index holds each path as it is, after the length of its name and before a
zero byte (gitformat-index(5), versions 2 and 3); what this does not find, git itself is asked about, once.
"""

from __future__ import annotations

import os

from .index_bytes import IndexBytes, is_plain, is_unlooked
from .path_names import name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .left_out import LeftOut, Marked

_HEAD = 12
_LONG = 0xFFF
"""The length that stands for all longer names."""
_FLAGS, _INTENDED = rb"\tflags: ([0-9a-f]+)\n", 1 << 29
"""Where ``git ls-files --debug`` gives the flags of an entry, and that of ``git add -N``, which tracks no content."""


class GitIndex:
    """The index of the work tree `top`."""

    def __init__(self, top: str, *, for_commit: bool = False, content: IndexBytes | None = None) -> None:
        """`for_commit`, the index speaks also for files that are on the disk, and that git does not look at there.
        `content` is what was read of some index; that of another work tree is passed over."""
        self._top = top
        self._for_commit = for_commit
        self._content = content if content and content.top == top else None
        self._known: dict[str, bool] = {}
        self._left_out: LeftOut | None = None
        self._is_known: bool | None = None

    def left_out(self) -> LeftOut | None:
        """The files that git tracks and keeps off the disk; None where there are none, as nearly always."""
        return self._asked() if self.content().may_leave_out() else None

    def _asked(self) -> LeftOut:
        if self._left_out is None:
            from .left_out import LeftOut

            self._left_out = LeftOut(self._top)
        return self._left_out

    def held(self, path: str) -> Marked | None:
        """The file at `path` if the index speaks for it, and not the disk."""
        if not os.path.lexists(os.path.join(self._top, path)):
            left_out = self.left_out()
            return left_out.file(path) if left_out else None
        if (link := self._link_as_text(path)) is not None or not self._for_commit:
            return link
        content = self.content()
        if self._is_known is None:
            self._is_known = not content or is_plain(content)  # else git alone can tell
        if self._is_known and not is_unlooked(content, name_of(path)):
            return None
        return self._asked().file_for_sure(path)

    def _link_as_text(self, path: str) -> Marked | None:
        """The link at `path`, if the disk has it as a text, as where git makes no links (``core.symlinks``)."""
        whole = os.path.join(self._top, path)
        if not self.content().may_hold_links() or os.path.islink(whole) or not os.path.isfile(whole):
            return None
        from .git_files import bytes_of
        from .git_links import LONGEST, SYMBOLIC

        text = bytes_of(whole, LONGEST + 1)
        if not text or len(text) > LONGEST or b"\n" in text:
            return None
        from .git import answer
        from .left_out import marked

        links = (one for one in marked(self._top, [path]) if one.mode == SYMBOLIC)
        return next((one for one in links if answer(self._top, "cat-file", "blob", one.blob)[0] == text), None)

    def leads_nowhere(self, path: str) -> bool:
        """Whether a link is at `path`, which git tracks, and nothing is there that it leads to."""
        return os.path.islink(os.path.join(self._top, path)) and self.tracks(path)

    def tracks(self, path: str) -> bool:
        """Whether git tracks the file at `path`, relative to the top, with ``/``."""
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = self._holds(name_of(path)) or self._git_tracks(path)
        return known

    def _holds(self, path: bytes) -> bool:
        content = self.content().data
        if content[4:8] not in (b"\0\0\0\2", b"\0\0\0\3"):
            return False
        length = min(len(path), _LONG)
        at = content.rfind(path + b"\0", _HEAD)
        while at >= 0:
            if int.from_bytes(content[at - 2 : at], "big") & _LONG == length:
                return True
            at = content.rfind(path + b"\0", _HEAD, at + len(path))
        return False

    def content(self) -> IndexBytes:
        """The bytes of the index; none where they cannot be read."""
        if self._content is None:
            from .git_files import bytes_of, index_file  # a hook gives the content

            try:
                path = index_file(self._top)
                self._content = IndexBytes(bytes_of(path), os.path.dirname(path))
            except OSError:
                self._content = IndexBytes()
        return self._content

    def _git_tracks(self, path: str) -> bool:
        """As `tracks`, asked of git. Raises `GitError` for an index that it cannot read."""
        from ..errors import GitError
        from .git import TOP, run

        try:
            said = run(self._top, "ls-files", "-z", "--debug", "--", f":(literal){path}")
        except GitError:
            try:
                run(self._top, *TOP)
            except GitError:  # it answers nothing here
                return False
            raise
        import re  # nearly always the bytes of the index have said it

        flags = [int(found, 16) for found in re.findall(_FLAGS, said)]
        is_file = said.startswith(name_of(path) + b"\0")  # and no folder of that name
        return is_file and not (flags and all(one & _INTENDED for one in flags))
