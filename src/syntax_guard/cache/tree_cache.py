"""What a search found and which of it was valid: an unchanged tree is neither searched nor read again."""

from __future__ import annotations

from time import time_ns

try:
    from _blake2 import blake2b  # hashlib's own, without OpenSSL, which takes 2 ms to load
except ImportError:
    from hashlib import blake2b

from ..model import UNKNOWN
from ..sources.readers import File
from ..sources.selection import FoundFiles, Stamped
from .tree_index import SEAL_BYTES, Provable, TreeIndex, unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..config.declarations.declaration import Declaration
    from ..model import Stamp
    from ..sources.readable import Readable
    from ..sources.selection import Selection
    from ..storage.store import Store


class TreeCache:
    """One search, remembered: `select`, `learn` each file that turns out to be valid, `close`."""

    def __init__(
        self,
        store: Store,
        rules: bytes,
        question: object,
        stated: Callable[[Sequence[str], Sequence[Declaration]], object],
        stating: Callable[[], list[str]],
    ) -> None:
        """`rules` stand for the modules that take part.

        The choice of files, and what is asked about them, depend on the file system, on `question`, and on what is
        `stated` by the folders `stating`, once a search is done, and by scripts; the ``repr`` of both stands for them.
        """
        self._store = store
        self._key = blake2b(rules, key=blake2b(store.key).digest() if store.key else b"", digest_size=32).digest()
        self._stated = stated
        self._stating = stating
        self._question = repr(question).encode("utf-8", "surrogatepass")
        self._name = f"index-{blake2b(self._question, key=self._key, digest_size=16, person=b'name').hexdigest()}"
        self._provable = Provable(time_ns())
        self._valid: dict[str, Stamp] = {}
        """The files that were judged since the last call of `settle`."""
        self.scripts: dict[str, Declaration] = {}
        """What those files that are known to be valid say themselves, by their paths."""
        self._asked: dict[str, None] = {}
        self._selection: Selection | None = None
        self._index: TreeIndex | None = None
        self._kept = b""
        """The seal of the index that is there."""
        self._searched = False
        self._worth_keeping = False
        self._judged = Stamped()
        """What the next index says of the files that are valid."""
        self._others = Stamped()
        """What it says of the others. They come last, so that a look at the next run takes few blocks apart."""

    def select(self, search: Callable[[], Selection]) -> Selection:
        """What ``search()`` finds, without the files that are known to be valid, which `Selection.known` counts."""
        content = self._store.read(self._name)
        self._index = unpack(content, self._seal) if content else None
        self._kept = self._index.seal if self._index else b""
        if self._index is not None and self._index.stated != self._all_stated(self._index.stating, self._index.scripts):
            self._index = None  # a declaration changed, or an interpreter: what was valid may be so no longer
        still = self._index.unchanged() if self._index else None
        if self._index is not None and still is not None:
            self._selection, self._judged, self._worth_keeping = still.selection, still.valid, still.outdated
            self.scripts = {one.path: one for one in self._index.scripts}
            for file in still.selection.files if self.scripts else ():
                self.scripts.pop(file.path, None)
        else:
            self._searched = self._worth_keeping = True
            self._selection = search()
            self._take_out_known(self._selection)
        return self._selection

    @property
    def asked(self) -> Iterable[str]:
        """At least one path of the files that are known to be valid, for each way in which they were asked about."""
        if self._searched:
            return (name for name, _ in self._judged)
        return self._index.asked if self._index is not None else ()

    def ask(self, path: str) -> None:
        """Take in that files are asked about as the one at `path` is."""
        self._asked[path] = None

    def learn(self, file: Readable, stamp: Stamp | None, said: Declaration | None = None) -> None:
        """Take in that `file` is valid.

        Args:
            file: The file.
            stamp: That of the file object that was read.
            said: What the file says itself; None for what its folder says.
        """
        if isinstance(file, File) and stamp is not None:
            self._valid[file.path] = self._provable.stamp(file.path, stamp)
            if said is not None:
                self.scripts[file.path] = said

    def settle(self, files: Iterable[Readable]) -> None:
        """Take in that all is said of `files`. Each of them is settled once."""
        for file in files:
            if not isinstance(file, File):
                self._selection = None  # what cannot be read may turn readable without a stamp of it
                break
            stamp = self._valid.get(file.path, UNKNOWN)
            (self._others if stamp == UNKNOWN else self._judged).append((file.path, stamp))
            self._worth_keeping = self._worth_keeping or stamp != UNKNOWN
        self._valid.clear()

    def close(self) -> None:
        """Write down a search that was judged to the last file."""
        selection, before = self._selection, self._index
        if selection is None or not self._worth_keeping or any("\0" in path for path, _ in selection.skipped):
            return
        if before is not None:
            watched, stating = before.watched, before.stating
        else:
            watched, stating = self._provable.watched(selection.watched), self._stating()
        for pair in self._others.drained():
            self._judged.append(pair)
        made = TreeIndex(watched, self._judged, selection.skipped, linked=selection.linked)
        made.scripts = [*self.scripts.values()]
        made.stating, made.stated = stating, self._all_stated(stating, made.scripts)
        made.asked = [*self._asked]
        parts = made.parts(self._seal)
        if parts[-1] != self._kept:
            self._store.replace(self._name, parts)
            self._store.shrink()

    def _take_out_known(self, selection: Selection) -> None:
        """Take the files out of `selection` that are as they were when they were valid."""
        if self._index is None or {*self._index.stating} != {*self._stating()}:
            self._index = None  # what is new there may ask other Pythons
            return
        from .tree_lookup import TreeLookup  # for a tree that changed

        before = TreeLookup(self._index.files)
        said = {one.path: one for one in self._index.scripts}
        self._index = None  # with what it leaves behind, it takes as much memory as the next one
        unknown = FoundFiles()
        for file in selection.files.drained():
            if isinstance(file, File) and before.stamp(file.path) == file.stamp:
                self._judged.append((file.path, file.stamp))
                if file.path in said:
                    self.scripts[file.path] = said[file.path]
            else:
                unknown.append(file)
        selection.known = len(self._judged)
        selection.files = unknown

    def _all_stated(self, folders: Sequence[str], scripts: Sequence[Declaration]) -> bytes:
        """The digest of all that `folders` and `scripts` state."""
        said = repr(self._stated(folders, scripts)).encode("utf-8", "surrogatepass")
        return blake2b(said, key=self._key, digest_size=SEAL_BYTES, person=b"stated").digest()

    def _seal(self, parts: Sequence[bytes | memoryview]) -> bytes:
        """The seal of an index, which in another question's place is as good as none."""
        digest = blake2b(self._question, key=self._key, digest_size=SEAL_BYTES, person=b"answer")
        for part in parts:
            digest.update(part)
        return digest.digest()
