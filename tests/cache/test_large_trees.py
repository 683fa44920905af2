"""What is kept of a large tree: little memory a file, nothing lost between batches, and no cliff at a limit."""

from __future__ import annotations

import random
import tracemalloc
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from syntax_guard import Settings, check_paths, run
from syntax_guard.cache import digests, verdict_cache
from syntax_guard.cache.digests import DIGEST_BYTES, Digests
from syntax_guard.cache.tree_lookup import TreeLookup
from syntax_guard.model import UNKNOWN
from syntax_guard.sources.in_memory import Held
from syntax_guard.sources.readers import File
from syntax_guard.sources.selection import MANY, PLAIN, FoundFiles, Stamped

from .test_verdict_cache import settle

if TYPE_CHECKING:
    from syntax_guard.model import Stamp

STAMP = (123, 1_700_000_000_123_456_789, 1_700_000_000_987_654_321, 12_345_678, 2049)


def stamp(number: int) -> Stamp:
    return (number, *STAMP[1:])


def stamped(names: list[str]) -> Stamped:
    found = Stamped()
    for number, name in enumerate(names):
        found.append((name, stamp(number)))
    return found


def digest(number: int) -> bytes:
    return sha256(b"%d" % number).digest()


class TestFiles:
    def test_take_little_memory(self) -> None:
        tracemalloc.start()
        files = FoundFiles(File(f"some/folder/of/a/tree/module_{number}.py", stamp(number)) for number in range(20_000))
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(files) == 20_000
        assert held / len(files) < 100

    def test_are_what_was_put_in(self) -> None:
        names = [f"m{number}.py" for number in range(2 * MANY + 7)]
        files = FoundFiles(File(name, stamp(number)) for number, name in enumerate(names))
        files.append(Held("held.py", b"x"))
        for found in (list(files), list(files.drained())):
            assert [file.path for file in found] == [*names, "held.py"]
            assert [file.size for file in found[:-1]] == list(range(len(names)))
        assert len(files) == 0

    def test_are_found_again_where_their_names_are_compressed(self) -> None:
        names = [f"x\x01{number}.py" for number in range((PLAIN + 2) * MANY)]
        found = stamped(names)
        assert [name for name, _ in found] == names
        assert len(found.full[PLAIN].names) < len(found.full[0].names) / 2

    @pytest.mark.parametrize("odd", [(1, -5, -7, 3, 4), (1, 2, 3, 2**64 - 1, 2**64 - 1), (9, 2**63, 2, 3, 4)])
    def test_keep_stamps_of_odd_numbers(self, odd: Stamp) -> None:
        names = [f"\udcff{number}.py" for number in range(MANY)]
        found = Stamped()
        for name in names:
            found.append((name, odd))
        kept = odd if odd[1] < 2**63 else (9, 0, 0, 0, 0)
        assert list(found) == [(name, kept) for name in names]


NAMES = [f"p{number % 7}/m{number}.py" for number in range(3 * MANY + 5)]


class TestLookup:
    @pytest.mark.parametrize("order", ["same", "backwards", "mixed"])
    def test_finds_each_name_in_any_order(self, order: str) -> None:
        numbers = list(range(len(NAMES)))
        if order == "backwards":
            numbers.reverse()
        elif order == "mixed":
            random.Random(1).shuffle(numbers)
        lookup = TreeLookup(stamped(NAMES))
        assert [lookup.stamp(NAMES[number]) for number in numbers] == [stamp(number) for number in numbers]
        assert [lookup.stamp(f"no{number}") for number in range(9)] == [UNKNOWN] * 9

    def test_finds_its_way_past_what_is_new_and_what_is_gone(self) -> None:
        lookup = TreeLookup(stamped(NAMES))
        for number, name in enumerate(NAMES):
            if number % 10 == 0:
                assert lookup.stamp(f"new{number}.py") == UNKNOWN
            if number % 10 != 1:
                assert lookup.stamp(name) == stamp(number)

    @pytest.mark.parametrize("count", [0, 1, MANY])
    def test_ends_where_the_names_end(self, count: int) -> None:
        lookup = TreeLookup(stamped(NAMES[:count]))
        assert [lookup.stamp(name) for name in NAMES[: count + 1]] == [*map(stamp, range(count)), UNKNOWN]
        assert lookup.stamp("another") == UNKNOWN


