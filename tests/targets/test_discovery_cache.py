from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest

from syntax_guard.config import settings
from syntax_guard.model import Interpreter
from syntax_guard.storage.store import Store
from syntax_guard.targets import discovery_cache
from syntax_guard.targets.discovery import find

from ..pythons import HERE, LABEL, NAME, environ, link

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from syntax_guard.targets.discovery import Search

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the layouts here are those of POSIX systems")


def searched(folder: Path, environment: Mapping[str, str]) -> Search:
    """A search for the running version, remembered in ``folder``."""
    search = find(HERE, environment, 20)
    discovery_cache.remember(Store(str(folder)), LABEL, search.interpreter, search.watched, search.note)
    return search


def recalled(folder: Path, environment: Mapping[str, str]) -> Search | None:
    return discovery_cache.recall_search(Store(str(folder)), HERE, environment)


def test_what_was_found_is_remembered(tmp_path: Path) -> None:
    link(tmp_path / "bin" / f"python{LABEL}")
    environment = environ(tmp_path, tmp_path / "bin")
    search = searched(tmp_path / "cache", environment)
    known = recalled(tmp_path / "cache", environment)
    assert known is not None
    assert known.interpreter == search.interpreter
    assert known.interpreter is not None


def test_that_nothing_was_found_is_remembered(tmp_path: Path) -> None:
    environment = environ(tmp_path, tmp_path / "bin")
    search = searched(tmp_path / "cache", environment)
    known = recalled(tmp_path / "cache", environment)
    assert known is not None
    assert known.interpreter is None
    assert known.note == search.note == f"no python{LABEL} found here"


@pytest.mark.parametrize("key", [b"", b"another key"])
def test_nothing_is_known_under_another_key(key: bytes, tmp_path: Path) -> None:
    """A cache that is restored may name any Python; see `storage.key`."""
    link(tmp_path / "bin" / f"python{LABEL}")
    environment = environ(tmp_path, tmp_path / "bin")
    search, folder = find(HERE, environment, 20), str(tmp_path / "cache")
    for kept in (Store(folder, b"a key"), Store(folder, key)):
        assert discovery_cache.recall_search(kept, HERE, environment) is None
        discovery_cache.remember(kept, LABEL, search.interpreter, search.watched, search.note)
        assert discovery_cache.recall_search(kept, HERE, environment) is not None
    assert discovery_cache.recall_search(Store(folder, b"a key"), HERE, environment) is None


def test_nothing_is_known_of_another_version(tmp_path: Path) -> None:
    environment = environ(tmp_path, tmp_path / "bin")
    searched(tmp_path / "cache", environment)
    assert discovery_cache.recall_search(Store(str(tmp_path / "cache")), (3, 98), environment) is None


def test_an_executable_that_was_replaced_is_asked_again(tmp_path: Path) -> None:
    python = link(tmp_path / "bin" / f"python{LABEL}")
    environment = environ(tmp_path, tmp_path / "bin")
    searched(tmp_path / "cache", environment)
    python.unlink()
    python.write_bytes(b"#!/bin/false\n")
    python.chmod(0o755)
    assert recalled(tmp_path / "cache", environment) is None


def test_an_executable_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    python = link(tmp_path / "bin" / f"python{LABEL}")
    environment = environ(tmp_path, tmp_path / "bin")
    searched(tmp_path / "cache", environment)
    python.unlink()
    assert recalled(tmp_path / "cache", environment) is None


def test_an_executable_that_is_no_longer_on_path_is_forgotten(tmp_path: Path) -> None:
    link(tmp_path / "bin" / f"python{LABEL}")
    environment = environ(tmp_path, tmp_path / "bin")
    searched(tmp_path / "cache", environment)
    assert recalled(tmp_path / "cache", environ(tmp_path, tmp_path / "other")) is None
    assert recalled(tmp_path / "cache", environment) is not None


APPEARS = {
    "on PATH": ("bin", f"python{LABEL}"),
    "in pyenv": (".pyenv/versions", f"{LABEL}.1/bin/python{LABEL}"),
    "in asdf": (".asdf/installs/python", f"{LABEL}.1/bin/python{LABEL}"),
    "in mise": (".local/share/mise/installs/python", f"{LABEL}.1/bin/python{LABEL}"),
    "in uv's store": (".local/share/uv/python", f"cpython-{LABEL}.1-linux-x86_64-gnu/bin/python{LABEL}"),
}


