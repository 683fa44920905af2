"""What the bytes of an index say: as much as they hold, and no more."""

from __future__ import annotations

from hashlib import sha1
from typing import TYPE_CHECKING

import pytest

from syntax_guard.sources.index_bytes import IndexBytes, is_unlooked

if TYPE_CHECKING:
    from ..conftest import Folder


def test_no_file_is_taken_for_a_link_by_its_size_and_hash(repository: Folder) -> None:
    """Of 160 bytes and with a hash that begins with 00, its entry holds the four bytes of a link's mode."""
    texts = (f"x = {number}\n".ljust(160, "#") for number in range(10_000))
    text = next(one for one in texts if sha1(b"blob 160\0" + one.encode()).digest()[0] == 0)
    repository.write("a.py", text)
    repository.git("add", ".")
    index = (repository.path / ".git/index").read_bytes()
    assert (0o120000).to_bytes(4, "big") in index
    assert not IndexBytes(index).may_hold_links()


@pytest.mark.parametrize("mark", [b"\x80", b"\xa0", b"\x40"])
def test_an_index_may_end_in_any_byte(repository: Folder, mark: bytes) -> None:
    """The hash at its end may have the byte of a mark in the very last place, where no length follows."""
    repository.write("old.py")
    repository.git("add", ".")
    whole = (repository.path / ".git" / "index").read_bytes()
    for end in range(len(whole) - 40, len(whole)):
        cut = IndexBytes(whole[:end] + mark)
        assert (cut.may_leave_out(), cut.may_hold_links(), is_unlooked(cut, b"old.py")) == (False, False, False)


@pytest.mark.parametrize("names", ["sha1", "sha256"])
def test_a_declaration_that_git_does_not_look_at_is_seen_whatever_makes_the_names_of_objects(
    folder: Folder, names: str
) -> None:
    """The mark stands behind the name of the object, which is longer there."""
    folder.git("init", "-q", f"--object-format={names}")
    for count in range(8):  # so that the entry of the last is in each place
        folder.write("a" * (count + 1))
        folder.write("pyproject.toml")
        folder.git("add", ".")
        index = folder.path / ".git/index"
        assert not IndexBytes(index.read_bytes()).may_leave_out()
        folder.git("update-index", "--assume-unchanged", "pyproject.toml")
        assert IndexBytes(index.read_bytes()).may_leave_out()
        folder.git("update-index", "--no-assume-unchanged", "pyproject.toml")


def test_an_index_is_split_while_git_keeps_the_rest_of_it_in_another_file(repository: Folder) -> None:
    def is_split() -> list[bool]:
        data, folder = (repository.path / ".git/index").read_bytes(), str(repository.path / ".git")
        return [IndexBytes(data).is_split(), IndexBytes(data, folder).is_split()]

    repository.write("a.py")
    repository.git("add", ".")
    assert is_split() == [False, False]
    repository.git("update-index", "--split-index")
    assert is_split() == [True, True]
    repository.git("update-index", "--no-split-index")  # the other file stays for some days
    assert is_split() == [False, False]
