"""Bytecode: believed only when asked to and only as far as Python itself believes it, and left behind on request."""

from __future__ import annotations

import compileall
import importlib.util
import marshal
import os
import py_compile
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from syntax_guard import Settings, check_paths
from syntax_guard.model import this_interpreter

from ..conftest import python_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..conftest import Folder

GREEN, RED = b"x = 1  # green\n", b"x = (  # red..\n"


@pytest.fixture(autouse=True)
def in_a_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)  # py_compile's own choice


def run(**settings: Any) -> tuple[int, int, list[str]]:
    """How many sources were checked, how many of them not judged, and the paths of the findings."""
    result = check_paths(["."], Settings(**settings))
    return result.summary.checked, result.summary.cached, [one.path for one in result.diagnostics]


def broken_behind_bytecode(mode: py_compile.PycInvalidationMode = py_compile.PycInvalidationMode.TIMESTAMP) -> Path:
    """Bytecode of a green source, which is red now, with the same size and time."""
    path = Path("a.py")
    path.write_bytes(GREEN)
    status = path.stat()
    made = py_compile.compile("a.py", invalidation_mode=mode, doraise=True)
    path.write_bytes(RED)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    return Path(str(made))


def test_bytecode_is_not_believed_unless_asked() -> None:
    broken_behind_bytecode()
    assert run() == (1, 0, ["a.py"])


def test_bytecode_is_believed_as_python_believes_it() -> None:
    broken_behind_bytecode()
    assert run(trust_bytecode=True) == (1, 1, [])
    assert subprocess.run([sys.executable, "-c", "import a"], check=False).returncode == 0