@pytest.mark.parametrize("exists", [True, False], ids=["in a folder that was there", "in a new folder"])
@pytest.mark.parametrize(("folder", "python"), APPEARS.values(), ids=APPEARS)
def test_that_nothing_was_found_is_forgotten_when_a_python_appears(
    folder: str, python: str, exists: bool, tmp_path: Path
) -> None:
    if exists:
        (tmp_path / folder).mkdir(parents=True)
        os.utime(tmp_path / folder, (1, 1))
    environment = environ(tmp_path, tmp_path / "bin")
    searched(tmp_path / "cache", environment)
    assert recalled(tmp_path / "cache", environment) is not None
    link(tmp_path / folder / python)
    assert recalled(tmp_path / "cache", environment) is None


def test_that_nothing_was_found_is_forgotten_on_another_path(tmp_path: Path) -> None:
    searched(tmp_path / "cache", environ(tmp_path, tmp_path / "bin"))
    assert recalled(tmp_path / "cache", environ(tmp_path, tmp_path / "bin", tmp_path / "more")) is None


def test_that_nothing_was_found_is_forgotten_when_one_that_was_passed_over_is_mended(tmp_path: Path) -> None:
    broken = tmp_path / "bin" / f"python{LABEL}"
    broken.parent.mkdir()
    broken.write_text("#!/bin/false")
    broken.chmod(0o755)
    environment = environ(tmp_path, tmp_path / "bin")
    assert searched(tmp_path / "cache", environment).refused
    assert recalled(tmp_path / "cache", environment) is not None
    broken.write_text("#!/bin/true\n")
    assert recalled(tmp_path / "cache", environment) is None


