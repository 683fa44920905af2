"""What is remembered between runs saves work, and never changes an answer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from syntax_guard import Diagnostic, Settings, check_paths
from syntax_guard.cache import tree_index, verdict_cache, warnings
from syntax_guard.cache.verdict_cache import VerdictCache
from syntax_guard.judging import fingerprint
from syntax_guard.judging.fingerprint import TAKES_PART
from syntax_guard.model import UNKNOWN, stamp_of
from syntax_guard.processes import forked_call
from syntax_guard.sources import readers
from syntax_guard.storage import stamps, store
from syntax_guard.storage.store import Store

from ..cache.cache_walk import walk
from ..pythons import environ, program
from ..test_architecture import PACKAGE, imported_files

if TYPE_CHECKING:
    from syntax_guard.model import Stamp

    from ..conftest import Folder

WARNED = {
    "by the compiler": b"1 is 1\n",
    "by the tokenizer": b"x = '\\d'\n",
    "of characters": b"x = 1  # \xe2\x80\xae\n",
    "of several": b"1 is 1\nx = '\\d'  # \xe2\x80\xae\n",
}
OWN = {
    "by its block": b'# /// script\n# requires-python = ">=3.%d"\n# ///\nmatch x:\n    case 1: pass\n',
    "by its first line": b"#!/usr/bin/env python3.%d\nmatch x:\n    case 1: pass\n",
}
"""A script that Pythons from 3.10 on accept, and says itself which it is for."""
PYTHON_3_8 = "import sys; sys.version_info = (3, 8, 20); sys.version = '3.8.20 (own)'; exec(sys.argv[-1])"
GREEN, RED = b"x = 1  # green\n", b"x = (  # red..\n"
OLD = time.time() - 3600


@pytest.fixture(autouse=True)
def in_a_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tree").mkdir()
    monkeypatch.chdir(tmp_path / "tree")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def run(kept: Path | None, *paths: str, **settings: Any) -> tuple[int, int, list[str]]:
    """How many sources were checked, how many of them cached, and the paths of the findings."""
    result = check_paths(paths or (".",), Settings(cache_dir=str(kept) if kept else None, **settings))
    return result.summary.checked, result.summary.cached, [one.path for one in result.diagnostics]


def files(kept: Path, kind: str) -> list[Path]:
    return sorted(kept.glob(f"{kind}-*"))


def settle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clock be far from all that is in the tree."""
    now = time.time_ns
    monkeypatch.setattr("syntax_guard.cache.tree_cache.time_ns", lambda: now() + 10 * stamps.TICK)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are read from now on."""
    seen: list[str] = []
    from syntax_guard.sources import readers

    read_stamped = readers.read_stamped

    def seen_reading(path: str) -> tuple[bytes, Stamp]:
        seen.append(path)
        return read_stamped(path)

    monkeypatch.setattr(readers, "read_stamped", seen_reading)
    return seen


class TestContents:
    def test_are_known_in_another_folder_under_other_names_and_times(self, kept: Path, tmp_path: Path) -> None:
        Path("a.py").write_bytes(GREEN)
        assert run(kept) == (1, 0, [])
        os.chdir(tmp_path)
        Path("clone").mkdir()
        Path("clone/other.py").write_bytes(GREEN)
        os.utime("clone/other.py", (OLD, OLD))
        assert run(kept, "clone") == (1, 1, [])

    def test_are_known_to_a_restored_cache(self, kept: Path, tmp_path: Path) -> None:
        Path("a.py").write_bytes(GREEN)
        run(kept)
        shutil.copytree(kept, tmp_path / "restored")
        assert run(tmp_path / "restored") == (1, 1, [])

    def test_that_are_red_are_judged_each_time(self, kept: Path) -> None:
        Path("a.py").write_bytes(RED)
        assert run(kept) == run(kept) == (1, 0, ["a.py"])

    @pytest.mark.parametrize("target", [(), ("3.8",), ("3.8", "3.9")], ids=["", "one", "two"])
    @pytest.mark.parametrize("content", WARNED.values(), ids=WARNED)
    def test_that_are_warned_of_are_known_with_their_warnings(
        self, kept: Path, content: bytes, target: tuple[str, ...]
    ) -> None:
        def said() -> tuple[int, tuple[Diagnostic, ...]]:
            result = check_paths(["."], Settings(cache_dir=str(kept), target_version=target))
            return result.summary.cached, result.diagnostics

        Path("a.py").write_bytes(content)
        _, fresh = said()
        assert fresh
        assert said() == (1, fresh)
        Path("a.py").write_bytes(content + RED)
        assert said()[0] == 0

    def test_are_warned_of_in_a_bounded_place(self, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(warnings, "LIMIT", 400)
        for number in range(9):
            Path("a.py").write_bytes(b"1 is %d\n" % number)
            assert run(kept) == (1, 0, ["a.py"])
            assert files(kept, "warnings")[0].stat().st_size <= 400 + tree_index.SEAL_BYTES
        assert run(kept) == (1, 1, ["a.py"])

    @pytest.mark.parametrize(
        "change",
        [{"target_version": ("3.8",)}, {"cache_key": b"another"}],
        ids=["target", "secret"],
    )
    def test_are_judged_afresh_for_another(self, kept: Path, change: dict[str, Any]) -> None:
        Path("a.py").write_bytes(GREEN)
        run(kept)
        assert run(kept, **change)[1] == 0
        assert run(kept, **change)[1] == 1

    @pytest.mark.parametrize(
        ("what", "value"),
        [
            ("syntax_guard.judging.fingerprint.__version__", "9"),
            ("syntax_guard.judging.fingerprint.TAKES_PART", ("model",)),
            ("sys.version", "3.99"),
        ],
        ids=["version", "rules", "interpreter"],
    )
    def test_are_judged_afresh_by_another(
        self, kept: Path, monkeypatch: pytest.MonkeyPatch, what: str, value: object
    ) -> None:
        Path("a.py").write_bytes(GREEN)
        run(kept)
        monkeypatch.setattr(what, value)
        assert run(kept)[1] == 0

    def test_that_should_be_broken_are_judged_each_time(self, kept: Path) -> None:
        Path("a.py").write_bytes(GREEN)
        run(kept)
        for _ in range(2):
            assert run(kept, expected_broken=("a.py",)) == (1, 0, ["a.py"])

    def test_learned_before_a_run_was_broken_off_are_kept(self, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in "abc":
            Path(f"{name}.py").write_bytes(GREEN + name.encode())
        judge = __import__("syntax_guard.processes._compile_worker", fromlist=["judge"]).judge
        left = iter([judge, judge])

        def interrupted(data: bytes) -> Any:
            try:
                return next(left)(data)
            except StopIteration:
                raise KeyboardInterrupt from None

        monkeypatch.setattr("syntax_guard.processes._compile_worker.judge", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(kept)
        monkeypatch.undo()
        os.chdir(kept.parent / "tree")
        assert not files(kept, "index")
        assert run(kept)[:2] == (3, 2)

    def test_take_a_bounded_place(self, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("syntax_guard.cache.verdict_cache.LIMIT", 10)
        for number in range(25):
            Path("a.py").write_text(f"x = {number}\n")
            assert run(kept)[1] == 0
            assert files(kept, "verdicts")[0].stat().st_size <= 10 * 32
        assert run(kept)[1] == 1

    @pytest.mark.parametrize("copied", ["", "killed", "refused"])
    def test_of_many_files_are_read_by_two(self, kept: Path, monkeypatch: pytest.MonkeyPatch, copied: str) -> None:
        def copy(call: Any) -> Any:
            dies: Any = lambda: os.kill(os.getpid(), 9)  # noqa: E731
            return None if copied == "refused" else forked_call.Beside(dies if copied else call)

        monkeypatch.setattr(verdict_cache, "_WORTH_A_COPY", 4)
        monkeypatch.setattr(forked_call, "beside", copy)
        for number in range(6):
            Path(f"a{number}.py").write_bytes(GREEN + b"# %d" % number)
        run(kept)
        for path in files(kept, "index"):
            path.unlink()
        Path("a0.py").write_bytes(RED)
        Path("a5.py").write_bytes(RED)
        assert run(kept) == (6, 4, ["a0.py", "a5.py"])
        with pytest.raises(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)

    def test_that_are_known_are_not_written_again(self, kept: Path) -> None:
        Path("a.py").write_bytes(b"x = 1 is 1\n")
        Path("b.py").write_bytes(GREEN)
        run(kept)
        before = {path: stamp_of(path.stat()) for kind in ("verdicts", "warnings") for path in files(kept, kind)}
        assert len(before) == 2
        assert run(kept)[1] == 2
        assert {path: stamp_of(path.stat()) for path in before} == before

    def test_that_cannot_be_read_are_not_known(self, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(verdict_cache, "_WORTH_A_COPY", 2)
        for name in "abcd":
            Path(f"{name}.py").write_bytes(GREEN)
        run(kept)
        (known,) = files(kept, "verdicts")
        known.write_bytes(bytes(32) + known.read_bytes())  # a torn page
        for name in "cd":
            os.truncate(f"{name}.py", 65 << 20)
        assert run(kept) == (4, 2, ["c.py", "d.py"])

    @pytest.mark.parametrize("odd", [(2**64 - 1, 2**64 - 1), (2**63, 1)])
    def test_may_have_numbers_of_64_bits(
        self, odd: tuple[int, int], kept: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read = readers.read_stamped
        monkeypatch.setattr(readers, "read_stamped", lambda path: (read(path)[0], (*read(path)[1][:3], *odd)))
        monkeypatch.setattr(verdict_cache, "_WORTH_A_COPY", 2)
        for name in "abcd":
            Path(f"{name}.py").write_bytes(GREEN)
        run(kept)
        for path in files(kept, "index"):
            path.unlink()
        assert run(kept)[:2] == (4, 4)

    def test_have_digests_for_which_no_module_is_searched_twice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        searched: list[str] = []
        finder = SimpleNamespace(find_spec=lambda name, *_: searched.append(name))
        known = VerdictCache(Store(None), b"", ())
        known.digest(GREEN)
        monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
        known.digest(GREEN)
        assert searched == []


def _new_folder() -> None:
    Path("new").mkdir()
    Path("new/new.py").write_bytes(RED)


CHANGES = {
    "new file": lambda: Path("p/new.py").write_bytes(RED),
    "new folder": _new_folder,
    "replaced file": lambda: (Path("new").write_bytes(RED), Path("new").replace("p/b.py")),
    "script by its mode": lambda: Path("p/script").chmod(0o755),
    "script no more, by its mode": lambda: Path("q/script").chmod(0o644),
    "script no more, by its first line": lambda: Path("q/script").write_bytes(RED),
    "link that finds a target": lambda: Path("nowhere.py").write_bytes(RED),
    "link that leads elsewhere": lambda: (Path("p/red").rename("p/red.txt"), Path("p/green").rename("p/red")),
}


@pytest.mark.parametrize("script", OWN.values(), ids=OWN)
class TestScript:
    def test_is_known_for_its_own_target(self, kept: Path, script: bytes) -> None:
        Path("a.py").write_bytes(script % 10)
        assert run(kept) == (1, 0, [])
        assert run(kept) == (1, 1, [])
        Path("a.py").write_bytes(script % 9)
        assert run(kept) == run(kept) == (1, 0, ["a.py"])

    def test_is_not_known_for_what_others_were_asked(self, kept: Path, script: bytes) -> None:
        Path("a.py").write_bytes(script % 9)
        assert run(kept, target_version=(f"{sys.version_info[0]}.{sys.version_info[1]}",)) == (1, 0, [])
        assert run(kept) == (1, 0, ["a.py"])

    def test_of_an_unchanged_tree_is_not_read(
        self, kept: Path, monkeypatch: pytest.MonkeyPatch, reads: list[str], script: bytes
    ) -> None:
        settle(monkeypatch)
        Path("a.py").write_bytes(script % 10)
        Path("b.py").write_bytes(GREEN)
        first = check_paths(["."], Settings(cache_dir=str(kept)))
        reads.clear()
        again = check_paths(["."], Settings(cache_dir=str(kept)))
        assert (again.summary.cached, again.targets, reads) == (2, first.targets, [])

    def test_of_an_unchanged_tree_is_judged_afresh_by_another_python(
        self, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: bytes
    ) -> None:
        settle(monkeypatch)
        found = tmp_path / "found"
        found.mkdir()
        system = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
        monkeypatch.setattr(os, "environ", environ(tmp_path / "home", found, **system))
        Path("a.py").write_bytes(script.partition(b"match")[0] % 8)
        assert run(kept)[::2] == (1, [])
        assert run(kept) == (1, 1, [])
        program(found / "python3.8", PYTHON_3_8)  # it says so, and judges nothing
        assert run(kept) == (1, 0, ["a.py"])


class TestTree:
    def test_that_is_unchanged_is_not_read(self, kept: Path, monkeypatch: pytest.MonkeyPatch, reads: list[str]) -> None:
        settle(monkeypatch)
        Path("p").mkdir()
        for name in ("a.py", "p/b.py", "script"):
            Path(name).write_bytes(GREEN)
        run(kept)
        reads.clear()
        assert run(kept) == (2, 2, [])
        assert reads == []

    def test_that_is_young_is_read_again(self, kept: Path, reads: list[str]) -> None:
        Path("a.py").write_bytes(GREEN)
        run(kept)
        reads.clear()
        assert run(kept) == (1, 1, [])
        assert reads == ["a.py"]

    @pytest.mark.parametrize(
        ("age", "known"),
        [(stamps.TICK + 1, True), (stamps.TICK - 1, False), (-stamps.TICK, False)],
        ids=["old", "young", "from the future"],
    )
    def test_stamps_count_from_a_tick_on(self, age: int, known: bool) -> None:
        Path("a.py").write_bytes(GREEN)
        now, device = time.time_ns(), os.stat(".").st_dev
        for seen in (
            (1, now - age, now - 10 * stamps.TICK, 1, device),
            (1, now - 10 * stamps.TICK, now - age, 1, device),
        ):
            assert tree_index.Provable(now).stamp("a.py", seen) == (seen if known else UNKNOWN)

    @pytest.mark.parametrize("name", ["a.py", "z.py"], ids=["here", "in the copy"])
    @pytest.mark.parametrize("killed", [False, True], ids=["", "killed"])
    def test_of_many_files_is_looked_at_by_two(
        self, kept: Path, monkeypatch: pytest.MonkeyPatch, name: str, killed: bool
    ) -> None:
        settle(monkeypatch)
        copies = []

        def copied(call: Any) -> Any:
            copies.append(forked_call.Beside((lambda: os.kill(os.getpid(), 9)) if killed else call))  # type: ignore[arg-type, return-value]
            return copies[-1]

        monkeypatch.setattr(tree_index, "_WORTH_A_COPY", 2)
        monkeypatch.setattr(forked_call, "beside", copied)
        for each in "abyz":
            Path(f"{each}.py").write_bytes(GREEN)
        run(kept)
        assert run(kept) == (4, 4, [])
        Path(name).write_bytes(RED)
        assert run(kept) == (4, 3, [name])
        Path(name).unlink()
        assert run(kept)[0] == 3
        assert len(copies) == 3
        with pytest.raises(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)

    def test_one_edit_reads_one_file(self, kept: Path, monkeypatch: pytest.MonkeyPatch, reads: list[str]) -> None:
        settle(monkeypatch)
        for name in "abc":
            Path(f"{name}.py").write_bytes(GREEN)
        run(kept)
        status = Path("b.py").stat()
        Path("b.py").write_bytes(RED)
        os.utime("b.py", ns=(status.st_atime_ns, status.st_mtime_ns))  # same size, same time: the change time tells
        reads.clear()
        assert run(kept) == (3, 2, ["b.py"])
        assert reads == ["b.py"]
        assert run(kept) == (3, 2, ["b.py"])

    @pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
    def test_that_changed_is_judged_as_without_a_cache(
        self, kept: Path, monkeypatch: pytest.MonkeyPatch, change: Any, request: pytest.FixtureRequest
    ) -> None:
        settle(monkeypatch)
        Path("p").mkdir()
        Path("q").mkdir()
        for name in ("a.py", "p/b.py", "p/green", "p/red"):
            Path(name).write_bytes(GREEN)
        Path("p/script").write_bytes(b"#!/usr/bin/env python3\n" + RED)
        Path("q/script").write_bytes(b"#!/usr/bin/env python3\n" + GREEN)
        Path("q/script").chmod(0o755)
        if "link" in request.node.callspec.id:  # where there is one, each change leads to a search
            Path("link.py").symlink_to("nowhere.py")
            Path("other.py").symlink_to("p/red")
        run(kept)
        assert run(kept)[::2] == run(None)[::2]
        change()
        assert run(kept)[::2] == run(None)[::2]

    def test_turns_into_an_environment(self, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        settle(monkeypatch)
        for folder in ("env/bin", "env/lib"):
            Path(folder).mkdir(parents=True)
        Path("env/bin/python").symlink_to(sys.executable)
        Path("a.py").write_bytes(GREEN)
        Path("env/lib/b.py").write_bytes(GREEN)
        assert run(kept)[0] == 2
        Path("env/pyvenv.cfg").write_text("home = /usr/bin\n")
        assert run(kept)[0] == 1
        Path("env/pyvenv.cfg").write_text("hame = /usr/bin\n")
        assert run(kept)[0] == 2

    def test_many_named_files_are_a_tree_too(
        self, kept: Path, monkeypatch: pytest.MonkeyPatch, reads: list[str]
    ) -> None:
        settle(monkeypatch)
        names = [f"a{number}.py" for number in range(20)]
        for name in names:
            Path(name).write_bytes(GREEN)
        run(kept, *names)
        reads.clear()
        assert run(kept, *names) == (20, 20, [])
        assert reads == []


class TestDamage:
    @pytest.fixture(autouse=True)
    def known_tree(self, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        settle(monkeypatch)
        Path("a.py").write_bytes(GREEN)
        run(kept)

    def test_every_flipped_bit_of_an_index_is_noticed(self, kept: Path, reads: list[str]) -> None:
        (path,) = files(kept, "index")
        content = path.read_bytes()
        for position in range(len(content)):
            damaged = bytearray(content)
            damaged[position] ^= 1 << position % 8
            path.write_bytes(damaged)
            reads.clear()
            run(kept)
            assert reads == ["a.py"]

    @pytest.mark.parametrize("kind", ["index", "verdicts"])
    @pytest.mark.parametrize("size", [0, 1, 31, 33, 100])
    def test_a_torn_file_counts_as_missing(self, kept: Path, kind: str, size: int) -> None:
        (path,) = files(kept, kind)
        path.write_bytes(path.read_bytes()[:size].ljust(min(size, 33), b"?"))
        Path("a.py").write_bytes(RED)
        assert run(kept) == (1, 0, ["a.py"])
        Path("a.py").write_bytes(GREEN)
        assert run(kept)[2] == []
        assert run(kept)[1] == 1

    def test_every_flipped_bit_of_warnings_is_noticed(self, kept: Path) -> None:
        Path("a.py").write_bytes(b"1 is 1\n")
        run(kept)
        (path,) = files(kept, "warnings")
        content = path.read_bytes()
        for position in range(len(content)):
            damaged = bytearray(content)
            damaged[position] ^= 1 << position % 8
            path.write_bytes(damaged)
            assert run(kept) == (1, 0, ["a.py"])

    def test_a_digest_without_the_key_proves_nothing(self, kept: Path) -> None:
        from hashlib import blake2b, sha256

        Path("a.py").write_bytes(RED)
        (path,) = files(kept, "verdicts")
        with path.open("ab") as file:
            file.write(sha256(RED).digest() + blake2b(sha256(RED).digest(), digest_size=32).digest())
        assert run(kept) == (1, 0, ["a.py"])

    def test_a_file_under_another_secret_is_not_believed(self, kept: Path, tmp_path: Path) -> None:
        before = os.stat("a.py")
        forged = tmp_path / "forged"
        Path("b.py").write_bytes(b"1 is 1\n")
        run(kept)
        run(forged, cache_key=b"theirs")
        Path("b.py").unlink()
        for kind in ("index", "verdicts", "warnings"):
            shutil.copyfile(files(forged, kind)[0], files(kept, kind)[0])
        Path("a.py").write_bytes(RED)
        os.utime("a.py", ns=(before.st_atime_ns, before.st_mtime_ns))
        assert run(kept) == (1, 0, ["a.py"])

    def test_an_index_answers_its_own_question_alone(self, kept: Path) -> None:
        (answer,) = files(kept, "index")
        run(kept, expected_broken=("a.py",))
        (other,) = set(files(kept, "index")) - {answer}
        shutil.copyfile(answer, other)
        assert run(kept, expected_broken=("a.py",)) == (1, 0, ["a.py"])

    @pytest.mark.parametrize(
        "name",
        ["folder", pytest.param("fifo", marks=pytest.mark.skipif(os.name == "nt", reason="Windows has none")), "link"],
    )
    def test_what_is_no_file_is_not_opened(self, kept: Path, name: str, tmp_path: Path) -> None:
        for path in kept.iterdir():
            path.rename(tmp_path / path.name)
            if name == "folder":
                path.mkdir()
            elif name == "fifo":
                os.mkfifo(path)
            else:
                path.symlink_to(tmp_path / path.name)
        assert run(kept)[::2] == (1, [])


class TestFolder:
    @pytest.mark.skipif(os.name == "nt", reason="Windows keeps profiles private")
    def test_that_everybody_may_write_to_is_not_used(self, kept: Path) -> None:
        kept.mkdir()
        kept.chmod(0o777)
        Path("a.py").write_bytes(GREEN)
        result = check_paths(["."], Settings(cache_dir=str(kept)))
        assert "others may write to it" in result.notes[0]
        assert list(kept.iterdir()) == []

    @pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give a folder away")
    def test_of_somebody_else_is_not_used(self, kept: Path) -> None:
        kept.mkdir()
        os.chown(kept, 12345, -1)
        Path("a.py").write_bytes(GREEN)
        assert run(kept)[2] == []
        assert list(kept.iterdir()) == []

    @pytest.mark.parametrize("where", ["file", "below-a-file", "name\0of-nothing", "x" * 5000])
    def test_that_cannot_be_made_is_done_without(self, tmp_path: Path, where: str) -> None:
        (tmp_path / "file").touch()
        place = tmp_path / ("file/below" if where == "below-a-file" else where)
        Path("a.py").write_bytes(GREEN)
        result = check_paths(["."], Settings(cache_dir=str(place)))
        assert result.ok
        assert result.notes

    def test_on_a_full_disk_keeps_nothing_by_halves(self, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        written = iter([3])

        def write(file: int, content: Any) -> int:
            try:
                return real(file, content[: next(written)])
            except StopIteration:
                raise OSError(28, "No space left on device") from None

        real = os.write
        Path("a.py").write_bytes(GREEN)
        check_paths(["."], Settings(cache_dir=str(kept.parent / "other")))  # the key is there
        monkeypatch.setattr(os, "write", write)
        result = check_paths(["."], Settings(cache_dir=str(kept)))
        monkeypatch.undo()
        assert "No space left" in result.notes[0]
        os.chdir(kept.parent / "tree")
        assert run(kept)[2] == []
        assert run(kept)[1] == 1

    def test_keeps_its_limit(self, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store, "LIMIT", 1000)
        folder = store.Store(str(kept))
        for number in range(20):
            folder.replace(f"f{number}", bytes(100))
            os.utime(kept / f"f{number}", (OLD + number, OLD + number))
        (kept / "left.1.part").touch()
        os.utime(kept / "left.1.part", (OLD - 10**6, OLD - 10**6))
        folder.shrink()
        assert sorted(path.name for path in kept.iterdir()) == sorted(f"f{number}" for number in range(10, 20))
        folder.close()

    def test_serves_several_runs_at_once(self, kept: Path) -> None:
        for number in range(40):
            Path(f"a{number}.py").write_text(f"x = {number}\n")
        code = "import sys; from syntax_guard import *; print(check_paths(['.'], Settings(cache_dir=sys.argv[1])).ok)"
        runs = [
            subprocess.Popen([sys.executable, "-c", code, str(kept)], stdout=subprocess.PIPE, text=True)
            for _ in range(6)
        ]
        assert [one.communicate(timeout=60)[0] for one in runs] == ["True\n"] * 6
        assert run(kept)[:2] == (40, 40)
        assert not [path for path in kept.iterdir() if path.name.endswith(".part")]


SAY_WHY = {
    *("errors.py", "sources/git_complaints.py", "__init__.py"),
    *("sources/empty_search.py", "sources/archives/recognise.py"),  # which a search asks for its error
}
"""What words an error alone, and decides nothing."""


class TestWhatTakesPart:
    def test_is_every_module_that_judges_or_chooses_files(self) -> None:
        first = ("judging/schedule.py", "judging/prefilter.py", "judging/in_workers.py", "sources/walk.py")
        taking_part = [PACKAGE / name for name in (*first, "cache/warnings.py")]
        for path in taking_part:
            taking_part += sorted(imported_files(path) - set(taking_part))
        names = {path.relative_to(PACKAGE).as_posix() for path in taking_part if path.read_bytes()}
        assert {name.replace(".", "/") + ".py" for name in TAKES_PART} == names - SAY_WHY

    @pytest.mark.parametrize("module", TAKES_PART)
    def test_that_changes_makes_what_was_judged_before_unknown(
        self, kept: Path, monkeypatch: pytest.MonkeyPatch, module: str
    ) -> None:
        Path("a.py").write_bytes(GREEN)
        run(kept)
        assert run(kept)[1] == 1
        read = fingerprint._content
        changed = os.path.join(str(PACKAGE), *module.split(".")) + ".py"
        monkeypatch.setattr(fingerprint, "_content", lambda path: read(path) + b"#" * (path == changed))
        assert run(kept)[1] == 0

    def test_that_cannot_be_read_leaves_nothing_known(self, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        Path("a.py").write_bytes(GREEN)
        run(kept)
        monkeypatch.setattr(fingerprint, "TAKES_PART", ("gone",))
        result = check_paths(["."], Settings(cache_dir=str(kept)))
        assert (result.ok, result.summary.cached) == (True, 0)
        assert "gone.py" in result.notes[0]


def test_verbose_says_why_nothing_was_kept(folder: Folder) -> None:
    folder.write("a.py")
    folder.write("file", "")
    run = folder.guard("check", "--verbose", "--cache-dir=file")
    assert run.code == 0
    assert run.err.startswith("syntax-guard: the cache was not used: file: ")
    assert folder.guard("check", "--cache-dir=file").err == ""


def test_settings_are_remembered_as_they_are(folder: Folder) -> None:
    lines = {"exclude": "['p/', '*.x']", "jobs": "3", "warnings": "'error'", "time-limit": "2.5", "cache": "true"}
    folder.write("pyproject.toml", "[tool.syntax-guard]\n" + "".join(f"{key} = {lines[key]}\n" for key in lines))
    folder.write("a.py", "x = '\\d'\n")
    code = "import os; from syntax_guard.config.settings import load; print(load({}, os.environ, os.getcwd()))"
    first = folder.run(sys.executable, "-c", code)
    assert "time_limit=2.5" in first.out
    assert folder.run(sys.executable, "-c", code) == first
    folder.write("pyproject.toml", "[tool.syntax-guard]\njobs = 4\n")
    assert "jobs=4" in folder.run(sys.executable, "-c", code).out


@pytest.mark.slow
def test_a_walk_meets_no_lie(tmp_path: Path) -> None:
    (tmp_path / "walk").mkdir()
    checked, cached, _ = walk(300, 7, tmp_path / "walk")
    assert 0.2 < cached / checked < 0.9


def test_a_stamp_is_of_numbers(tmp_path: Path) -> None:
    assert len(stamp_of(tmp_path.stat())) == len(UNKNOWN)
