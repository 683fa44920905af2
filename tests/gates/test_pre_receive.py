"""``pre-receive``: real pushes to a bare repository that has the hook."""

from __future__ import annotations

import pytest

from ..conftest import COMMAND, PROJECT, Folder
from ..documents.pages import run_by
from .pushes import BROKEN, commit, install, push

MATCH = "match x:\n    case 1:\n        pass\n"

pytestmark = pytest.mark.skipif(
    not (PROJECT / "docs").exists(), reason="the page with the hook is not beside the tests"
)


def install_hook(server: Folder, options: str = "", name: str = "pre-receive") -> None:
    command = f"exec '{COMMAND}' {name} {options}"
    install(server.path / "hooks" / name, f"hooks/{name}", command, f"exec syntax-guard {name}")


@pytest.fixture
def server(repository: Folder) -> Folder:
    """A bare repository with the hook; `repository` is a clone of it, with one commit that has been pushed."""
    at = repository.path.parent / "server.git"
    repository.git("init", "-q", "--bare", "-b", "main", at)
    repository.git("remote", "add", "origin", at)
    repository.git("checkout", "-q", "-B", "main")
    commit(repository, "old.py", BROKEN)  # from the time before the hook
    repository.git("push", "-q", "origin", "main")
    server = Folder(at, repository.environment)
    install_hook(server)
    return server


def test_a_broken_file_is_refused_and_a_fixed_one_goes_through(repository: Folder, server: Folder) -> None:
    before = server.git("rev-parse", "main")
    commit(repository, "a.py", BROKEN)
    passed, said = push(repository, "main")
    assert (passed, "remote: a.py:1:7: syntax-error" in said) == (False, True), said
    assert "refs/heads/main is refused" in said
    assert server.git("rev-parse", "main") == before
    commit(repository, "a.py")
    passed, said = push(repository, "main")
    assert passed, said


def test_what_was_broken_before_stops_nobody(repository: Folder, server: Folder) -> None:  # noqa: ARG001
    commit(repository, "new.py")
    for refs in (("main",), ("main:feat",), ("--delete", "feat"), ("main:refs/heads/again",)):
        passed, said = push(repository, *refs)
        assert passed, said
    commit(repository, "old.py", BROKEN + "\n")  # touched, and still broken
    assert not push(repository, "main")[0]


def test_a_script_with_a_block_of_its_own(repository: Folder, server: Folder) -> None:  # noqa: ARG001
    block = "# /// script\n# dependencies = []\n# ///\n"
    commit(repository, "script.py", f"{block}x = 1\n")
    passed, said = push(repository, "main")
    assert passed, said
    commit(repository, "script.py", f"{block}{BROKEN}")
    passed, said = push(repository, "main")
    assert (passed, "remote: script.py:4:7: syntax-error" in said) == (False, True), said


def test_a_new_branch_and_a_new_tag(repository: Folder, server: Folder) -> None:
    commit(repository, "a.py", BROKEN)
    repository.git("tag", "light")
    repository.git("tag", "-a", "-m", "a release", "v1")
    for ref in ("HEAD:refs/heads/feat", "light", "v1"):
        passed, said = push(repository, ref)
        assert (passed, "a.py:1:7" in said) == (False, True), said
    assert server.git("for-each-ref", "--format=%(refname)") == "refs/heads/main"


def test_a_forced_push(repository: Folder, server: Folder) -> None:  # noqa: ARG001
    commit(repository, "a.py")
    assert push(repository, "main")[0]
    repository.git("reset", "-q", "--hard", "HEAD~1")
    commit(repository, "b.py", BROKEN)
    assert not push(repository, "--force", "main")[0]
    repository.git("reset", "-q", "--hard", "HEAD~1")
    assert push(repository, "--force", "main")[0]


def test_a_history_of_its_own(repository: Folder, server: Folder) -> None:  # noqa: ARG001
    repository.git("checkout", "-q", "--orphan", "island")
    commit(repository, "a.py")
    passed, said = push(repository, "island")
    assert passed, said
    repository.git("mv", "old.py", "moved.py")
    repository.git("commit", "-qm", "moved")
    passed, said = push(repository, "island")
    assert (passed, "moved.py:1:7" in said) == (False, True), said


@pytest.mark.slow
@pytest.mark.parametrize("hook", ["pre-receive", "update"])
@pytest.mark.parametrize("options", ["", "--every-commit"])
def test_a_broken_commit_inside_of_a_pushed_history(
    repository: Folder, server: Folder, hook: str, options: str
) -> None:  # fmt: skip
    commit(repository, "a.py", BROKEN)
    repository.git("branch", "broken")
    commit(repository, "a.py")
    assert push(repository, "main:tmp")[0]
    (server.path / "hooks" / "pre-receive").unlink()
    install_hook(server, options, hook)
    for ref in ("broken:main", "broken", "broken:refs/tags/v1"):
        passed, said = push(repository, ref)
        assert (passed, "a.py:1:7: syntax-error" in said) == (False, True), said
        assert "is refused: its commit is an old one; name a commit in which these files are fixed" in said
    assert push(repository, "main", "main:again")[0]