@pytest.mark.parametrize("shift", [25 * 3600, -60], ids=["a day later", "from the future"])
def test_that_nothing_was_found_holds_for_a_day(shift: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = environ(tmp_path, tmp_path / "bin")
    searched(tmp_path / "cache", environment)
    now = time.time()
    monkeypatch.setattr("syntax_guard.targets.discovery_cache.time.time", lambda: now + shift)
    assert recalled(tmp_path / "cache", environment) is None


def test_two_environments_do_not_push_each_other_out(tmp_path: Path) -> None:
    for name in ("one", "two"):
        link(tmp_path / name / f"python{LABEL}")
        searched(tmp_path / "cache", environ(tmp_path, tmp_path / name))
    for name in ("one", "two"):
        known = recalled(tmp_path / "cache", environ(tmp_path, tmp_path / name))
        assert known is not None
        assert known.interpreter is not None
        assert known.interpreter.python == str(tmp_path / name / f"python{LABEL}")


def test_the_file_does_not_grow_without_end(tmp_path: Path) -> None:
    for number in range(100):
        discovery_cache.remember(
            Store(str(tmp_path)), f"/python{number}", Interpreter(HERE, NAME, f"/python{number}"), ("/",)
        )
    assert len((tmp_path / "pythons").read_bytes().splitlines()) < 40


def test_an_executable_that_was_named_is_remembered_until_it_changes(tmp_path: Path) -> None:
    python = str(link(tmp_path / "python"))
    interpreter = Interpreter(HERE, NAME, python)
    discovery_cache.remember(Store(str(tmp_path / "cache")), python, interpreter, (python,))
    assert discovery_cache.recall_named(Store(str(tmp_path / "cache")), python) == interpreter
    os.unlink(python)
    assert discovery_cache.recall_named(Store(str(tmp_path / "cache")), python) is None


@pytest.mark.parametrize("name", ["a\tb", "a\nb"], ids=ascii)
def test_a_path_that_would_break_a_line_is_not_remembered(name: str, tmp_path: Path) -> None:
    python = str(link(tmp_path / name / "python"))
    discovery_cache.remember(Store(str(tmp_path / "cache")), python, Interpreter(HERE, NAME, python), (python,))
    assert discovery_cache.recall_named(Store(str(tmp_path / "cache")), python) is None


def test_a_path_that_is_not_utf_8_is_remembered(tmp_path: Path) -> None:
    python = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe")
    try:
        os.symlink(sys.executable, python)
    except OSError:
        pytest.skip("this file system wants UTF-8")
    discovery_cache.remember(Store(str(tmp_path / "cache")), python, Interpreter(HERE, NAME, python), (python,))
    assert discovery_cache.recall_named(Store(str(tmp_path / "cache")), python) == Interpreter(HERE, NAME, python)


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    kept = Store(str(blocked / "cache"))
    discovery_cache.remember(kept, "/python", Interpreter(HERE, NAME, "/python"), ("/python",))
    assert discovery_cache.recall_named(Store(str(blocked / "cache")), "/python") is None


def remembered(tmp_path: Path) -> tuple[Path, Mapping[str, str]]:
    """A folder in which a search is remembered that found one, and the environment of that search."""
    link(tmp_path / "bin" / f"python{LABEL}")
    environment = environ(tmp_path, tmp_path / "bin")
    searched(tmp_path / "cache", environment)
    assert recalled(tmp_path / "cache", environment) is not None
    return tmp_path / "cache", environment


DAMAGE = {
    "empty": lambda _: b"",
    "cut short": lambda data: data[: len(data) - 5],
    "not ours": lambda _: b"\0" * 100,
    "of another layout": lambda data: data.replace(b", 1\n", b", 2\n"),
    "with a field too many": lambda data: data.replace(b"\t", b"\t\t", 1),
    "with a version that is none": lambda data: data.replace(f"\t{LABEL}\t".encode(), b"\t3.x\t"),
    "huge": lambda data: data + b"x" * (1 << 19),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_not_believed_and_is_replaced(damage: object, tmp_path: Path) -> None:
    folder, environment = remembered(tmp_path)
    file = folder / "pythons"
    assert callable(damage)
    file.write_bytes(damage(file.read_bytes()))
    assert recalled(folder, environment) is None
    searched(folder, environment)
    assert recalled(folder, environment) is not None


@pytest.mark.parametrize(("target", "mode"), [("file", 0o020), ("file", 0o002), ("folder", 0o002)])
def test_what_others_can_write_is_not_believed(target: str, mode: int, tmp_path: Path) -> None:
    folder, environment = remembered(tmp_path)
    path = folder / "pythons" if target == "file" else folder
    path.chmod(path.stat().st_mode | mode)
    assert recalled(folder, environment) is None


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("target", ["file", "folder"])
def test_what_somebody_else_owns_is_not_believed(target: str, tmp_path: Path) -> None:
    folder, environment = remembered(tmp_path)
    os.chown(folder / "pythons" if target == "file" else folder, 65534, -1)
    assert recalled(folder, environment) is None


def test_a_link_is_not_followed_and_a_pipe_does_not_block(tmp_path: Path) -> None:
    folder, environment = remembered(tmp_path)
    file = folder / "pythons"
    file.rename(tmp_path / "moved")
    file.symlink_to(tmp_path / "moved")
    assert recalled(folder, environment) is None
    file.unlink()
    os.mkfifo(file)
    assert recalled(folder, environment) is None


FORGED = {
    "a program that is no Python": "bin/rm",
    "a Python that no search would find": "evil/python{label}",
    "a way out of a folder": "bin/../evil/python{label}",
}


@pytest.mark.parametrize("path", FORGED.values(), ids=FORGED)
def test_a_forged_line_leads_to_nothing_that_a_search_would_not_find(path: str, tmp_path: Path) -> None:
    folder, environment = remembered(tmp_path)
    forged = f"{tmp_path}/{path.format(label=LABEL)}"
    link(tmp_path / "evil" / f"python{LABEL}")
    link(tmp_path / "bin" / "rm")
    (folder / "pythons").unlink()
    discovery_cache.remember(Store(str(folder)), LABEL, Interpreter(HERE, NAME, forged), (forged,))
    assert recalled(folder, environment) is None


def test_a_forged_line_for_a_named_executable_leads_nowhere_else(tmp_path: Path) -> None:
    named, evil = str(link(tmp_path / "python")), str(link(tmp_path / "evil"))
    discovery_cache.remember(Store(str(tmp_path / "cache")), named, Interpreter(HERE, NAME, evil), (named, evil))
    assert discovery_cache.recall_named(Store(str(tmp_path / "cache")), named) is None


def test_a_forged_line_that_depends_on_nothing_is_not_believed(tmp_path: Path) -> None:
    folder, environment = remembered(tmp_path)
    python = str(tmp_path / "bin" / f"python{LABEL}")
    (folder / "pythons").unlink()
    unrelated = (str(tmp_path / "unrelated"),)
    discovery_cache.remember(Store(str(folder)), LABEL, Interpreter(HERE, NAME, python), unrelated)
    assert recalled(folder, environment) is None


FOLDERS = {
    "XDG": ({"HOME": "/home/me", "XDG_CACHE_HOME": "/var/me"}, "/var/me/syntax-guard"),
    "home": ({"HOME": "/home/me"}, "/home/me/.cache/syntax-guard"),
    "a relative XDG folder": ({"HOME": "/home/me", "XDG_CACHE_HOME": "cache"}, "/home/me/.cache/syntax-guard"),
    "no home": ({}, None),
}


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has its own folder")
@pytest.mark.parametrize(("environment", "folder"), FOLDERS.values(), ids=FOLDERS)
def test_the_folder_is_the_one_that_the_system_has_for_caches(environment: dict[str, str], folder: str | None) -> None:
    assert settings.default_folder(environment) == folder
