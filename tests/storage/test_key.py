"""What a cache says counts only under a key that does not travel with it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from syntax_guard.config.settings import default_folder, state_folder
from syntax_guard.storage.key import cache_key

if TYPE_CHECKING:
    from ..conftest import Folder

posix = pytest.mark.skipif(os.name == "nt", reason="Windows keeps profiles private")


def test_a_key_that_is_given_counts(tmp_path: Path) -> None:
    assert cache_key(b"secret", str(tmp_path)) == b"secret"
    assert not list(tmp_path.iterdir())


def test_a_key_of_the_user_s_own_is_made_once(tmp_path: Path) -> None:
    first = cache_key(b"", str(tmp_path / "state"))
    assert first is not None
    assert len(first) == 32
    assert cache_key(b"", str(tmp_path / "state")) == first
    assert cache_key(b"", str(tmp_path / "other")) != first


@posix
def test_a_key_that_others_can_read_is_replaced(tmp_path: Path) -> None:
    first = cache_key(b"", str(tmp_path))
    (tmp_path / "cache-key").chmod(0o644)
    second = cache_key(b"", str(tmp_path))
    assert second not in (None, first)
    assert (tmp_path / "cache-key").stat().st_mode & 0o077 == 0


@posix
@pytest.mark.parametrize("content", [b"", b"short", b"x" * 33], ids=["empty", "short", "a link"])
def test_a_damaged_key_is_replaced(tmp_path: Path, content: bytes) -> None:
    kept = tmp_path / "cache-key"
    if len(content) > 32:
        (tmp_path / "elsewhere").write_bytes(content)
        kept.symlink_to("elsewhere")
    else:
        kept.write_bytes(content)
        kept.chmod(0o600)
    key = cache_key(b"", str(tmp_path))
    assert key is not None
    assert len(key) == 32
    assert not kept.is_symlink()


def test_without_a_place_for_a_key_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert cache_key(b"", str(tmp_path / "file" / "state")) is None
    assert cache_key(b"", None) is None


def test_a_restored_cache_counts_under_the_same_key_alone(folder: Folder) -> None:
    folder.write("tree/a.py", "x = 1\n")
    secret = {"SYNTAX_GUARD_CACHE_KEY": "secret"}
    assert folder.check("--cache-dir", "kept", "tree", environment=secret).json["summary"]["cached"] == 0
    shutil.copytree(folder.path / "kept", folder.path / "restored", copy_function=shutil.copy2)
    for path in (folder.path / "restored").glob("index-*"):
        path.unlink()
    shutil.copytree(folder.path / "restored", folder.path / "forged", copy_function=shutil.copy2)
    assert folder.check("--cache-dir", "restored", "tree", environment=secret).json["summary"]["cached"] == 1
    run = folder.check("--cache-dir", "forged", "tree")
    assert run.json["summary"]["cached"] == 0
    assert "was kept under another key" in folder.guard("check", "--cache-dir", "kept", "tree").err


def test_a_log_of_github_says_so_too(folder: Folder) -> None:
    folder.write("tree/a.py", "a = 1\n")
    check = ("check", "--cache-dir", "kept", "--output-format", "github", "tree")
    for key, said in (("one", ""), ("two", "was kept under another key"), ("two", "")):
        folder.environment["SYNTAX_GUARD_CACHE_KEY"] = key
        done = folder.guard(*check)
        assert (done.code, done.out) == (0, "")
        assert said in done.err
        assert bool(said) == bool(done.err)


def test_settings_that_a_cache_remembers_count_under_the_same_key_alone(folder: Folder) -> None:
    """A cache that says `exclude = ["bad.py"]` for the very bytes of a settings file opens no gate."""
    folder.write("pyproject.toml", "[tool.syntax-guard]\njobs = 1\n")
    folder.write("good.py")
    folder.write("bad.py", "x = (\n")
    theirs = {"SYNTAX_GUARD_CACHE_KEY": "theirs"}
    assert folder.guard("check", "--cache-dir", "kept", environment=theirs).code == 1
    for path in (folder.path / "kept").iterdir():
        content = path.read_bytes()
        path.write_bytes(content.replace(b"jobs\tint\t1", b"exclude\tstrs\tbad.py"))
    assert folder.guard("check", "--cache-dir", "kept").code == 1


def test_no_test_shares_a_cache_or_a_key_with_another_or_with_its_user(folder: Folder, tmp_path: Path) -> None:
    for kept in (default_folder, state_folder):
        alone, within = (Path(kept(environ) or "/") for environ in (folder.environment, os.environ))
        assert tmp_path in alone.parents
        assert tmp_path.parent in within.parents  # the one folder of this run


def test_a_machine_without_a_home_keeps_nothing_and_says_why(folder: Folder) -> None:
    folder.write("a.py")
    homeless = {"HOME": "", "XDG_STATE_HOME": ""}
    run = folder.guard("check", "--verbose", "--cache-dir", "kept", environment=homeless)
    assert run.code == 0
    assert "SYNTAX_GUARD_CACHE_KEY" in run.err
    assert not (folder.path / "kept").exists()