DAMAGE = {
    "another magic": lambda data: b"\0\0\r\n" + data[4:],
    "unknown flags": lambda data: data[:4] + b"\4\0\0\0" + data[8:],
    "another time": lambda data: data[:8] + b"\0\0\0\0" + data[12:],
    "another size": lambda data: data[:12] + b"\0\0\0\0" + data[16:],
    "head alone": lambda data: data[:16],
    "torn head": lambda data: data[:9],
    "no code": lambda data: data[:16] + b"N",
    "nothing": lambda _: b"",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_bytecode_that_python_would_not_load_is_no_witness(damage: Any) -> None:
    made = broken_behind_bytecode()
    made.write_bytes(damage(made.read_bytes()))
    assert run(trust_bytecode=True) == (1, 0, ["a.py"])


def test_code_that_is_referred_to_once_is_code_too() -> None:
    made = broken_behind_bytecode()
    made.write_bytes(made.read_bytes()[:16] + marshal.dumps(compile(GREEN, "a.py", "exec")))
    assert run(trust_bytecode=True) == (1, 1, [])
    assert subprocess.run([sys.executable, "-c", "import a"], check=False).returncode == 0


@pytest.mark.parametrize("mode", ["CHECKED_HASH", "UNCHECKED_HASH"])
def test_bytecode_by_hash_is_held_to_the_hash(mode: str) -> None:
    broken_behind_bytecode(py_compile.PycInvalidationMode[mode])
    assert run(trust_bytecode=True) == (1, 0, ["a.py"])
    Path("a.py").write_bytes(GREEN)
    assert run(trust_bytecode=True) == (1, 1, [])


@pytest.mark.parametrize(
    "settings",
    [{"warnings": "error"}, {"target_version": ("3.8",)}, {"expected_broken": ("a.py",)}],
    ids=["warnings are errors", "another target", "expected to be broken"],
)
def test_bytecode_speaks_of_nothing_else(settings: dict[str, Any]) -> None:
    Path("a.py").write_bytes(GREEN)
    compileall.compile_dir(".", quiet=2)
    assert run(trust_bytecode=True)[1] == 1
    assert run(trust_bytecode=True, **settings)[1] == 0


def written() -> Path:
    return Path(importlib.util.cache_from_source("a.py"))


def test_nothing_is_written_unless_asked() -> None:
    Path("a.py").write_bytes(GREEN)
    run()
    run(trust_bytecode=True)
    assert list(Path().iterdir()) == [Path("a.py")]


@pytest.mark.parametrize("amount", [1, 200], ids=["here", "by workers"])
def test_what_is_written_is_what_python_writes(amount: int, tmp_path: Path) -> None:
    source = b"'''Doc.'''\ndef f(a):\n    assert a\n    return [lambda: a for _ in 'x']\n" + b"# " * 2000 + b"\n"
    for number in range(amount):
        Path(f"a{number}.py").write_bytes(source)
    assert run(write_bytecode=True, cache_dir=str(tmp_path.parent / "cache"))[2] == []
    made = {path.name: path.read_bytes() for path in Path("__pycache__").iterdir()}
    assert len(made) == amount
    assert run(trust_bytecode=True) == (amount, amount, [])
    for number in range(amount):
        expected = py_compile.compile(f"a{number}.py", doraise=True, cfile=str(tmp_path.parent / "one.pyc"))
        ours = made[f"a{number}.{sys.implementation.cache_tag}.pyc"]
        assert ours[:16] == Path(str(expected)).read_bytes()[:16]
    done = subprocess.run(
        [sys.executable, "-v", "-c", "import a0; print(a0.f.__code__.co_filename)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == f"{tmp_path / 'a0.py'}\n"
    assert f"code object from {str(tmp_path / '__pycache__')!r}"[:-1] in done.stderr


def many() -> int:
    """Enough sources for workers; returns how many."""
    for number in range(200):
        Path(f"a{number}.py").write_bytes(GREEN + b"# " * 2000 + b"\n")
    return 200


amounts = pytest.mark.parametrize("amount", [1, 200], ids=["here", "by workers"])


@amounts
def test_it_is_left_where_an_older_python_is_asked_about_too(
    amount: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.py").write_bytes(GREEN)
    count = many() + 1 if amount > 1 else 1
    for variable in ("PATH", "HOME", "PYENV_ROOT"):  # as in an image, which has one Python
        monkeypatch.setenv(variable, str(tmp_path / "nowhere"))
    result = check_paths(["."], Settings(write_bytecode=True, requires_python=">=3.8"))
    assert [target.exact for target in result.targets] == [False, True]
    assert len(list(Path("__pycache__").iterdir())) == count
    assert run(trust_bytecode=True) == (count, count, [])


@amounts
def test_it_is_left_where_python_was_told_to_look(amount: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.py").write_bytes(GREEN)
    count = many() + 1 if amount > 1 else 1
    monkeypatch.setattr(sys, "pycache_prefix", os.path.join("..", f"{tmp_path.name}-elsewhere"))
    assert run(write_bytecode=True)[2] == []
    assert not Path("__pycache__").exists()
    assert written().exists()
    assert run(trust_bytecode=True) == (count, count, [])


@amounts
def test_a_reproducible_build_gets_bytecode_by_hash(amount: int, folder: Folder) -> None:
    # Such a builder changes the times of files afterwards; py_compile looks at the same variable.
    for number in range(amount):
        folder.write(f"a{number}.py", GREEN + b"# " * 2000 + b"\n")
    epoch = {"SOURCE_DATE_EPOCH": "0"}
    assert folder.check("--write-bytecode", environment=epoch).code == 0
    folder.run(sys.executable, "-m", "py_compile", "a0.py", environment={**epoch, "PYTHONPYCACHEPREFIX": "theirs"})
    [theirs], [ours] = folder.path.rglob("theirs/**/a0.*"), folder.path.glob("__pycache__/a0.*")
    assert ours.read_bytes()[:16] == theirs.read_bytes()[:16]
    for path in folder.path.glob("*.py"):
        os.utime(path, (0, 0))
    assert folder.check("--trust-bytecode").json["summary"]["cached"] == amount
    assert f"code object from {str(ours)!r}" in folder.run(sys.executable, "-v", "-c", "import a0").err


def test_broken_sources_leave_no_bytecode() -> None:
    Path("a.py").write_bytes(RED)
    Path("b.pyi").write_bytes(GREEN)
    assert run(write_bytecode=True) == (2, 0, ["a.py"])
    assert not Path("__pycache__").exists()


def test_a_red_verdict_does_not_hang_on_what_is_written() -> None:
    Path("a.py").write_bytes("x = 'é' +\n".encode())
    (plain,), (writing,) = (check_paths(["."], Settings(write_bytecode=on)).diagnostics for on in (False, True))
    assert plain == writing


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_tree_is_checked_all_the_same() -> None:
    Path("a.py").write_bytes(GREEN)
    Path().chmod(0o555)
    assert run(write_bytecode=True) == (1, 0, [])
    assert not written().exists()


@pytest.mark.parametrize("amount", [1, 40])
def test_one_note_counts_the_files_whose_bytecode_could_not_be_written(amount: int) -> None:
    Path("__pycache__").write_bytes(b"")
    Path("red.py").write_bytes(RED)
    for number in range(amount):
        Path(f"a{number}.py").write_bytes(GREEN + b"y = 1\n" * 2000)
    result = check_paths(["."], Settings(write_bytecode=True, jobs=2))
    assert [one.path for one in result.diagnostics] == ["red.py"]
    files = "1 file" if amount == 1 else f"{amount} files"
    (note,) = result.notices
    place = Path("__pycache__").absolute().as_posix()
    assert note.startswith(f"--write-bytecode: no bytecode was written for {files} ({place}: ")


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_bytecode_that_nobody_would_write_is_an_error(folder: Folder) -> None:
    folder.write("a.py")
    folder.write("python", f'#!/bin/sh\nexec {sys.executable} "$@"\n').chmod(0o755)  # another, by its path
    run = folder.check("--write-bytecode", "--python", "./python")
    assert (run.code, run.out) == (2, "")
    assert f"{this_interpreter().name} runs this, and the files are for {python_version()} (" in run.err


def cut(content: bytes) -> bytes:
    return content[:17]


def zeroed(content: bytes) -> bytes:
    return content[:24] + bytes(len(content) - 24)


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def empty_tuple(content: bytes) -> bytes:
    return content[:16] + marshal.dumps(())


@pytest.mark.parametrize("damage", [cut, zeroed, half, empty_tuple], ids=lambda damage: damage.__name__)
@pytest.mark.parametrize(
    "mode", [py_compile.PycInvalidationMode.TIMESTAMP, py_compile.PycInvalidationMode.CHECKED_HASH]
)
def test_a_witness_is_code_that_loads(damage: Any, mode: py_compile.PycInvalidationMode) -> None:
    Path("a.py").write_bytes(GREEN)
    made = Path(str(py_compile.compile("a.py", invalidation_mode=mode, doraise=True)))
    assert run(trust_bytecode=True) == (1, 1, [])
    made.write_bytes(damage(made.read_bytes()))
    assert run(trust_bytecode=True) == (1, 0, [])


def broken_behind_a_witness(folder: Folder, name: str) -> None:
    source = folder.write(name, GREEN)
    status = source.stat()
    assert folder.run(sys.executable, "-m", "py_compile", name).code == 0
    source.write_bytes(RED)
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))


SCRIPTS = {
    "in another folder": ["env", "-C", "app", "{python}", "main.py"],
    "in a shell": ["sh", "-c", "exec {python} app/main.py"],
    "a script": ["{python}", "app/main.py"],
    "a script with arguments": ["{python}", "-u", "./app/../app/main.py", "serve"],
    "behind a module": ["{python}", "-m", "cProfile", "app/main.py"],
    "a configuration": ["{python}", "-c", "", "--config=app/main.py"],
    "joined to its option": ["{python}", "-c", "", "-capp/main.py"],
}


@pytest.mark.parametrize("command", SCRIPTS.values(), ids=SCRIPTS)
def test_what_is_run_as_a_script_has_no_witness(folder: Folder, command: list[str]) -> None:
    broken_behind_a_witness(folder, "app/main.py")
    words = [word.format(python=sys.executable) for word in command]
    run = folder.guard("run", "--trust-bytecode", "--root", "app", "--", *words)
    assert (run.code, "app/main.py:" in run.out) == (1, True), run.err


STARTERS = {
    "a shell's script": ["sh", "start.sh"],
    "a script of a shell": ["./start.sh"],
    "a wrapper before it": ["env", "A=1", "sh", "start.sh"],
    "a program that is not known": ["true", "serve"],
    "a manager of processes": ["./honcho", "start"],
    "a reader of commands": ["xargs", "{python}"],
}


@pytest.mark.parametrize("command", STARTERS.values(), ids=STARTERS)
def test_where_any_file_may_be_started_as_a_script_none_has_a_witness(folder: Folder, command: list[str]) -> None:
    broken_behind_a_witness(folder, "app/main.py")
    for name, starts in (("start.sh", "/bin/sh"), ("honcho", sys.executable)):
        folder.write(name, f"#!{starts}\n").chmod(0o755)
    words = [word.format(python=sys.executable) for word in command]
    run = folder.guard("run", "--trust-bytecode", "--root", "app", "--", *words)
    assert (run.code, "app/main.py:" in run.out) == (1, True), run.err


@pytest.mark.parametrize("command", [["app"], ["-m", "app"], ["-m", "app.__main__"], ["-c", "import app.__main__"]])
def test_a_folder_and_a_module_keep_the_witness_that_python_loads(folder: Folder, command: list[str]) -> None:
    broken_behind_a_witness(folder, "app/__main__.py")
    assert folder.run(sys.executable, *command).code == 0
    assert folder.guard("run", "--trust-bytecode", "--root", "app", "--", sys.executable, *command).code == 0
    assert folder.run(sys.executable, "app/__main__.py").code == 1


@pytest.mark.parametrize("option", ["-O", "-OO", "-uO", "-I", "-Xpycache_prefix=/nowhere"])
def test_a_command_that_loads_other_bytecode_has_no_witness(folder: Folder, option: str) -> None:
    broken_behind_a_witness(folder, "a.py")
    command = ["-c", "print('started')"]
    assert folder.guard("run", "--trust-bytecode", "--", sys.executable, *command).code == 0
    run = folder.guard("run", "--trust-bytecode", "--", sys.executable, option, *command)
    assert (run.code, "started" in run.out) == (1, False)
