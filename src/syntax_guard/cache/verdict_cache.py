"""What the targets accept, remembered between runs by content.

A verdict is a function of the bytes and the interpreters, so it is kept as a set of digests, with no name, no code and
no object in it. What is keyed by content holds in a fresh clone and in a restored CI cache too.

Only what is valid is kept: without warnings as a digest, or with its warnings, under a seal. A digest that is damaged
matches nothing. The key takes in the interpreters, the rules that judge and a secret that does not travel with the
cache, so that what others have found, or made up, matches nothing either.
"""

from __future__ import annotations

import os
import sys

try:
    from _blake2 import blake2b  # hashlib's own, without OpenSSL, which takes 2 ms to load
except ImportError:
    from hashlib import blake2b

from ..judging.judgement import Judgement
from ..model import UNKNOWN, Record, Source
from ..processes.forked_call import halves
from ..sources.in_memory import LoadedFile
from ..sources.readers import File, UnreadableError
from . import warnings
from .digests import DIGEST_BYTES, Digests

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ..model import Stamp, Target
    from ..sources.readable import Readable
    from ..storage.store import Store

SEAL_BYTES = 32
LIMIT = 2 << 20
"""Digests that are kept for one set of interpreters."""
_WORTH_A_COPY = 256
"""Files from which on a forked copy of this process reads half of them."""
_HELD_BYTES = 16 << 20
"""Bytes of files that are kept until they are judged."""
_WORTH_OPENSSL = 1 << 20
"""Bytes from which on its hash, with the processor's own instructions, makes up for the time that it takes to load."""


class Split(Record):
    """Files, by what is known of them."""

    known: tuple[tuple[Readable, Stamp | None], ...]
    """Those without a finding from a target, with the stamp of the file object that was read."""
    recalled: tuple[Judgement, ...]
    """The judgements of those with warnings."""
    unknown: tuple[Readable, ...]
    """Those that have to be judged."""


