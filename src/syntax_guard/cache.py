"""What the targets accept, remembered between runs.

A verdict is a function of the bytes and the interpreters, so it is kept by content: a set of digests, with no name,
no code and no object in it. What is keyed by content holds in a fresh clone and in a restored CI cache too. On top,
an `index` spares reading what has not changed since.

Only what is valid is kept: green, or with its warnings, under a seal. A digest that is damaged matches nothing, and a
key that takes in the interpreters, the rules that judge and the user's own secret makes what others have found, or made
up, match nothing either.
"""

from __future__ import annotations

import os
import sys
from time import time_ns

try:
    from _blake2 import blake2b  # hashlib's own, without OpenSSL, which takes 2 ms to load
except ImportError:
    from hashlib import blake2b

from . import __version__, warned
from .beside import halves
from .index import SEAL_BYTES, Index, index, unpack
from .questions import questions
from .reading import UNKNOWN, File, UnreadableError
from .sources import select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .model import Target, Verdict
    from .questions import Question
    from .reading import Mark, Readable
    from .sources import Selection
    from .store import Store

DIGEST_BYTES = 32
_WORTH_A_COPY = 256
"""Files from which on a copy of this process reads half of them."""
LIMIT = 8 << 20
"""Bytes of the digests that are kept for one set of interpreters."""
RULES = (
    "_probe", "answers", "approximate", "beside", "bytecode", "copies", "cpus", "model", "questions", "reading",
    "skim", "suspicious", "warned",
    *("grammar." + room for room in (
        "__init__", "annotations", "cells", "characters", "code", "depth", "expressions", "fstrings", "lexical",
        "limits", "rule", "scanning", "scopes", "statements", "table", "triggers", "unicode",
    )),
)  # fmt: skip
"""The rooms whose change may change a verdict: `skim`, and all that `questions` imports, down to the last."""


