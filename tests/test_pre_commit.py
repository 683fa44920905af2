"""The hooks, as pre-commit runs them: real git, real pre-commit, this repository by path and commit."""

from __future__ import annotations

import os
import re
import shutil
import sys
from typing import TYPE_CHECKING
from unittest.mock import ANY

import pytest
from filelock import FileLock

from .conftest import PROJECT, Folder, clean_environment
from .documents.pages import blocks
from .sources.archives.making import tarred, zipped
from .targets.test_by_project import SAYS

if TYPE_CHECKING:
    from pathlib import Path

BROKEN = "def f(:\n    pass\n"
PACKAGED = ("src", "data", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")
pytestmark = pytest.mark.skipif(
    not (PROJECT / ".pre-commit-hooks.yaml").exists(), reason="the hook manifest is not beside the tests"
)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this test run share."""
    own = tmp_path_factory.getbasetemp()
    shared = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "pre-commit"
    shared.mkdir(exist_ok=True)
    return shared


@pytest.fixture(scope="session")
def environment(shared: Path) -> dict[str, str]:
    """One home for all, so that pre-commit installs the hook once; pip's own configuration stays."""
    home = shared / "home"
    home.mkdir(exist_ok=True)
    return {
        **clean_environment(home),
        "HOME": os.environ.get("HOME", str(home)),
        "PRE_COMMIT_HOME": str(home / "store"),
    }


@pytest.fixture(scope="session")
def hooks(shared: Path, environment: dict[str, str]) -> Folder:
    """This project as a repository of its own: what lies beside the tests, committed or not."""
    hooks = Folder(shared / "syntax-guard", environment)
    with FileLock(shared / "lock"):
        if not hooks.path.exists():
            _commit_this_project(hooks)
    return hooks


def _commit_this_project(hooks: Folder) -> None:
    hooks.path.mkdir()
    for name in PACKAGED:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, hooks.path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(PROJECT / name, hooks.path / name)
    hooks.git("init", "-q", "-b", "main")
    hooks.git("add", "--all")
    hooks.git("commit", "-qm", "as it is")


@pytest.fixture
def project(tmp_path: Path, environment: dict[str, str], hooks: Folder) -> Folder:
    """A repository that uses all hooks, with the git hooks installed that README names."""
    project = Folder(tmp_path, environment)
    project.git("init", "-q", "-b", "main")
    (types,) = re.findall(r"^default_install_hook_types: .*$", (PROJECT / "README.md").read_text(), re.MULTILINE)
    config = f"""\
{types}
repos:
  - repo: {hooks.path}
    rev: {hooks.git("rev-parse", "HEAD")}
    hooks:
      - id: syntax-guard
      - id: syntax-guard-tree
      - id: syntax-guard-dist
"""
    project.write(".pre-commit-config.yaml", config)
    project.git("add", ".pre-commit-config.yaml")
    installed = project.run(sys.executable, "-m", "pre_commit", "install")
    assert installed.code == 0, installed.out + installed.err
    return project


def pre_commit(project: Folder, *arguments: str) -> tuple[int, str]:
    run = project.run(sys.executable, "-m", "pre_commit", *arguments)
    return run.code, run.out + run.err


def commit(project: Folder) -> tuple[int, str]:
    run = project.run("git", "commit", "-m", "a commit")
    return run.code, run.out + run.err


def test_a_broken_file_is_refused_and_a_fixed_one_goes_through(project: Folder) -> None:
    project.write("app/main.py", BROKEN)
    project.git("add", "app/main.py")
    code, said = commit(project)
    assert code == 1
    assert "app/main.py:1:7: syntax-error" in said
    assert project.run("git", "rev-parse", "--verify", "-q", "HEAD").code != 0, "something was committed"
    project.write("app/main.py", "def f():\n    pass\n")
    project.git("add", "app/main.py")
    code, said = commit(project)
    assert code == 0, said
    assert project.git("ls-tree", "-r", "--name-only", "HEAD").splitlines() == [
        ".pre-commit-config.yaml",
        "app/main.py",
    ]


def test_a_repository_that_is_broken_already_adopts_the_hook(project: Folder) -> None:
    """docs/baseline.md: two commands, and it is green; what is broken next is refused."""
    for number in range(30):
        project.write(f"old/file_{number}.py", BROKEN)
    project.git("add", "old")
    project.git("commit", "-qnm", "before there was a hook")
    code, said = pre_commit(project, "run", "--all-files", "syntax-guard")
    assert code == 1, said
    (typed,) = [block.commands for block in blocks() if block.page.name == "baseline.md" and "run in" in block.keys]
    assert len(typed.splitlines()) == 2
    done = project.run("bash", "-ec", typed)
    assert done.code == 0, done.out + done.err
    assert pre_commit(project, "run", "--all-files", "syntax-guard") == (0, ANY)
    code, said = commit(project)
    assert code == 0, said
    assert project.guard("check").out.startswith("30 files: 0 valid, 30 broken as the baseline says")
    project.write("old/file_1.py", BROKEN + "# and somebody works on it\n")
    project.write("new.py", BROKEN)
    project.git("add", ".")
    code, said = commit(project)
    assert code == 1
    assert "new.py:1:7: syntax-error" in said
    assert "file_1.py" not in said


@pytest.mark.parametrize(
    ("index", "work_tree", "code"),
    [(BROKEN, "x = 1\n", 1), ("x = 1\n", BROKEN, 0)],
    ids=["broken in the index", "broken in the work tree"],
)
def test_partial_staging(project: Folder, index: str, work_tree: str, code: int) -> None:
    project.write("a.py", index)
    project.git("add", "a.py")
    project.write("a.py", work_tree)
    assert commit(project)[0] == code
    assert (project.path / "a.py").read_text() == work_tree


@pytest.mark.parametrize("name", ["a.pyi", "-x.py", "with space.py", "quo'te\".py", "ünï.py", "--quiet.py"])
def test_staged_names(project: Folder, name: str) -> None:
    project.write(name, BROKEN)
    project.git("add", "--", name)
    code, said = commit(project)
    assert code == 1
    assert f"{name}:1:7" in said


def test_a_script_by_its_shebang(project: Folder) -> None:
    project.write("script", f"#!/usr/bin/env python3\n{BROKEN}").chmod(0o755)
    project.git("add", "script")
    code, said = commit(project)
    assert (code, "script:2:7" in said) == (1, True)


@pytest.mark.parametrize("name", ["script", "SConstruct", "lib/SConscript"])
def test_what_pre_commit_takes_for_text_is_told_by_the_hook(project: Folder, name: str) -> None:
    project.write("notes.txt", BROKEN)
    project.write(".pdbrc", "alias p print(\n")
    project.git("add", "--all")
    code, said = commit(project)
    assert code == 0, said
    project.write(name, f"#!/usr/bin/env -S uv run --script\n{BROKEN}").chmod(0o755)
    project.git("add", "--all")
    code, said = commit(project)
    assert (code, f"{name}:2:7" in said) == (1, True), said


def test_a_script_with_a_control_character_is_passed_to_the_hook(project: Folder) -> None:
    project.write("tool", "#!/usr/bin/env python3\n# \x01\nx = (\n").chmod(0o755)
    project.git("add", "tool")
    code, said = commit(project)
    assert (code, "tool:3:5" in said) == (1, True), said


def test_a_link_that_is_added_is_passed_to_the_hook(project: Folder) -> None:
    project.write("notes.txt", BROKEN)
    (project.path / "link.py").symlink_to("notes.txt")
    project.git("add", "--all")
    code, said = commit(project)
    assert (code, "link.py:1:7" in said) == (1, True), said


@pytest.mark.parametrize("link", ["link.py", "deep/er/link.py"])
def test_a_link_to_what_a_commit_changes_is_judged_again(project: Folder, link: str) -> None:
    project.write("notes.txt", "x = 1\n")
    (project.path / link).parent.mkdir(parents=True, exist_ok=True)
    (project.path / link).symlink_to("../" * link.count("/") + "notes.txt")
    project.git("add", "--all")
    assert commit(project)[0] == 0
    project.write("notes.txt", BROKEN)
    project.git("add", "--all")
    code, said = commit(project)
    assert (code, f"{link}:1:7" in said) == (1, True), said


def test_what_is_executable_or_a_link_and_no_python_stops_nothing(project: Folder) -> None:
    project.write("logo.png", b"\x89PNG\r\n\x1a\n").chmod(0o755)
    project.write("tool", b"\x7fELF\0").chmod(0o755)
    project.write("folder/notes.txt", BROKEN)
    for name, target in {
        "to": "folder",
        "way.py": "folder",
        "dead": "nothing",
        "dead.py": "nothing",
        "round": "round",
    }.items():
        (project.path / name).symlink_to(target)
    project.git("add", "--all")
    code, said = commit(project)
    assert code == 0, said


@pytest.mark.parametrize("skipped", ["__pycache__", ".venv", "node_modules"])
def test_skipped_folders_are_skipped_when_staged(project: Folder, skipped: str) -> None:
    project.write(f"{skipped}/a.py", BROKEN)
    project.git("add", "--force", "--all")
    code, said = commit(project)
    assert code == 0, said


def test_no_mark_of_an_environment_hides_what_is_staged(project: Folder) -> None:
    project.write("environment/pyvenv.cfg", "home = /usr/bin\n")
    project.write("environment/bin/python", "")
    project.write("environment/lib/a.py", BROKEN)
    project.git("add", "--force", "--all")
    code, said = commit(project)
    assert (code, "environment/lib/a.py:1:7" in said) == (1, True), said


def test_renames_and_deletions(project: Folder) -> None:
    project.write("a.py")
    project.write("b.py")
    project.git("add", "--all")
    assert commit(project)[0] == 0
    project.git("mv", "a.py", "c.py")
    project.git("rm", "-q", "b.py")
    code, said = commit(project)
    assert code == 0, said


def test_run_all_files(project: Folder) -> None:
    project.write("good.py")
    project.write("deep/bad.py", BROKEN)
    project.git("add", "--all")
    code, said = pre_commit(project, "run", "--all-files")
    assert (code, "deep/bad.py:1:7" in said, "good.py" in said) == (1, True, False)


def test_the_tree_hook_at_the_manual_stage_sees_what_is_not_staged(project: Folder) -> None:
    project.write("good.py")
    project.git("add", "--all")
    assert pre_commit(project, "run", "syntax-guard-tree", "--hook-stage", "manual", "--all-files")[0] == 0
    project.write("untracked.py", BROKEN)
    code, said = pre_commit(project, "run", "syntax-guard-tree", "--hook-stage", "manual")
    assert (code, "untracked.py:1:7" in said) == (1, True)


def test_the_tree_hook_runs_before_a_push_and_not_before_a_commit(project: Folder) -> None:
    project.write("a.py")
    project.git("add", "--all")
    assert "whole tree" not in commit(project)[1]
    project.git("init", "-q", "--bare", "remote.git")
    project.git("remote", "add", "origin", str(project.path / "remote.git"))
    assert pre_commit(project, "install", "--hook-type", "pre-push")[0] == 0
    project.write("a.py", BROKEN)
    project.git("commit", "--no-verify", "-qam", "broken")
    pushed = project.run("git", "push", "-q", "origin", "main")
    assert (pushed.code != 0, "a.py:1:7" in pushed.out + pushed.err) == (True, True)


def test_the_hook_for_what_was_built_opens_the_archives_in_dist(project: Folder) -> None:
    arguments = ("run", "syntax-guard-dist", "--hook-stage", "manual")
    assert pre_commit(project, *arguments)[0] == 0, "nothing was built"
    project.write("dist/demo-1.0-py3-none-any.whl", zipped({"demo.py": "x = 1\n"}))
    assert pre_commit(project, *arguments)[0] == 0
    project.write("dist/demo-1.0.tar.gz", tarred({"demo-1.0/demo.py": BROKEN}))
    code, said = pre_commit(project, *arguments)
    assert code == 1
    assert "dist/demo-1.0.tar.gz/demo-1.0/demo.py:1:7: syntax-error" in said


def test_settings_reach_the_hook(project: Folder) -> None:
    project.write("a.py", "x = '\\d'\n")
    project.write("generated.py", BROKEN)
    project.write("pyproject.toml", '[tool.syntax-guard]\nexclude = ["generated.py"]\nwarnings = "error"\n')
    project.git("add", "--all")
    code, said = commit(project)
    assert (code, "a.py:1" in said, "generated.py" in said) == (1, True, False)


@pytest.mark.parametrize(
    ("line", "code", "shown"),
    [("", 0, False), ("verbose: true", 0, True), ("args: [--warnings=error, --]", 1, True)],
    ids=["by default", "verbose", "refused"],
)
def test_how_a_team_sees_warnings(project: Folder, line: str, code: int, *, shown: bool) -> None:
    config = project.path / ".pre-commit-config.yaml"
    config.write_text(config.read_text().replace("- id: syntax-guard\n", f"- id: syntax-guard\n        {line}\n", 1))
    project.write("a.py", "x = 1 is 1\n")
    project.git("add", "--all")
    ended, said = pre_commit(project, "run", "syntax-guard")
    assert (ended, "syntax-warning" in said) == (code, shown)


@pytest.mark.slow
def test_try_repo(project: Folder, hooks: Folder) -> None:
    project.write("a.py", BROKEN)
    project.git("add", "--all")
    code, said = pre_commit(project, "try-repo", str(hooks.path), "syntax-guard", "--files", "a.py")
    assert (code, "a.py:1:7" in said) == (1, True)


def test_the_floor_of_requires_python_is_judged_without_language_version(project: Folder) -> None:
    project.write("pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
    project.write("app.py", "match x:\n    case 1:\n        pass\n")
    project.git("add", "app.py", "pyproject.toml")
    code, said = commit(project)
    assert code == 1
    assert "app.py:1:" in said
    assert "3.8" in said


def test_a_clean_merge_that_is_broken_is_refused(project: Folder) -> None:
    body = "".join(f"    x = {number}\n" for number in range(9))
    project.write("a.py", f"def f(a):\n{body}")
    project.git("add", "--all")
    project.git("commit", "-qm", "base")
    project.git("checkout", "-qb", "other")
    project.write("a.py", f"def f(a, b):\n{body}")
    project.git("commit", "-qam", "a parameter")
    project.git("checkout", "-q", "main")
    project.write("a.py", f"def f(a):\n{body}    global b\n")
    project.git("commit", "-qam", "a global of the same name")
    before = project.git("rev-parse", "HEAD")
    merged = project.run("git", "merge", "--no-edit", "other")
    said = merged.out + merged.err
    assert (merged.code != 0, "a.py:11:5: syntax-error" in said) == (True, True), said
    assert project.git("rev-parse", "HEAD") == before


def test_a_merge_with_a_conflict_elsewhere_is_refused(project: Folder) -> None:
    project.write("notes.txt", "both\n")
    project.git("add", "--all")
    project.git("commit", "-qm", "base")
    project.git("checkout", "-qb", "other")
    project.write("notes.txt", "theirs\n")
    project.write("a.py", BROKEN)
    project.git("add", "--all")
    project.git("commit", "-qnm", "theirs")
    project.git("checkout", "-q", "main")
    project.write("notes.txt", "ours\n")
    project.git("commit", "-qam", "ours")
    assert project.run("git", "merge", "other").code == 1
    project.write("notes.txt", "resolved\n")
    project.git("add", "notes.txt")
    code, said = commit(project)
    assert (code, "a.py:1:7: syntax-error" in said) == (1, True), said


def test_the_commit_hook_does_not_run_again_before_a_push(project: Folder) -> None:
    project.write("a.py")
    project.git("add", "--all")
    assert commit(project)[0] == 0
    project.git("init", "-q", "--bare", "remote.git")
    project.git("remote", "add", "origin", str(project.path / "remote.git"))
    pushed = project.run("git", "push", "origin", "main")
    assert pushed.code == 0, pushed.err
    assert ("(Python files)" in pushed.out + pushed.err, "whole tree" in pushed.out + pushed.err) == (False, True)


@pytest.fixture
def pushing(project: Folder) -> Folder:
    """A project with a remote repository that has its first commit."""
    project.git("init", "-q", "--bare", "remote.git")
    project.git("remote", "add", "origin", str(project.path / "remote.git"))
    project.git("commit", "-qm", "the configuration")
    pushed = project.run("git", "push", "-q", "origin", "main")
    assert pushed.code == 0, pushed.err  # without any Python file yet
    return project


def push(project: Folder, *refs: str) -> tuple[bool, str]:
    """Whether a push went through, and what was said."""
    run = project.run("git", "push", "origin", *refs)
    return run.code == 0, run.out + run.err


def commit_unseen(project: Folder, content: str, message: str = "unseen") -> None:
    project.write("a.py", content)
    project.git("add", "a.py")
    project.git("commit", "--no-verify", "-qm", message)


def test_another_branch_than_the_one_that_is_checked_out_is_pushed(pushing: Folder) -> None:
    pushing.git("checkout", "-qb", "feat")
    commit_unseen(pushing, BROKEN)
    pushing.git("checkout", "-q", "main")
    passed, said = push(pushing, "feat")
    assert (passed, "a.py:1:7" in said, pushing.git("rev-parse", "feat")[:12] in said) == (False, True, True), said
    assert push(pushing, "main")[0]


def test_what_is_not_in_the_pushed_commits_changes_nothing(pushing: Folder) -> None:
    commit_unseen(pushing, BROKEN)
    pushing.write("a.py", "x = 1\n")
    assert not push(pushing, "main")[0], "it is fixed in the work tree alone"
    pushing.git("add", "a.py")
    assert not push(pushing, "main")[0], "it is fixed in the index alone"
    pushing.git("commit", "--no-verify", "-qm", "fixed")
    pushing.write("a.py", BROKEN)
    pushing.write("scratch.py", BROKEN)
    passed, said = push(pushing, "main")
    assert passed, said


def test_the_whole_tree_of_the_tip_is_judged(pushing: Folder) -> None:
    commit_unseen(pushing, BROKEN)
    assert pushing.run("git", "push", "-q", "--no-verify", "origin", "main").code == 0
    pushing.write("b.py")
    pushing.git("add", "b.py")
    pushing.git("commit", "-qm", "another file")
    assert not push(pushing, "main")[0]


def test_a_branch_with_a_root_commit_of_its_own(pushing: Folder) -> None:
    pushing.git("checkout", "-q", "--orphan", "island")
    commit_unseen(pushing, BROKEN)
    pushing.git("checkout", "-q", "main")
    passed, said = push(pushing, "island")
    assert (passed, "a.py:1:7" in said) == (False, True), said


def test_a_forced_push_a_tag_and_a_deletion(pushing: Folder) -> None:
    commit_unseen(pushing, "x = 1\n")
    assert push(pushing, "main", "main:other")[0]
    pushing.git("reset", "-q", "--hard", "HEAD~1")
    commit_unseen(pushing, BROKEN)
    assert not push(pushing, "--force", "main")[0]
    pushing.git("tag", "-a", "-m", "a release", "v1")
    assert not push(pushing, "v1")[0]
    passed, said = push(pushing, "--delete", "other")
    assert passed, said


def test_each_project_of_a_monorepo_is_asked_of_its_own_python_at_commit(project: Folder) -> None:
    match = "match x:\n    case 1: pass\n"
    for name, (file, content, _, _) in SAYS.items():
        project.write(f"apps/{name}/{file}", content)
        project.write(f"apps/{name}/app/main.py", match)
    project.write("tools/main.py", match)
    project.git("add", ".")
    code, said = commit(project)
    assert code == 1
    for name, (file, _, shown, line) in SAYS.items():
        assert f"apps/{name}/app/main.py:1" in said
        assert f"asked by {shown} in apps/{name}/{file}:{line}" in said
    assert "tools/main.py" not in said


def test_the_usual_layout_and_a_changed_image(project: Folder) -> None:
    """A backend that only its image says the Python of, a front end beside it, and the hook at the top."""
    project.write("apps/backend/requirements.txt", "fastapi\nuvicorn\n")
    project.write("apps/backend/Dockerfile", '# the image\nFROM python:3.11-slim\nCMD ["uvicorn", "app.main:app"]\n')
    project.write("apps/backend/app/main.py", "x = f'{d['key']}'\n")
    project.write("apps/frontend/node_modules/gyp/gyp.py", BROKEN)
    project.write("apps/frontend/package.json", "{}\n")
    project.git("add", "--all", "--force")
    code, said = commit(project)
    assert code == 1
    assert "apps/backend/app/main.py:1" in said
    assert "asked by FROM python:3.11-slim in apps/backend/Dockerfile:2" in said
    assert "gyp.py" not in said
    project.write("apps/backend/app/main.py", "try: pass\nexcept* OSError: pass\n")
    project.git("add", ".")
    code, said = commit(project)
    assert code == 0, said
    project.write("apps/backend/Dockerfile", "FROM python:3.9-slim\n")
    project.git("add", ".")
    code, said = commit(project)
    assert code == 1
    assert "apps/backend/app/main.py:" in said  # line 1 or 2, by the Python that answers for 3.9
    assert "asked by FROM python:3.9-slim in apps/backend/Dockerfile:1" in said
    project.write("apps/backend/Dockerfile", "FROM python:3.11-slim@sha256:" + "0" * 64 + "\n")
    project.write("apps/backend/requirements.txt", "fastapi>=0.100\nuvicorn\n")
    project.git("add", ".")
    code, said = commit(project)
    assert code == 0, said
