"""Patterns mean what they mean in git where case counts, for searched, named and staged paths."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pathspec import GitIgnoreSpec

from syntax_guard.sources.gitignore import _bounded, deciding, matcher

if TYPE_CHECKING:
    from ..conftest import Folder

PARTS = ("a", "b", "foo", "*", "**", "*.py", "a*", "?", "[ab]", "a.py", "b.py", "c.d", "*.d")
FILES = [
    "/".join(path)
    for path in [
        *((name,) for name in ("a.py", "b.py")),
        *((one, name) for one in ("a", "b", "foo") for name in ("a.py", "b.py", "x")),
        *((one, two, name) for one in ("a", "b", "foo") for two in ("b2", "c.d") for name in ("a.py", "b.py", "x")),
    ]
]


def patterns(chance: random.Random) -> list[str]:
    made = []
    for _ in range(chance.randint(1, 5)):
        pattern = "/".join(chance.choice(PARTS) for _ in range(chance.randint(1, 3)))
        start, end = chance.choice(["", "", "/", "!", "!/"]), chance.choice(["", "", "/"])
        made.append(start + pattern + end)
    return made


@pytest.fixture
def repository(repository: Folder) -> Folder:
    repository.git("config", "core.ignoreCase", "false")  # as on Linux
    return repository


@pytest.mark.parametrize("seed", range(60))
def test_what_git_ignores_is_excluded_and_nothing_else(repository: Folder, seed: int) -> None:
    for name in FILES:
        repository.write(name)
    chosen = patterns(random.Random(seed))
    repository.write(".git/info/exclude", "".join(pattern + "\n" for pattern in chosen))
    asked = "".join(name + "\n" for name in FILES).encode()
    ignored = repository.run("git", "check-ignore", "--no-index", "--stdin", stdin=asked).out.splitlines()
    excluded = matcher(chosen, str(repository.path), "exclude", str(repository.path))
    assert [name for name in FILES if excluded(name)] == ignored, chosen


PIECES = (*"aab.*?-/", "[", "[!", "[^", "]", "]", "\\", "!", "[!b]", "[a-b]", "[[:alpha:]]", "[^[:punct:]]", "[.-0]")
PATHS = [
    f"{one}{two}{three}" for one in ("a", "b", "-", "]", "[") for two in ("", "/", "b", "a/b") for three in "ab]!-^"
]


@pytest.mark.parametrize("seed", range(8))
def test_any_pattern_matches_the_paths_that_it_matches_in_git(repository: Folder, seed: int) -> None:
    chance = random.Random(seed)
    asked = "".join(name + "\n" for name in PATHS).encode()
    for _ in range(25):
        pattern = "".join(chance.choices(PIECES, k=chance.randint(1, 7)))
        if pattern.startswith("!") or pattern.endswith("\\"):
            continue
        repository.write(".git/info/exclude", pattern + "\n")
        ignored = repository.run("git", "check-ignore", "--no-index", "--stdin", stdin=asked).out.splitlines()
        excluded = matcher([pattern], str(repository.path), "exclude", str(repository.path))
        assert [name for name in PATHS if excluded(name)] == ignored, pattern


def test_a_search_a_name_and_the_index_are_told_the_same(repository: Folder) -> None:
    repository.write("a/x.py", "x = (\n")
    repository.write("b/x.py", "x = (\n")
    repository.git("add", "--all")
    options = ["--exclude=/*", "--exclude=!/a"]
    for arguments in (["."], ["a/x.py", "b/x.py"], ["--staged"], ["--hook", "a/x.py", "b/x.py"]):
        assert repository.check(*options, *arguments).found == [("a/x.py", "syntax-error", 1)]


def test_case_counts_also_where_git_ignores_it(repository: Folder) -> None:
    """One list serves all gates: what it leaves out on Windows or macOS, it leaves out in CI and on a server, too."""
    repository.git("config", "core.ignoreCase", "true")
    repository.write("gen/x.py", "x = (\n")
    repository.write(".git/info/exclude", "Gen/\n")
    assert repository.git("check-ignore", "gen/x.py") == "gen/x.py"
    repository.git("add", "--force", "gen/x.py")
    for arguments in (["."], ["gen/x.py"], ["--staged"], ["--tracked"]):
        assert repository.check("--exclude=Gen/", *arguments).found == [("gen/x.py", "syntax-error", 1)]


@pytest.mark.parametrize("pattern", ["?", "??", "[^a]", "[!a]", "*é", "[^a][^a]", "é"])
def test_a_wildcard_matches_a_byte_as_in_git(repository: Folder, pattern: str) -> None:
    repository.write(".git/info/exclude", pattern + "\n")
    asked = "a\0é\0b\0bé\0".encode()
    ignored = repository.run("git", "check-ignore", "--no-index", "-z", "--stdin", stdin=asked).out
    excluded = matcher([pattern], str(repository.path), "exclude", str(repository.path))
    assert [name for name in ("a", "é", "b", "bé") if excluded(name)] == ignored.split("\0")[:-1]


@pytest.mark.parametrize(
    ("patterns", "last"), [(["t/", "t/m.py"], 1), (["t/", "t/*.py"], 1), (["t/m.py", "t/"], 1), (["t/", "!t/m.py"], 0)]
)
def test_the_last_pattern_that_matches_counts_also_behind_a_folder(patterns: list[str], last: int) -> None:
    assert deciding(patterns, ".", "expected-broken")("t/m.py") == last


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("a.py", "../a.py", True),
        ("/a.py", "../a.py", False),
        ("/web/a.py", "../web/a.py", False),
        ("web/", "../../web/a.py", True),
        (".*", "../a.py", False),
        (".*", "../.a.py", True),
        ("*/", "../a.py", False),
        ("..", "../a.py", False),
    ],
)
def test_outside_of_the_root_only_names_count(repository: Folder, pattern: str, path: str, *, matches: bool) -> None:
    root = str(repository.path / "x/y")
    assert matcher([pattern], root, "exclude", root)(path) is matches
    assert matcher([pattern], root, "exclude", "/")(os.path.abspath(os.path.join(root, path))) is matches


def test_no_try_is_left_out_that_could_match() -> None:
    chance = random.Random(1)
    for _ in range(400):
        pattern = "".join(chance.choice(["a", "b", "*", "*", "?", "[ab]", "/", "/**/", "."]) for _ in range(9))
        regex = next((one.regex for one in GitIgnoreSpec.from_lines([pattern]).patterns if one.regex), None)
        if regex is None:
            continue
        bounded = re.compile(_bounded(regex.pattern))
        for _ in range(60):
            path = "".join(chance.choice("aaab/.") for _ in range(chance.randint(1, 14)))
            assert bool(regex.search(path)) == bool(bounded.search(path)), (pattern, path)


@pytest.mark.skipif(os.name == "nt", reason="needs a limit of CPU time")
def test_no_pattern_takes_long() -> None:
    """Each of them took minutes, or did not end in a lifetime."""
    code = """
import resource
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
from syntax_guard.sources.gitignore import matcher
for pattern, path in (
    ("*a" * 60 + "b", "a" * 200 + ".py"), ("?*" * 60 + "b", "a" * 200 + ".py"), ("*[ab]" * 60 + "c", "a" * 200 + ".py"),
    ("/x/**/" + "a/**/" * 30 + "b", "x/" + "a/" * 100 + "c.py"), ("**/" + "a/**/" * 30 + "b", "a/" * 100 + "c.py"),
):
    assert not matcher([pattern], ".", "exclude")(path)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