class Cache:
    """What one run knows and learns about sources.

    Used in this order: `select` (for a tree), `recall` (or its steps: `digest`, `knows`, `expect`) and `learn` for each
    source that is read, `close`.
    """

    def __init__(self, store: Store, targets: Sequence[Target], unlike: Callable[[str], bool]) -> None:
        """`unlike` tells the names of files whose being green is news, and which are judged each time."""
        self.known = 0
        """Sources that needed no judging, so far."""
        self._store = store
        self._unlike = unlike
        self._key = _key(store.key, targets)
        self._targets = len(targets)
        self._started = time_ns()
        self._digests: set[bytes] | None = None
        self._learned: list[bytes] = []
        self._warnings: dict[bytes, str] | None = None
        self._learned_warnings: dict[bytes, str] = {}
        self._asked: dict[str, tuple[bytes, Readable]] = {}
        self._green: dict[str, Mark] = {}
        self._selection: Selection | None = None
        self._index: Index | None = None
        self._searched: list[Readable] | None = None

    def select(
        self, paths: Sequence[str], exclude: Callable[[str], bool], suffixes: tuple[str, ...], question: object
    ) -> Selection:
        """As `sources.select`, without the files that are known to be green, which `Selection.known` counts.

        `question` is all besides `paths` and `suffixes` that the choice of files hangs on; its ``repr`` stands for it.
        """
        asked = repr((os.getcwd(), list(paths), suffixes, question)).encode("utf-8", "surrogatepass")
        self._name = f"index-{self._seal(asked)[:16].hex()}"
        self._question = asked
        content = self._store.read(self._name)
        self._index = unpack(content, self._seal_answer) if content else None
        selection = self._index.unchanged() if self._index else None
        if selection is None:
            selection = select(paths, exclude, suffixes)
            self._forget_known(selection)
        self.known = selection.known
        self._selection = selection
        return selection

    def recall(self, file: Readable, data: bytes) -> tuple[Verdict, ...] | None:
        """What the targets said of `data`: verdicts with warnings, or no verdicts where it is green; None: unknown."""
        digest = self.digest(file, data)
        if self.knows(file, digest):
            return ()
        line = self._known_warnings().get(digest)
        if line is not None:
            self.known += 1
            return warned.verdicts(line, self._targets)
        self.expect(file, digest)
        return None

    def digest(self, file: Readable, data: bytes) -> bytes:
        """What stands for `data`, the bytes of `file`; nothing for a file that is judged each time."""
        return b"" if self._unlike(file.name) else self._digest(data)

    def knows(self, file: Readable, digest: bytes) -> bool:
        """Whether `file` is known to be green, by the digest of its bytes."""
        if digest not in self._known_digests():
            return False
        self._keep(file)
        self.known += 1
        return True

    def is_warned(self, digest: bytes) -> bool:
        """Whether it is known what is warned of in the bytes that have this digest."""
        return digest in self._known_warnings()

    def expect(self, file: Readable, digest: bytes) -> None:
        """Have `learn` keep what comes of `file`, whose bytes have this digest."""
        if digest:
            self._asked[file.name] = (digest, file)

    def without_known(self, files: list[Readable]) -> list[Readable]:
        """Those of `files` that are not known to be green by their content.

        Many files are read by two processes. What is left is read again, which takes no time beside judging it.
        """
        mine = [file for file in files if isinstance(file, File) and not self._unlike(file.name)]
        if len(mine) < _WORTH_A_COPY or not self._known_digests():
            return files
        mine.sort(key=lambda file: file.size)
        mine = mine[::2] + mine[1::2]  # halves that are the same work
        digests = halves(lambda half: b"".join(map(self._digest_of, half)), mine, _WORTH_A_COPY)
        known = set()
        for start, file in zip(range(0, len(digests), DIGEST_BYTES), mine, strict=True):
            if digests[start : start + DIGEST_BYTES] in self._known_digests():
                self._keep(file)
                known.add(file.name)
        self.known += len(known)
        return [file for file in files if file.name not in known]

    def _digest_of(self, file: File) -> bytes:
        try:
            return self._digest(file.read())
        except UnreadableError:
            return os.urandom(DIGEST_BYTES)  # is known to nobody

    def _known_digests(self) -> set[bytes]:
        if self._digests is None:
            self._digests = self._load()
        return self._digests

    def _known_warnings(self) -> dict[bytes, str]:
        if self._warnings is None:
            content = self._store.read(self._warned) or b""
            body, seal = content[:-SEAL_BYTES], content[-SEAL_BYTES:]
            self._warnings = warned.unpack(body) if seal == self._seal_warnings(body) else {}
        return self._warnings

    def learn(self, name: str, verdicts: tuple[Verdict, ...], *, green: bool) -> None:
        """Take in what came of the source called `name`; `green` are verdicts that say nothing."""
        digest, file = self._asked.pop(name, (None, None))
        if digest is None or file is None:
            return
        if green:
            self._learned.append(digest)
            self._keep(file)
        elif (line := warned.text(verdicts)) is not None:
            self._learned_warnings[digest] = line

    def close(self, *, complete: bool) -> None:
        """Write down what was learned; of the search only what is `complete`, to the last file. Once is enough."""
        if self._learned:
            self._save()
            self._learned.clear()
        if self._learned_warnings:
            body = warned.pack({**self._known_warnings(), **self._learned_warnings})
            self._store.replace(self._warned, body + self._seal_warnings(body))
            self._learned_warnings.clear()
        if complete and self._selection is not None:
            self._save_index(self._selection)
        self._store.close()

    def _keep(self, file: Readable) -> None:
        if isinstance(file, File):
            self._green[file.name] = file.mark

    def _forget_known(self, selection: Selection) -> None:
        """Take the files out of `selection` that are as they were when they were green."""
        before = self._index.green() if self._index else {}
        unknown = []
        for file in selection.files:
            if isinstance(file, File) and before.get(file.name) == file.mark:
                self._green[file.name] = file.mark
            else:
                unknown.append(file)
        selection.known = len(selection.files) - len(unknown)
        self._searched = selection.files
        selection.files = unknown

    def _save_index(self, selection: Selection) -> None:
        if self._searched is None:
            if self._index is None or not (self._green or self._index.outdated):
                return  # all is as it was
            watched = self._index.watched()
            changed = {file.name: UNKNOWN for file in selection.files}
            before = self._index.green() | changed | self._green
            files = [(name, before.get(name, UNKNOWN)) for name in self._index.judged()]
        else:
            if not all(isinstance(file, File) for file in self._searched):
                return  # what cannot be read may turn readable without a mark of it
            watched = selection.watched
            files = [(file.name, self._green.get(file.name, UNKNOWN)) for file in self._searched]
        made = index(watched, files, selection.skipped, linked=selection.linked, started=self._started)
        if made is not None and made != self._index:
            self._store.replace(self._name, made.pack(self._seal_answer))
            self._store.shrink()

    def _load(self) -> set[bytes]:
        content = self._store.read(self._verdicts) or b""
        if len(content) % DIGEST_BYTES:  # torn: what comes after the tear matches nothing, for ever
            self._store.remove(self._verdicts)
            content = b""
        return {content[start : start + DIGEST_BYTES] for start in range(0, len(content), DIGEST_BYTES)}

    def _save(self) -> None:
        learned = b"".join(self._learned)
        size = len(self._digests or ()) * DIGEST_BYTES + len(learned)
        if size <= LIMIT:
            self._store.append(self._verdicts, learned)
        else:
            newest = ((self._store.read(self._verdicts) or b"") + learned)[-LIMIT // 2 :]
            self._store.replace(self._verdicts, newest)
        self._store.shrink()

    @property
    def _verdicts(self) -> str:
        return f"verdicts-{self._seal(b'verdicts')[:16].hex()}"

    @property
    def _warned(self) -> str:
        return f"warnings-{self._seal(b'warnings')[:16].hex()}"

    def _digest(self, data: bytes) -> bytes:
        from hashlib import sha256  # OpenSSL's: with the processor's own instructions, twice as fast as BLAKE2

        return blake2b(sha256(data).digest(), key=self._key, digest_size=DIGEST_BYTES, person=b"verdict").digest()

    def _seal_answer(self, content: bytes) -> bytes:
        """The seal of an index, which in another question's place is as good as none."""
        digest = blake2b(self._question, key=self._key, digest_size=SEAL_BYTES, person=b"answer")
        digest.update(content)
        return digest.digest()

    def _seal_warnings(self, content: bytes) -> bytes:
        return blake2b(content, key=self._key, digest_size=SEAL_BYTES, person=b"warnings").digest()

    def _seal(self, content: bytes) -> bytes:
        return blake2b(content, key=self._key, digest_size=SEAL_BYTES, person=b"question").digest()


def _key(secret: bytes, targets: Sequence[Target]) -> bytes:
    """What tells the verdicts of these targets, by these rules, from all others'."""
    names = [(target.label, target.exact, target.interpreter.name) for target in targets]
    parts = [__version__, _rules(), names, *map(_interpreter, questions(targets))]
    return blake2b(repr(parts).encode(), key=blake2b(secret).digest() if secret else b"", digest_size=32).digest()


def _interpreter(question: Question) -> tuple[object, ...]:
    """Which interpreter answers `question`, to the build; for another than this, its file stands for the build."""
    if question.python is None:
        magic = sys.implementation.cache_tag
        return (sys.version, sys.implementation.name, magic, sys.platform, sys.maxsize, question.floor)
    path = os.path.realpath(question.python)
    status = os.stat(path)
    return (path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, question.floor)


def _rules() -> bytes:
    """What stands for the rules that judge: the text of every room that has a part in a verdict."""
    assert __spec__ is not None  # noqa: S101  # for the type checker: this is imported, never a script
    read = __spec__.loader.get_data  # type: ignore[union-attr]  # from a folder as from a zip file
    package = os.path.dirname(os.path.abspath(__file__))
    digest = blake2b(digest_size=32)
    for room in RULES:
        digest.update(blake2b(read(os.path.join(package, *room.split(".")) + ".py"), digest_size=32).digest())
    return digest.digest()
