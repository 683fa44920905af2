"""What `check` is asked about: two inputs are both judged, or the line that refuses them names both."""

from __future__ import annotations

import os
import zipfile
from itertools import combinations

import pytest

from syntax_guard.cli import inputs, question
from syntax_guard.cli.arguments import expanded

from ..conftest import PROJECT, Folder, new_home

BROKEN = "x = = 1\n"
INPUTS = {
    "--hook": ("--hook",),
    "--staged": ("--staged",),
    "--commits": ("--commits", "HEAD~1..HEAD"),
    "--merge": ("--merge", "HEAD~1"),
    "--tracked": ("--tracked",),
    "--archives": ("--archives", "dist"),
    "--installed": ("--installed",),
    "--files-from": ("--files-from", "list"),
    "--null": ("--null",),
    "--run-filters": ("--run-filters",),
    "-": ("-",),
    "a.py": ("a.py",),
}
FOUND = {
    ("--hook", "--files-from"): {"b.py"},
    ("--hook", "a.py"): {"a.py"},
    ("--staged", "--run-filters"): {"staged.py"},
    ("--tracked", "a.py"): {"a.py"},
    ("--archives", "a.py"): {"a.py", "dist/app.pyz/__main__.py"},
    ("--files-from", "--null"): {"b.py"},
}
"""The pairs that go together, each with the files that are broken in what they ask about."""
NAMED_FILES_ONLY = {"--installed", "a.py"}
"""Names are those of distributions there: it goes together, and there is none called ``a.py``."""
UNDER_HOOK = {"--hook", "-"}
"""There ``-`` is the name of a file: it goes together, and there is none."""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A work tree in which each input has a file of its own that is broken."""
    folder = Folder(tmp_path_factory.mktemp("inputs"), new_home(tmp_path_factory.mktemp("home")))
    folder.git("init", "-q")
    folder.git("commit", "-q", "--allow-empty", "-m", "first")
    for name in ("a.py", "b.py"):
        folder.write(name, BROKEN)
    folder.git("add", "--all")
    folder.git("commit", "-qm", "second")
    folder.write("staged.py", BROKEN)
    folder.git("add", "staged.py")
    (folder.path / "dist").mkdir()
    with zipfile.ZipFile(folder.path / "dist/app.pyz", "w") as archive:
        archive.writestr("__main__.py", BROKEN)
    return folder


def asked(names: tuple[str, ...]) -> list[str]:
    return [word for name in names for word in INPUTS[name]]


@pytest.mark.slow
@pytest.mark.parametrize("pair", list(combinations(INPUTS, 2)), ids=" ".join)
def test_a_pair_is_obeyed_or_refused(repository: Folder, pair: tuple[str, str]) -> None:
    repository.write("list", "b.py\0" if "--null" in pair else "b.py\n")
    run = repository.check(*asked(pair), stdin=BROKEN.encode())
    expected = FOUND.get(pair)
    if expected is not None:
        assert run.code == 1, run.err
        assert {one["path"] for one in run.json["diagnostics"]} == expected
        return
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1), run.err
    if set(pair) == NAMED_FILES_ONLY:
        assert "'a.py'" in run.err
    elif set(pair) == UNDER_HOOK:
        assert "no such path: -" in run.err
    else:
        words = run.err.replace(":", " ").replace(",", " ").split()
        assert set(pair) <= set(words), run.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--archives", "dist", "--hook", "a.py"),
        ("--archives", "dist", "--files-from", "empty"),
        ("--archives", "dist", "--installed", "pip"),
        ("--hook", "--installed", "pip"),
        ("--files-from", "empty", "--tracked"),
        ("--commits", "HEAD", "--null", "--files-from", "empty"),
        ("--staged", "--", "a.py"),
        ("--tracked", "--run-filters", "a.py"),
    ],
)
def test_no_third_one_hides_another(repository: Folder, arguments: tuple[str, ...]) -> None:
    repository.write("empty", "")
    run = repository.check(*arguments)
    assert (run.code, run.out, run.err.count("\n"), "does not go with" in run.err) == (
        2, "", 1, True,
    ), run.err  # fmt: skip


@pytest.mark.parametrize(
    ("option", "values"),
    [("--commits", ("HEAD", "HEAD~1")), ("--merge", ("HEAD", "HEAD~1")), ("--files-from", ("list", "empty"))],
)
def test_what_is_given_twice_is_refused(repository: Folder, option: str, values: tuple[str, str]) -> None:
    run = repository.check(option, values[0], f"{option}={values[1]}")
    assert (run.code, run.out, run.err.count("\n"), option in run.err) == (2, "", 1, True), run.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--null",), "--null goes with --files-from"),
        (("--run-filters",), "--run-filters goes with --staged"),
        (("--stdin-filename", "a.py"), "--stdin-filename goes with -"),
        (("--stdin-filename", "b.py", "a.py"), "--stdin-filename does not go with a.py"),
    ],
)
def test_what_goes_with_another_alone(repository: Folder, arguments: tuple[str, ...], says: str) -> None:
    run = repository.check(*arguments)
    assert (run.code, run.out, run.err.count("\n"), says in run.err) == (2, "", 1, True), run.err


@pytest.mark.parametrize("verb", ["pre-push", "pre-receive", "agent-hook", "baseline"])
def test_a_verb_has_no_option_that_it_does_not_obey(repository: Folder, verb: str) -> None:
    run = repository.guard(verb, "--run-filters", stdin=b"")
    assert (run.code != 0, run.out, run.err.count("\n")) == (True, "", 1), run.err
    assert "no option --run-filters" in run.err


def test_a_folder_of_archives_that_cannot_be_read_is_no_empty_one(repository: Folder) -> None:
    """Before anything is built, pre-commit is let pass: that is a folder which is not there."""
    environment = {"PRE_COMMIT": "1"}
    assert repository.guard("check", "--archives", "nowhere", environment=environment).code == 0
    run = repository.guard("check", "--archives", "a.py", environment=environment)
    assert (run.code, run.err.count("\n"), "--archives a.py" in run.err) == (2, 1, True), run.err


SETTINGS = (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", [kind for kind in question.KINDS if kind.startswith("--")])
def test_each_kind_of_source_has_its_reason_its_page_and_its_test(kind: str) -> None:
    assert kind in inputs.INPUTS
    assert kind in INPUTS
    assert f"`{kind}" in SETTINGS


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("*.py", ["a.py", "b.py"]),
        ("pkg/[cx].py", ["pkg/c.py"]),
        ("**/?.py", ["a.py", "b.py", "pkg/c.py"]),
        ("x[1].txt", ["x[1].txt"]),
        ("*.pyi", ["*.pyi"]),
        ("?", ["./-"]),
        ("-", ["-"]),
        ("none.py", ["none.py"]),
    ],
)
def test_a_pattern_stands_for_the_names_that_a_shell_would_pass_on(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, typed: str, means: list[str]
) -> None:
    for name in ("a.py", "b.py", "pkg/c.py", "x1.txt", "x[1].txt", "-"):
        folder.write(name)
    monkeypatch.chdir(folder.path)
    assert [path.replace(os.sep, "/") for path in expanded([typed])] == means
