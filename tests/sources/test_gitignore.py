"""Patterns mean what they mean in git where case counts, for searched, named and staged paths."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from syntax_guard.errors import SettingsError
from syntax_guard.sources.gitignore import deciding, matcher

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..conftest import Folder

ROUNDS = int(os.environ.get("SYNTAX_GUARD_PATTERN_ROUNDS", "1"))
"""So many times 1,000 lists of patterns of each kind are compared with git."""
ALPHABETS = {
    "any": (*"aabAB/*?[]!\\# .-^", "**", "é", "\udcff"),
    "stars": (*"aab?./", "*", "*", "**", "**/", "/**/", "!"),
    "brackets": (*"aabA-/]]*!\\é", "[", "[!", "[^", "[a-b]", "[[:alpha:]]", "[^[:punct:]]", "[.-0]", "[:upper:]"),
    "escapes": (*"aab!/* ", "\\", "\\/", "\\ ", "**"),
}
FILLED = {"*": ("", "a", "ab", "a/b", "a/b/a"), "?": "abé/", "\\": ("", "\\"), "[": ("", "[", "a"), "]": ("", "]")}
"""What may stand in a path for a character of a pattern that it matches."""
STARS_IN_A_NAME = re.compile(r"!?/?[^*?\[\\]*[^*?\[\\/]\*\*")
"""Patterns that older versions of git do not read as its page says: there ``b**/c`` is more than ``b*/c``."""


def lines(chance: random.Random, alphabet: Sequence[str]) -> list[str]:
    return ["".join(chance.choices(alphabet, k=chance.randint(1, 8))) for _ in range(chance.choice([1, 1, 1, 2, 3]))]


def paths(chance: random.Random, patterns: Sequence[str]) -> list[str]:
    """Some paths that the `patterns` may match."""
    found = set()
    for _ in range(20):
        pattern = chance.choice(patterns).strip("!/")
        path = "".join(chance.choice(FILLED[char]) if char in FILLED else char for char in pattern)
        if chance.random() < 0.5:
            path = "/".join("".join(chance.choices(pattern + "ab.", k=2)) for _ in range(chance.randint(1, 3)))
        names = [name for name in path.split("/") if name not in ("", ".", "..")]
        if names and not (os.name == "nt" and any(name.endswith((".", " ")) for name in names)):  # none ends so there
            found.add("/".join(names))
    return sorted(found)


def usable(patterns: Sequence[str]) -> list[str]:
    """Those of `patterns` that are not refused: git lets the others match nothing."""
    found = []
    for pattern in patterns:
        try:
            matcher([pattern], ".", "exclude")
        except SettingsError:
            continue
        found.append(pattern)
    return found


@pytest.fixture
def repository(repository: Folder) -> Folder:
    repository.git("config", "core.ignoreCase", "false")  # as on Linux
    return repository


@pytest.mark.parametrize("kind", ALPHABETS)
def test_what_git_ignores_is_excluded_and_nothing_else(repository: Folder, kind: str) -> None:
    if os.name == "nt" and kind != "stars":
        pytest.skip("git.exe takes a backslash in a name for a slash")
    repository.write(".git/info/exclude", "b**/c\n")
    is_old = repository.run("git", "check-ignore", "--no-index", "b/b/c").code == 0
    repository.write(".git/info/exclude", "")
    for number in range(ROUNDS):
        chance = random.Random(f"{kind} {number}")
        cases = {}
        for case in range(1000):
            patterns = lines(chance, ALPHABETS[kind])
            repository.write(f"{case}/.gitignore", os.fsencode("".join(one + "\n" for one in patterns)))
            cases[f"{case}/"] = patterns, paths(chance, patterns)
        asked = b"".join(os.fsencode(folder + path) + b"\0" for folder, (_, some) in cases.items() for path in some)
        command = ["git", "check-ignore", "--no-index", "-z", "--stdin"]
        said = subprocess.run(command, input=asked, capture_output=True, check=True, cwd=repository.path).stdout
        ignored = {os.fsdecode(path) for path in said.split(b"\0")}
        matched = 0
        for folder, (patterns, some) in cases.items():
            if is_old and any(map(STARS_IN_A_NAME.match, patterns)):
                continue
            excluded = matcher(usable(patterns), str(repository.path / folder), "exclude", str(repository.path))
            here = [path for path in some if folder + path in ignored]
            assert [path for path in some if excluded(folder + path)] == here, patterns
            matched += len(here)
        assert matched > 400, "the paths are none that patterns match"


def test_two_stars_in_a_name_are_one_as_the_page_of_gitignore_says() -> None:
    excluded = matcher(["/a/b**/c"], ".", "exclude")
    assert [excluded(path) for path in ("a/b/c", "a/bb/c", "a/b/b/c", "a/c")] == [True, True, False, False]


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("b\\", "backslash"), ("b\\/", "backslash"), ("a/b\\ \\", "backslash"), ("!", "behind !"), ("/", "before /"),
        ("!/", "behind !"), ("//", "empty"), ("a//b", "empty"), ("./a", "write /a"),
        ("!./a/", "write !/a/"), ("../a/", ". or .."),
        ("a/./b", ". or .."), ("a[", "bracket"), ("[!]", "bracket"), ("a/[b", "bracket"), ("[[:letter:]]", "class"),
        ("é[", "bracket"),
    ],
)  # fmt: skip
def test_a_pattern_that_git_lets_match_nothing_is_named(repository: Folder, pattern: str, why: str) -> None:
    repository.write("a.py", "x = (\n")
    repository.write("in/pyproject.toml", f"[tool.syntax-guard]\nexclude = ['gen/', '{pattern}']\n")
    repository.write("in/b.py")
    repository.git("add", "--all")
    places = {
        "--exclude": [f"--exclude={pattern}", "a.py"],
        "SYNTAX_GUARD_EXCLUDE": ["."],
        "in/pyproject.toml:2: tool.syntax-guard.exclude": ["--staged"],
        "in/pyproject.toml:2": ["--hook", "--", "in/b.py"],
    }
    for place, arguments in places.items():
        if os.name == "nt" and "\\" in pattern and "toml" not in place:
            continue  # there, it stands for a slash
        given = {place: pattern} if place.isupper() else {}
        run = repository.check(*arguments, environment={"PYTHONIOENCODING": "utf-8", **given})
        assert (run.code, len(run.err.splitlines())) == (2, 1), run.err
        assert run.err.startswith(f"syntax-guard: {place}: "), run.err
        assert f"'{pattern}' matches" in run.err
        assert why in run.err


def test_a_comment_is_no_pattern(folder: Folder) -> None:
    folder.write("#a.py", "x = (\n")
    folder.write("a.py", "x = (\n")
    run = folder.check("--exclude=# a comment", "--exclude=\\#a.py")
    assert [path for path, _, _ in run.found] == ["a.py"]


WITH_DOTS = ("..a.py", "..a/b.py", *(() if os.name == "nt" else ("...", ".../a.py")))  # there, no name ends with one


@pytest.mark.parametrize("name", WITH_DOTS)
def test_a_name_that_begins_with_dots_lies_in_its_folder(folder: Folder, name: str) -> None:
    excluded = matcher(["/..*"], str(folder.path), "exclude", str(folder.path))
    assert excluded(name)
    assert not matcher(["a.py", "b.py", "a/"], str(folder.path), "exclude", str(folder.path))(name.replace("/", "."))


def test_a_whole_tree_names_patterns_that_leave_out_nothing(folder: Folder) -> None:
    patterns = ["gen/", "/gen/*.txt", "linked.py", "nothing", "!kept.py", "# a comment"]
    folder.write("pyproject.toml", f"[tool.syntax-guard]\nexclude = {patterns}\n")
    folder.write("in/pyproject.toml", "[tool.syntax-guard]\nexclude = ['/b.py', '/c.py']\n")
    for name in ("a.py", "gen/a.py", "linked.py", "in/b.py"):
        folder.write(name)
    if os.name != "nt":
        (folder.path / "link.py").symlink_to("linked.py")
    inner = "in/pyproject.toml"
    unused = [("pyproject.toml", "/gen/*.txt"), ("pyproject.toml", "nothing"), (inner, "/c.py")]
    for _ in range(2):  # the second time, the search is remembered
        said = folder.guard("check", "--verbose", ".").err
        assert {line for line in said.splitlines() if "leaves out nothing" in line} == {
            f"syntax-guard: {file}: exclude: {pattern!r} leaves out nothing here (correct or remove it)"
            for file, pattern in unused
        }
    assert "--exclude: 'z' leaves out nothing" in folder.guard("check", "--verbose", "--exclude=z").err
    for arguments in (["--verbose", "a.py"], ["--verbose", "--exclude=b.py", "."], ["."]):
        assert "leaves out nothing" not in folder.guard("check", *arguments).err


REGULAR = {
    "^gen/": "patterns are those of .gitignore, not regular expressions; write /gen/",
    "gen/.*": "patterns are those of .gitignore, not regular expressions; write gen/",
    r".*_pb2\.py$": "patterns are those of .gitignore, not regular expressions; write *_pb2.py",
    "(gen|made)/": "patterns are those of .gitignore, not regular expressions",
    "gen.*": None, ".*": None, "/gen/": None, "[gG]en$/": None,
}  # fmt: skip


@pytest.mark.parametrize(("pattern", "told"), REGULAR.items())
def test_a_regular_expression_that_leaves_out_nothing_is_always_told(
    folder: Folder, pattern: str, told: str | None
) -> None:
    folder.write("pyproject.toml", f"[tool.syntax-guard]\nexclude = ['{pattern}']\n")
    folder.write("a.py")
    note = f"syntax-guard: pyproject.toml: exclude: '{pattern}' leaves out nothing here ({told})\n"
    assert folder.guard("check").err == (note if told else "")
    assert folder.guard("check", "a.py").err == ""


@pytest.mark.parametrize("verb", [("check",), *([("run", "--", "true")] if os.name == "posix" else [])])
def test_where_all_is_left_out_the_pattern_is_named(repository: Folder, verb: tuple[str, ...]) -> None:
    repository.write("app/pyproject.toml", "[tool.syntax-guard]\nexclude = ['b', '/a**/']\n")
    repository.write("app/ab/c.py")
    repository.git("add", "--all")
    run = repository.guard(*verb)
    told = f"skipped: {'app/ab/'} (excluded) (look at '/a**/' in app/pyproject.toml: exclude, or name other paths)"
    assert (run.code, run.err) == (2, f"syntax-guard: no Python file to check was found; {told}\n")


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
    ],
)
def test_outside_of_the_root_only_names_count(repository: Folder, pattern: str, path: str, *, matches: bool) -> None:
    root = str(repository.path / "x/y")
    assert matcher([pattern], root, "exclude", root)(path) is matches
    assert matcher([pattern], root, "exclude", "/")(os.path.abspath(os.path.join(root, path))) is matches


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