def test_what_a_merge_leaves_behind(repository: Folder, server: Folder) -> None:  # noqa: ARG001
    repository.git("checkout", "-qb", "side")
    commit(repository, "a.py", BROKEN)
    repository.git("checkout", "-q", "main")
    repository.git("merge", "-q", "-s", "ours", "-m", "ours", "side")
    assert push(repository, "main")[0]
    passed, said = push(repository, "side")
    assert (passed, "a.py:1:7: syntax-error" in said) == (False, True), said


def test_what_is_broken_at_any_tip_is_old(repository: Folder, server: Folder) -> None:
    commit(repository, "readme.txt")
    (server.path / "hooks" / "pre-receive").rename(server.path / "off")
    repository.git("checkout", "-qb", "older")
    (repository.path / "link.py").symlink_to("a.py")
    repository.git("add", "link.py")
    commit(repository, "a.py", BROKEN)
    repository.git("tag", "-a", "-m", "a release", "v1")
    assert push(repository, "main", "v1")[0]
    (server.path / "off").rename(server.path / "hooks" / "pre-receive")
    for ref in ("older", "v1^{}:refs/heads/maintained"):
        passed, said = push(repository, ref)
        assert passed, said
    repository.git("checkout", "-q", "main")
    commit(repository, "b.py")
    repository.git("merge", "-qm", "merged", "older")
    passed, said = push(repository, "main")
    assert passed, said
    commit(repository, "c.py", BROKEN)
    passed, said = push(repository, "main")
    assert (passed, "c.py:1:7" in said, "a.py" in said) == (False, True, False), said


