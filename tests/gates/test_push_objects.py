"""What the hooks of a push are told: a line or an object that is not as git has it refuses the push."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ..conftest import Folder, new_home

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Hook: TypeAlias = Callable[[str, str, str], tuple[tuple[str, ...], bytes]]

BROKEN = "def f(:\n"
ZERO, LOST = "0" * 40, "1234567890" * 4


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """A repository whose only commit is broken, with a branch whose name looks like an object."""
    folder = Folder(tmp_path_factory.mktemp("clone"), new_home(tmp_path_factory.mktemp("home")))
    folder.git("init", "-q", "-b", "main")
    folder.write("a.py", BROKEN)
    folder.git("add", "a.py")
    folder.git("commit", "-qm", "broken")
    folder.git("tag", "tree", "HEAD^{tree}")
    folder.git("tag", "file", "HEAD:a.py")
    folder.git("tag", "-a", "-m", "of a tree", "annotated", "HEAD^{tree}")
    folder.git("update-ref", "refs/heads/" + "ab" * 32, "HEAD")
    return folder


def received(old: str, new: str, ref: str) -> tuple[tuple[str, ...], bytes]:
    return ("pre-receive",), f"{old} {new} {ref}\n".encode()


def updated(old: str, new: str, ref: str) -> tuple[tuple[str, ...], bytes]:
    return ("update", "--", ref, old, new), b""


def pushed(old: str, new: str, ref: str) -> tuple[tuple[str, ...], bytes]:
    return ("pre-push", "origin", "url"), f"HEAD {new} {ref} {old}\n".encode()


HOOKS = pytest.mark.parametrize("hook", [received, updated, pushed])


def answer(clone: Folder, hook: Hook, old: str, new: str, ref: str) -> tuple[int, str]:
    names = {name: clone.git("rev-parse", name) for name in ("HEAD", "HEAD^{tree}", "HEAD:a.py", "annotated")}
    arguments, stdin = hook(names.get(old, old), names.get(new, new), ref)
    run = clone.guard(*arguments, stdin=stdin)
    assert "Traceback" not in run.err
    assert run.code != 2 or (run.out, run.err.count("\n")) == ("", 1), run.err
    return run.code, run.err


@pytest.mark.grid
@HOOKS
@pytest.mark.parametrize(
    ("old", "new", "ref", "says"),
    [
        (ZERO, "HEAD", "", "ref"),
        (ZERO, "HEAD", "--all", "ref"),
        (ZERO, "HEAD", "main", "ref"),
        (ZERO, "HEAD", "refs/heads/a..b", "ref"),
        (ZERO, "HEAD", "refs/heads/a\tb", "ref"),
        (ZERO, "HEAD", "refs/heads/main\r", "ref"),
        (ZERO, "HEAD", "refs/heads/", "ref"),
        (ZERO, "", "refs/heads/main", "object"),
        (ZERO, "HEAD~0", "refs/heads/main", "object"),
        (ZERO, "main", "refs/heads/main", "object"),
        (ZERO, "--all", "refs/heads/main", "object"),
        (ZERO, "1" * 39, "refs/heads/main", "object"),
        (ZERO, "A" * 40, "refs/heads/main", "object"),
        (ZERO, "0" * 39, "refs/heads/main", "object"),
        (ZERO, "ab" * 32, "refs/heads/main", "object"),
        ("0", "HEAD", "refs/heads/main", "object"),
        ("main", "HEAD", "refs/heads/main", "object"),
        ("0" * 64, "HEAD", "refs/heads/main", "object"),
        ("0" * 64, "ab" * 32, "refs/heads/main", "git has no object"),
        (ZERO, LOST, "refs/heads/main", "git has no object"),
        (ZERO, LOST, "refs/tags/v1", "git has no object"),
        (ZERO, "HEAD^{tree}", "refs/heads/main", "is a tree"),
        (ZERO, "HEAD:a.py", "refs/heads/main", "is a blob"),
        (ZERO, "annotated", "refs/heads/main", "is a tag"),
    ],
)
def test_what_git_does_not_write_and_does_not_have_is_refused(
    clone: Folder, hook: Hook, old: str, new: str, ref: str, says: str
) -> None:
    code, said = answer(clone, hook, old, new, ref)
    assert (code, says in said) == (2, True), said


@HOOKS
@pytest.mark.parametrize(
    ("new", "ref"),
    [
        (ZERO, "refs/heads/main"),
        (ZERO, "refs/tags/v1"),
        ("HEAD^{tree}", "refs/tags/tree"),
        ("annotated", "refs/tags/annotated"),
        ("HEAD:a.py", "refs/tags/file"),
    ],
)
def test_deleted_refs_and_tags_of_what_is_no_commit_pass(clone: Folder, hook: Hook, new: str, ref: str) -> None:
    assert answer(clone, hook, "HEAD", new, ref)[0] == 0


@pytest.mark.parametrize("verb", ["pre-receive", "pre-push"])
@pytest.mark.parametrize(
    "line",
    [
        "{0} {1}  refs/heads/main",
        "{0} {1} refs/heads/main extra",
        "{0}  {1} refs/heads/main",
        " {0} {1} refs/heads/main",
        "\n{0} {1} refs/heads/main",
        "what",
    ],
)
def test_lines_with_other_fields_are_refused(clone: Folder, verb: str, line: str) -> None:
    run = clone.guard(verb, stdin=line.format(ZERO, clone.git("rev-parse", "HEAD")).encode() + b"\n")
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1), run.err


def test_what_is_pushed_may_be_said_in_several_words(clone: Folder) -> None:
    tip = clone.git("rev-parse", "HEAD")
    run = clone.guard("pre-push", stdin=f"HEAD^{{/two  words}} {tip} refs/heads/main {ZERO}\n".encode())
    assert (run.code, "a.py:1:7" in run.out) == (1, True), run.err


def test_the_object_before_has_to_be_there_where_it_counts(clone: Folder) -> None:
    for hook, expected in ((received, 2), (updated, 2), (pushed, 1)):  # a clone may lack what the remote has
        assert answer(clone, hook, LOST, "HEAD", "refs/heads/main")[0] == expected


def test_a_receiving_hook_without_any_line_is_refused(clone: Folder) -> None:
    """git runs none without a line: another program has read them. It runs ``pre-push`` where all is there already."""
    run = clone.guard("pre-receive", stdin=b"")
    assert (run.code, run.err.count("\n"), "standard input" in run.err) == (2, 1, True)
    assert clone.guard("pre-push", stdin=b"").code == 0
