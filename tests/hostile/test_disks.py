"""Real disks that are full or read-only: what cannot be kept is done without, and a verdict stays a verdict."""

from __future__ import annotations

import pytest

from ..conftest import COMMAND, Folder
from ..namespaces import mounts

FULL = "mount -t tmpfs -o size=4k none $XDG_CACHE_HOME && head -c 4096 /dev/zero >$XDG_CACHE_HOME/filler && "
NEARLY_FULL = "mount -t tmpfs -o size=8k none $XDG_CACHE_HOME && "
READ_ONLY = "mount -t tmpfs -o ro none $HOME && "
READ_ONLY_TREE = "mount --bind . . && mount -o remount,bind,ro . && cd $PWD && "

CASES = {
    "a full cache": (FULL, "No space left on device"),
    "a cache that fills up": (NEARLY_FULL, "No space left on device"),
    "a read-only home": (READ_ONLY, "SYNTAX_GUARD_CACHE_KEY"),
    "a read-only tree": (READ_ONLY_TREE, ""),
    "a read-only tree and home": (READ_ONLY_TREE + READ_ONLY, "SYNTAX_GUARD_CACHE_KEY"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_a_check_goes_on_without_a_cache_and_says_so(case: str, folder: Folder) -> None:
    mount, said = CASES[case]
    for number in range(300):  # their digests alone are more than a page
        folder.write(f"good{number}.py", f"x = {number}\n")
    folder.write("tree/bad.py", "x = (\n")
    (folder.path.parent / "home/cache").mkdir()
    script = f"{mount}{COMMAND} check --verbose; code=$?; ls $XDG_CACHE_HOME/syntax-guard >&2; exit $code"
    for _ in range(2):
        run = folder.run(*mounts(), "sh", "-c", script)
        assert run.code == 1, run.err
        assert "tree/bad.py:1:5: syntax-error" in run.out
        assert said in run.err
        assert ".part" not in run.err


def test_bytecode_that_cannot_be_written_is_noted_and_changes_no_verdict(folder: Folder) -> None:
    folder.write("good.py")
    run = folder.run(*mounts(), "sh", "-c", f"{READ_ONLY_TREE}{COMMAND} check --write-bytecode")
    assert run.code == 0
    assert "no bytecode was written for 1 file" in run.err
    assert run.err.count("\n") == 1
    assert not (folder.path / "__pycache__").exists()


def test_a_report_that_cannot_be_kept_is_an_error_of_one_line(folder: Folder) -> None:
    for number in range(40):
        folder.write(f"bad{number}.py", "x = (\n")
    disk = "mkdir ../full && mount -t tmpfs -o size=4k none ../full && "
    report = f"{COMMAND} check --output-format=json --output-file=../full/report"
    run = folder.run(*mounts(), "sh", "-c", f"{disk}{report}; code=$?; ls ../full; exit $code")
    assert (run.code, run.out) == (2, "")
    assert "No space left on device" in run.err
    assert run.err.count("\n") == 1
