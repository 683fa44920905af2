"""Of all that git writes when it fails, the line that tells a person what to do, in the words of old and new gits."""

from __future__ import annotations

import pytest

from syntax_guard.sources.git_complaints import failure

LACKING = {
    "2.39": b"fatal: transport 'file' not allowed\nfatal: could not fetch 4e71 from promisor remote\n",
    "2.55, a tree": b"fatal: unable to read tree (4e71d83239356f2f4ca6efe3ccd6ffd93adf4750)\n",
    "2.55, a folder": b"fatal: not a tree object\n",
    "2.55, a listing": b"error: Could not read 4e71d83239356f2f4ca6efe3ccd6ffd93adf4750\n",
}


@pytest.mark.parametrize("said", LACKING.values(), ids=LACKING)
def test_a_missing_object_asks_for_a_whole_clone(said: bytes) -> None:
    assert failure("ls-tree", said, 128).hint == "ask in a whole clone: nothing is fetched here"


def test_a_hint_of_git_is_not_the_reason() -> None:
    error = failure("merge-tree", b"hint: look here\nwarning: odd\nfatal: bad revision\n", 128)
    assert (error.message, error.hint) == ("git merge-tree failed: fatal: bad revision", None)