class TestDigests:
    def test_are_found_once_they_are_settled(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(digests, "LATER", 64)
        known = Digests()
        for number in [*range(1000), *range(500)]:
            known.add(digest(number))
        known.settle()
        assert len(known) == 1000
        assert all(digest(number) in known for number in range(1000))
        assert not any(digest(number) in known for number in range(1000, 2000))
        assert all(digest(number) in Digests(known.table) for number in range(1000))

    def test_that_begin_alike_are_told_apart(self) -> None:
        alike = [b"8 bytes." + bytes([number]) * 24 for number in range(20)]
        known = Digests()
        for one in alike[::2]:
            known.add(one)
        known.settle()
        assert [one in known for one in alike] == [True, False] * 10

    def test_beyond_a_limit_lose_a_part_and_not_all(self) -> None:
        old, new = Digests(), Digests()
        for number in range(1000):
            old.add(digest(number))
            new.add(digest(5000 + number))
        old.settle()
        old.update(new, 1500)
        assert len(old) == 1500
        assert all(digest(5000 + number) in old for number in range(1000))
        assert sum(digest(number) in old for number in range(1000)) == 500
        many = Digests()
        for number in range(10_000, 14_000):
            many.add(digest(number))
        old.update(many, 1500)
        assert len(old) == 1500
        assert sum(digest(number) in old for number in range(10_000, 14_000)) == 1500

    def test_of_a_damaged_table_are_lost_and_never_made_up(self) -> None:
        known = Digests()
        for number in range(100):
            known.add(digest(number))
        known.settle()
        table = bytearray(known.table)
        random.Random(1).shuffle(table)
        assert not any(digest(number) in Digests(bytes(table)) for number in range(200))
        assert len(table) == 100 * DIGEST_BYTES


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settle(monkeypatch)
    monkeypatch.setattr(run, "BATCH", 500)
    root = tmp_path / "tree"
    for number in range(1500):
        folder = root / f"p{number % 3}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"m{number}.py").write_text("x = (\n" if number % 500 == 9 else f"x = {number}\n")
    return root


def said(tree: Path, kept: Path) -> tuple[int, int, list[str]]:
    result = check_paths([tree], Settings(cache_dir=str(kept)))
    return result.summary.checked, result.summary.cached, [Path(one.path).name for one in result.diagnostics]


def test_batches_and_blocks_change_nothing(tree: Path, tmp_path: Path) -> None:
    kept = tmp_path / "cache"
    broken = ["m9.py", "m1009.py", "m509.py"]
    assert said(tree, kept) == (1500, 0, broken)
    assert said(tree, kept) == (1500, 1497, broken)
    (tree / "p1" / "m700.py").write_text("y = (\n")
    assert said(tree, kept) == (1500, 1496, ["m9.py", "m1009.py", "m700.py", "m509.py"])
    (tree / "p1" / "m700.py").write_text("y = 1\n")
    (tree / "p0" / "new.py").write_text("z = (\n")
    (tree / "p2" / "m2.py").unlink()
    assert said(tree, kept) == (1500, 1495, ["m9.py", "new.py", "m1009.py", "m509.py"])
    assert said(tree, kept) == (1500, 1496, ["m9.py", "new.py", "m1009.py", "m509.py"])


@pytest.mark.slow
def test_a_tree_beyond_the_limit_is_known_in_part(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict_cache, "LIMIT", 1000)
    kept = tmp_path / "cache"
    said(tree, kept)
    for _ in range(3):
        for index in kept.glob("index-*"):
            index.unlink()
        assert 950 < said(tree, kept)[1] <= 1000
