"""One run over the hostile tree: every hostile file costs its own verdict alone, and nothing of it is executed."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import sysconfig
from typing import TYPE_CHECKING, Any

import pytest

from ..conformance.pythons import found
from ..conftest import COMMAND
from . import tree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

LIMITS = ("--time-limit=3", "--memory-limit=1024")
SITE = sysconfig.get_path("purelib")
BOOT = "import sys; sys.path.append(sys.argv.pop(1)); from syntax_guard.__main__ import run_and_exit; run_and_exit()"
ENTRIES: dict[str, tuple[Sequence[str], Mapping[str, str], set[str]]] = {
    "command": ((str(COMMAND),), {}, set()),
    "module": ((sys.executable, "-m", "syntax_guard"), {}, set()),
    # What Python itself runs from PYTHONPATH before this tool's first line is beyond it (SECURITY.md).
    "PYTHONPATH": (
        (sys.executable, "-c", BOOT, SITE),
        {"PYTHONPATH": ".", "PYTHONDONTWRITEBYTECODE": "1"},
        {"sitecustomize.py", "usercustomize.py"},
    ),
}


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, timeout=240, check=False, stdin=subprocess.DEVNULL
    )


def codes(report: Any) -> dict[str, set[str]]:
    """What a report says of each entry of the tree, all that lies in a folder being said of it."""
    found: dict[str, set[str]] = {}
    for one in report["diagnostics"]:
        top = one["path"].split("/")[0]
        found.setdefault(top, set()).add(one["code"])
    return found


def shown(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


def made(folder: Path) -> set[str]:
    return {name for name in tree.KINDS if os.path.lexists(folder / name)}


def sprung(environment: Mapping[str, str]) -> set[str]:
    try:
        with open(environment["SPRUNG"], encoding="utf-8") as file:
            return {os.path.basename(line.strip()) for line in file}
    except FileNotFoundError:
        return set()


def test_the_tree_has_kinds_enough() -> None:
    assert len(tree.KINDS) >= 60


def check_whole_tree(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    before = sorted(os.listdir(folder))
    ended = run([*command, "check", "--output-format=json", "--no-cache", *LIMITS], folder, environment)
    assert ended.returncode == 1, ended.stderr
    found = codes(json.loads(ended.stdout))
    for name in tree.ORDINARY:
        assert found[name] == {"syntax-error"}
    missed = {
        name: found.get(shown(name)) for name in made(folder) if not found.get(shown(name), set()) & tree.KINDS[name]
    }
    assert not missed
    assert len(made(folder)) >= 60
    assert b"Traceback" not in ended.stderr
    assert sorted(os.listdir(folder)) == before


@pytest.mark.slow
@pytest.mark.parametrize("entry", ENTRIES)
def test_every_file_gets_its_own_code(entry: str, hostile_tree: Path, environment: dict[str, str]) -> None:
    command, more, beyond = ENTRIES[entry]
    environment.update(more)
    check_whole_tree(command, hostile_tree, environment)
    assert sprung(environment) <= beyond


@pytest.mark.slow
@pytest.mark.parametrize("python", [python for version, python in found().items() if version >= (3, 10)])
def test_every_python_survives(python: str, hostile_tree: Path, environment: dict[str, str]) -> None:
    check_whole_tree([python, "-I", "-c", BOOT, SITE], hostile_tree, environment)
    assert not sprung(environment)


@pytest.mark.parametrize("entry", ENTRIES)
def test_nothing_of_the_tree_is_executed(entry: str, hostile_tree: Path, environment: dict[str, str]) -> None:
    command, more, beyond = ENTRIES[entry]
    environment.update(more)
    names = [*tree.ORDINARY, *(name for name in tree.TRAPS if "/" not in name), "coding_project.py", "deep_minus.py"]
    for options in (
        ["--output-format=full"],
        ["--output-format=junit", "--jobs=2", f"--target-version=3.{sys.version_info[1]}"],
    ):
        ended = run([*command, "check", "--no-cache", *options, *names], hostile_tree, environment)
        assert ended.returncode == 1, ended.stderr
        assert b"zz_third.py" in ended.stdout
    assert sprung(environment) <= beyond


ALONE = ("deep_terms.py", "deep_minus_small.py", "deep_unclosed_braces.py", "huge_finally_return.py", "huge_finally.py",
         "coding_project.py", "bytes_random.py", "file_sparse_terabyte.py")  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", ALONE)
def test_a_file_named_by_a_hook_costs_its_own_verdict(
    name: str, hostile_tree: Path, environment: dict[str, str]
) -> None:
    command = [str(COMMAND), "check", "--output-format=json", *LIMITS, name, "zz_first.py"]
    ended = run(command, hostile_tree, environment)
    found = codes(json.loads(ended.stdout))
    assert ended.returncode == 1
    assert found[name] & tree.KINDS[name]
    assert found["zz_first.py"] == {"syntax-error"}


@pytest.mark.slow
def test_this_process_stays_small(hostile_tree: Path, environment: dict[str, str]) -> None:
    """All that grows without bounds does so in workers: 400 MiB of address space are enough here."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))

    names = ["huge_finally_return.py", "huge_finally.py", "huge_import.py", "file_sparse.py", "link_zero.py"]
    with subprocess.Popen(
        [COMMAND, "check", "--output-format=json", *LIMITS, *names], cwd=hostile_tree, env=environment,
        stdout=subprocess.PIPE, preexec_fn=limit,
    ) as process:  # fmt: skip
        output, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert set(codes(json.loads(output))) == set(names)


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="nobody says here how much memory a process uses")
@pytest.mark.parametrize("name", ["huge_finally.py", "huge_finally_return.py"])
def test_a_small_file_takes_no_gigabytes(name: str, hostile_tree: Path, environment: dict[str, str]) -> None:
    """Within the limits that hold by default, under which a large file may; and so it does not take long either."""
    command = [str(COMMAND), "check", "--no-cache", "--quiet", name]
    with subprocess.Popen(command, cwd=hostile_tree, env=environment, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 1
    assert used.ru_maxrss << 10 < 1 << 30