class VerdictCache:
    """What one run knows and learns of sources, for one set of targets: `split`, `learn` each judgement, `close`."""

    def __init__(self, store: Store, fingerprint: bytes, targets: tuple[Target, ...]) -> None:
        """`fingerprint` stands for the `targets` and the rules that judge (see ``judging.fingerprint``)."""
        self._store = store
        self._key = blake2b(fingerprint, key=blake2b(store.key).digest() if store.key else b"", digest_size=32).digest()
        self._targets = targets
        self._hashed = 0
        self._digests: Digests | None = None
        self._learned = Digests()
        self._warnings: dict[bytes, str] | None = None
        self._learned_warnings: dict[bytes, str] = {}

    def digest(self, data: bytes) -> bytes:
        """The digest of the bytes of a source."""
        self._hashed += len(data)
        sha256 = _sha256_of_openssl() if self._hashed > _WORTH_OPENSSL else _sha256_of_python()
        return blake2b(sha256(data).digest(), key=self._key, digest_size=DIGEST_BYTES, person=b"verdict").digest()

    def knows(self) -> Callable[[bytes], bool]:
        """A function that tells, by the digest of a source, whether it is valid and without warnings."""
        return self._known_digests().__contains__

    def split(self, files: Sequence[Readable]) -> Split:
        """Tell `files` apart by what is known of their bytes.

        Many files are read by two processes. What is left of those is read again, which takes no time beside judging
        it; of a few files the bytes are kept.
        """
        # All of them are to be hashed, here or where they are judged: the faster hash from the first one on.
        self._hashed = max(self._hashed, sum(file.size for file in files))
        valid, warned = self._known_digests(), self._known_warnings()
        if not len(valid) and not warned:
            return Split((), (), tuple(files))
        known: list[tuple[Readable, Stamp | None]] = []
        recalled: list[Judgement] = []
        unknown: list[Readable] = []
        for file, digest, stamp in self._looks(files):
            if digest in valid:
                known.append((file, stamp))
                continue
            judgement = self._recall(file, digest, warned[digest]) if digest in warned else None
            if judgement is None:
                unknown.append(file)
            else:
                recalled.append(judgement)
        return Split(tuple(known), tuple(recalled), tuple(unknown))

    def learn(self, judgement: Judgement) -> None:
        """Take in what the targets said of a file."""
        if not judgement.digest:
            return
        if judgement.silent:
            self._learned.add(judgement.digest)
        elif (row := warnings.row(judgement.verdicts)) is not None:
            self._learned_warnings[judgement.digest] = row

    def close(self) -> None:
        """Write down what was learned. Once is enough."""
        self._learned.settle()
        if len(self._learned):
            self._save()
        if self._learned_warnings:
            body = warnings.pack({**self._known_warnings(), **self._learned_warnings})
            self._store.replace(self._name(b"warnings"), [body, self._seal(body)])
            self._learned_warnings.clear()

    def _looks(self, files: Sequence[Readable]) -> list[tuple[Readable, bytes, Stamp | None]]:
        """Each of `files` with the digest of its bytes, and the stamp of the file object that was read."""
        mine = sorted((file for file in files if isinstance(file, File)), key=lambda file: file.size)
        others = [(file, self._digest_of(file), None) for file in files if not isinstance(file, File)]
        size = sum(file.size for file in mine)
        if len(mine) < _WORTH_A_COPY and size <= _HELD_BYTES:
            return [*map(self._loaded, mine), *others]
        mine = mine[::2] + mine[1::2]  # halves that are the same work
        from struct import Struct, error

        from ..storage.packed import STAMP

        form = Struct(f"{DIGEST_BYTES}s{STAMP}")

        def look(file: File) -> bytes:
            try:
                data, stamp = file.read_stamped()
                return form.pack(self.digest(data), *stamp)
            except (UnreadableError, error):  # or a time beyond 64 bits
                return form.pack(os.urandom(DIGEST_BYTES), *UNKNOWN)  # is known to no cache

        looks = halves(lambda half: b"".join(map(look, half)), mine, _WORTH_A_COPY)
        rows = zip(mine, form.iter_unpack(looks), strict=True)
        return [*((file, digest, tuple(stamp)) for file, (digest, *stamp) in rows), *others]

    def _loaded(self, file: File) -> tuple[Readable, bytes, Stamp | None]:
        try:
            data, stamp = file.read_stamped()
        except UnreadableError:
            return file, os.urandom(DIGEST_BYTES), None  # is known to no cache
        loaded = file if isinstance(file, LoadedFile) else LoadedFile(file, data, stamp)
        return loaded, self.digest(data), stamp

    def _digest_of(self, file: Readable) -> bytes:
        try:
            return self.digest(file.read())
        except UnreadableError:
            return os.urandom(DIGEST_BYTES)

    def _recall(self, file: Readable, digest: bytes, row: str) -> Judgement | None:
        """The judgement of a source with warnings; None where its bytes have changed."""
        try:
            data = file.read()
        except UnreadableError:
            return None
        if self.digest(data) != digest:
            return None
        source = Source(file.path, data, None, file.member, file.cell)
        return Judgement(file, source, self._targets, warnings.verdicts(row, len(self._targets)))

    def _known_digests(self) -> Digests:
        if self._digests is None:
            self._digests = self._load()
        return self._digests

    def _known_warnings(self) -> dict[bytes, str]:
        if self._warnings is None:
            content = self._store.read(self._name(b"warnings")) or b""
            body, seal = content[:-SEAL_BYTES], content[-SEAL_BYTES:]
            self._warnings = warnings.unpack(body) if seal == self._seal(body) else {}
        return self._warnings

    def _load(self) -> Digests:
        content = self._store.read(self._name(b"verdicts")) or b""
        return Digests(b"" if len(content) % DIGEST_BYTES else content)  # torn

    def _save(self) -> None:
        self._digests = None  # another run may have kept more meanwhile
        known = self._load()
        known.update(self._learned, LIMIT)
        self._learned = Digests()
        self._store.replace(self._name(b"verdicts"), [known.table])
        self._store.shrink()

    def _name(self, kind: bytes) -> str:
        """The name of the file that keeps this `kind` of thing under this key."""
        name = blake2b(kind, key=self._key, digest_size=16, person=b"name").hexdigest()
        return f"{kind.decode()}-{name}"

    def _seal(self, content: bytes) -> bytes:
        return blake2b(content, key=self._key, digest_size=SEAL_BYTES, person=b"warnings").digest()


def _sha256_of_openssl() -> Any:
    from hashlib import sha256

    return sha256


def _sha256_of_python() -> Any:
    """The hash that a Python holds itself, and OpenSSL's where it holds none."""
    try:  # Python remembers no module that it has not found: the wrong name would cost a search for each file
        if sys.version_info >= (3, 12):
            from _sha2 import sha256  # type: ignore[import-not-found]
        else:
            from _sha256 import sha256  # type: ignore[import-not-found]
    except ImportError:
        return _sha256_of_openssl()
    return sha256