@pytest.mark.slow
def test_a_tip_that_lets_a_file_pass_has_no_say_where_another_does_not(repository: Folder, server: Folder) -> None:
    repository.git("rm", "-q", "old.py")
    commit(repository, "pyproject.toml", '[project]\nrequires-python = ">=3.10"\n')
    commit(repository, "a.py", MATCH)
    passed, said = push(repository, "main:newer")
    assert passed, said
    commit(repository, "pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
    for number in range(70):  # more than the tips whose declarations are read
        server.git("tag", f"v{number}", server.git("commit-tree", "-m", str(number), "newer^{tree}"))
    for ref in ("main", "main:other"):
        passed, said = push(repository, ref)
        assert (passed, "a.py:1:7: unsupported-syntax" in said) == (False, True), said


def test_a_rejected_ref_names_the_others(repository: Folder, server: Folder) -> None:
    commit(repository, "good.py")
    repository.git("branch", "good")
    commit(repository, "a.py", BROKEN)
    passed, said = push(repository, "good", "main")
    assert (passed, "refs/heads/main is refused" in said, "as a whole: refs/heads/good" in said) == (False, True, True)
    assert server.git("for-each-ref", "--format=%(refname)") == "refs/heads/main"


def test_commits_that_lie_elsewhere_on_the_server_are_judged_when_a_branch_gets_them(
    repository: Folder, server: Folder
) -> None:  # fmt: skip
    commit(repository, "a.py", BROKEN)
    passed, said = push(repository, "main:refs/keep/x")
    assert passed, said
    assert server.git("rev-parse", "refs/keep/x")
    assert not push(repository, "main")[0]


def test_each_commit_where_it_is_asked_for(repository: Folder, server: Folder) -> None:
    commit(repository, "a.py", BROKEN)
    commit(repository, "a.py")
    install_hook(server, "--every-commit")
    passed, said = push(repository, "main")
    assert (passed, f"commit {repository.git('rev-parse', 'HEAD~1')[:12]}" in said) == (False, True), said
    install_hook(server)
    assert push(repository, "main")[0]


def test_the_targets_are_those_of_the_pushed_commit(repository: Folder, server: Folder) -> None:  # noqa: ARG001
    commit(repository, "pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
    commit(repository, "a.py", MATCH)
    passed, said = push(repository, "main")
    assert (passed, "a.py:1:" in said) == (False, True), said


def test_what_the_pushed_settings_leave_out_is_said_and_those_of_the_server_count_more(
    repository: Folder, server: Folder
) -> None:  # fmt: skip
    commit(repository, "pyproject.toml", '[tool.syntax-guard]\nexclude = ["a.py"]\n')
    commit(repository, "a.py", BROKEN)
    own = server.write("own.toml", "[tool.syntax-guard]\n")
    install_hook(server, f"--config '{own}'")
    assert not push(repository, "main")[0]
    install_hook(server)
    passed, said = push(repository, "main")
    assert (passed, "1 of the files that are new are not judged" in said) == (True, True), said


@pytest.mark.parametrize("given", [b"what\n", b"a b\n"])
def test_lines_that_git_does_not_write(server: Folder, given: bytes) -> None:
    run = server.guard("pre-receive", stdin=given)
    assert (run.code, "no update of a ref" in run.err) == (2, True)


def test_an_object_that_is_no_commit_is_left_alone(repository: Folder, server: Folder) -> None:  # noqa: ARG001
    repository.git("tag", "blob", "HEAD:old.py")
    passed, said = push(repository, "blob")
    assert passed, said


def test_update_answers_for_each_ref_by_itself(repository: Folder, server: Folder) -> None:
    (server.path / "hooks" / "pre-receive").unlink()
    install_hook(server, name="update")
    commit(repository, "good.py")
    repository.git("branch", "good")
    repository.git("branch", "gone", "good~1")
    assert push(repository, "gone")[0]
    commit(repository, "a.py", BROKEN)
    passed, said = push(repository, "good", "main", ":gone")
    assert (passed, "refs/heads/main is refused" in said, "a.py:1:7" in said) == (False, True, True), said
    assert server.git("for-each-ref", "--format=%(refname)").split() == ["refs/heads/good", "refs/heads/main"]
    assert server.git("rev-parse", "main") == repository.git("rev-parse", "good~1")
    commit(repository, "a.py")
    assert push(repository, "main")[0]


@pytest.mark.parametrize("hook", ["pre-receive", "update"])
def test_no_answer_in_time_is_a_refusal(repository: Folder, server: Folder, hook: str) -> None:
    (server.path / "hooks" / "pre-receive").unlink()
    install_hook(server, "--push-time-limit 0.001", hook)
    commit(repository, "good.py")
    passed, said = push(repository, "main")
    assert (passed, "refused: no answer within 0.001 s" in said, "Traceback" in said) == (False, True, False), said
    own = server.write("own.toml", "[tool.syntax-guard]\npush-time-limit = 0\n")
    install_hook(server, f"--config '{own}'", hook)
    assert push(repository, "main")[0]


def test_a_pushed_file_has_no_say_in_what_is_the_servers(repository: Folder, server: Folder) -> None:
    settings = '[tool.syntax-guard]\nunanswered = "note"\npush-time-limit = 0.001\n'
    commit(repository, "pyproject.toml", f'[project]\nrequires-python = ">=3.99"\n{settings}')
    commit(repository, "a.py")
    passed, said = push(repository, "main")
    assert (passed, "a.py: no-interpreter" in said) == (False, True), said
    install_hook(server, "--unanswered note")
    passed, said = push(repository, "main")
    assert (passed, "not judged here: a.py" in said, "3.99" in said) == (True, True, True), said
    commit(repository, "b.py", BROKEN)
    assert push(repository, "main")[0], "nobody here can tell"


OWN_HOOKS = {
    "Gitea, Forgejo": """\
#!/usr/bin/env bash
refs=$(cat); ended=""
for each in ${GIT_DIR:-$(dirname "$0")/..}/hooks/pre-receive.d/*; do
    [ -f "$each" ] && [ -x "$each" ] || continue
    echo "$refs" | "$each"; ended="$ended $?"
done
for code in $ended; do [ "$code" -eq 0 ] || exit "$code"; done
""",
    "GitLab": """\
#!/bin/sh
refs=$(cat)
set -- PATH="$PATH" GIT_DIR="$PWD" GL_ID=user-1 GL_USERNAME=a GL_PROTOCOL=ssh GL_REPOSITORY=project-1
for name in GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_QUARANTINE_PATH; do
    eval "set -- \\"\\$@\\" $name=\\"\\$$name\\""
done
for each in custom_hooks/pre-receive.d/*; do
    case $each in *~) continue ;; esac
    printf '%s\\n' "$refs" | env -i "$@" "$PWD/$each" || exit 1
done
""",
}
"""How the hook of each host runs those of its folder: the former tells all of them, the latter stops at the first that
refuses, and hands on few variables, with no HOME among them."""


@pytest.mark.slow
@pytest.mark.parametrize("host", OWN_HOOKS)
@pytest.mark.parametrize("others", ["", "exit 0", "exit 3"])
def test_where_hosts_look_for_hooks(repository: Folder, server: Folder, host: str, others: str) -> None:
    """The page's script, in a bare repository whose own hook runs those of the folder, as these hosts do."""
    (script,) = [block.text for block in run_by(".ci/ecosystem") if block.title == host]
    assert server.run("sh", "-ec", script).code == 0
    server.write("hooks/pre-receive", OWN_HOOKS[host]).chmod(0o755)
    if others:
        place = "hooks" if host.startswith("Gitea") else "custom_hooks"
        server.write(f"{place}/pre-receive.d/zz-another", f"#!/bin/sh\ncat >/dev/null\n{others}\n").chmod(0o755)
    commit(repository, "a.py", BROKEN)
    passed, said = push(repository, "main")
    assert (passed, "remote: a.py:1:7: syntax-error" in said) == (False, True), said
    commit(repository, "a.py")
    passed, said = push(repository, "main")
    assert passed == (others != "exit 3"), said
