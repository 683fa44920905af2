"""The key under which a cache counts. It does not travel with the cache: writing a cache's files forges no key.

A cache that a CI restores is the runner's own file, so its owner proves nothing. The key comes from a variable, or it
is a random one in the user's state folder, which no CI saves and restores along with caches.
"""

from __future__ import annotations

import os
import stat

_FILE = "cache-key"
_BYTES = 32
_CAREFUL = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))


def cache_key(given: bytes, folder: str | None) -> bytes | None:
    """The key `given`, else the one in the state `folder`, which is made there first; None where neither can be had."""
    if given or folder is None:
        return given or None
    path = os.path.join(folder, _FILE)
    return _read(path) or _made(folder, path)


def seal(key: bytes, content: bytes) -> bytes:
    """8 bytes that only a holder of `key` can make for `content` (SipHash), without an import that a hook waits for."""
    from _imp import source_hash  # importlib.util's, without its imports

    # As the C long that it takes: 8 bytes with a sign, 4 on Windows.
    number = int.from_bytes(source_hash(0, key)[: 4 if os.name == "nt" else 8], "big", signed=True)
    return source_hash(number, content)


def _read(path: str) -> bytes | None:
    try:
        file = os.open(path, os.O_RDONLY | _CAREFUL)
    except OSError:
        return None
    try:
        status = os.fstat(file)
        own = os.name == "nt" or (status.st_uid == os.geteuid() and not status.st_mode & 0o077)
        content = os.read(file, _BYTES) if own and stat.S_ISREG(status.st_mode) else b""
    except OSError:
        return None
    finally:
        os.close(file)
    return content if len(content) == _BYTES else None


def _made(folder: str, path: str) -> bytes | None:
    """A new key, kept at `path`; that of another process, if one was faster; None where none can be kept."""
    part = f"{path}.{os.getpid()}"
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CAREFUL, 0o600)
        try:
            os.write(file, os.urandom(_BYTES))
        finally:
            os.close(file)
        try:
            os.link(part, path)
        except FileExistsError:
            if _read(path) is None:  # damaged, or not this user's alone: it protects nothing
                os.replace(part, path)
        finally:
            if os.path.lexists(part):
                os.unlink(part)
    except OSError:
        return None
    return _read(path)
