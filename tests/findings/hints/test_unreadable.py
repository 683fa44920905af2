"""What is said of a file that could not be read."""

from __future__ import annotations

import errno
import os
from typing import Any, cast

from syntax_guard.findings.hints.of_error import hint_of
from syntax_guard.model import Problem


def test_a_file_that_may_not_be_read_says_what_to_do() -> None:
    newest = cast("Any", None)  # nothing is tried
    for reason, said in ((errno.EACCES, "let this user read it, or leave it out with `exclude`"), (errno.EIO, None)):
        assert hint_of("unreadable", Problem("Unreadable", os.strerror(reason)), b"", (), newest).text == said
