"""A repository whose configuration names programs: `--staged` runs none of them, and fetches nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from ..conftest import Folder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
TRAP = "sprung"
HOOKS = (
    "pre-commit",
    "post-index-change",
    "fsmonitor-watchman",
    "post-checkout",
    "reference-transaction",
    "pre-auto-gc",
)
CONFIGURATION = (
    *("core.fsmonitor", "core.pager", "core.editor", "core.askPass", "core.sshCommand", "core.gitProxy"),
    *("diff.external", "core.alternateRefsCommand", "diff.evil.textconv", "diff.evil.command", "filter.evil.clean"),
    *("filter.evil.smudge", "filter.evil.process", "merge.evil.driver", "pager.diff"),
    *("pager.cat-file", "credential.helper", "gpg.program"),
    *("interactive.diffFilter", "sequence.editor", "remote.origin.uploadpack", "trailer.x.command", "web.browser"),
)  # fmt: skip
VARIABLES = (
    "GIT_EXTERNAL_DIFF",
    "GIT_PAGER",
    "PAGER",
    "GIT_EDITOR",
    "GIT_SSH_COMMAND",
    "GIT_ASKPASS",
    "GIT_PROXY_COMMAND",
)


def springs(folder: Folder) -> Path:
    """A program that leaves its mark when it is run."""
    program = folder.write("../trap.sh", f'#!/bin/sh\necho "$0 $*" >>"{folder.path.parent / TRAP}"\n')
    program.chmod(0o755)
    return program


@pytest.fixture
def rigged(repository: Folder) -> Folder:
    """A repository with a broken and a good file staged, and every setting that can name a program set to a trap."""
    program = springs(repository)
    repository.write("bad.py", "x = (\n")
    repository.write("good.py")
    repository.write(".gitattributes", "*.py diff=evil filter=evil merge=evil\n")
    repository.git("add", ".")
    for name in CONFIGURATION:
        repository.git("config", name, str(program))
    repository.write(
        "../included", f"[core]\n\tfsmonitor = {program}\n[alias]\n\tdiff = !{program}\n\trev-parse = !{program}\n"
    )
    repository.git("config", "includeIf.gitdir:/.path", str(repository.path.parent / "included"))
    for hook in HOOKS:
        (repository.path / ".git/hooks").mkdir(exist_ok=True)
        (repository.path / ".git/hooks" / hook).symlink_to(program)
    (repository.path.parent / TRAP).unlink(missing_ok=True)
    return repository


def sprung(folder: Folder) -> str:
    path = folder.path.parent / TRAP
    return path.read_text() if path.exists() else ""


def test_no_program_of_the_configuration_is_run(rigged: Folder) -> None:
    run = rigged.check("--staged")
    assert run.found == [("bad.py", "syntax-error", 1)]
    assert not sprung(rigged)


def test_the_traps_are_set(rigged: Folder) -> None:
    rigged.run("git", "diff", "--cached")
    rigged.run("git", "status")
    assert sprung(rigged)


def test_no_program_of_the_environment_is_run(rigged: Folder) -> None:
    run = rigged.check("--staged", environment=dict.fromkeys(VARIABLES, str(rigged.path.parent / "trap.sh")))
    assert run.found == [("bad.py", "syntax-error", 1)]
    assert not sprung(rigged)


@pytest.mark.parametrize("path", [".{rest}", "{rest}:", "bin{rest}", "..{rest}"])
def test_no_program_of_the_tree_is_run_where_path_leads_into_it(path: str, rigged: Folder) -> None:
    """Which ``.``, an empty entry and every other that is relative does."""
    for folder in (".", "bin", ".."):
        for name in ("git", "python3", "python3.9", "python3.12", "identify"):
            rigged.write(f"{folder}/{name}", (rigged.path.parent / "trap.sh").read_bytes()).chmod(0o755)
    rest = os.pathsep + rigged.environment["PATH"]
    environment = {"PATH": path.format(rest=rest)}
    assert rigged.check("--staged", environment=environment).found == [("bad.py", "syntax-error", 1)]
    versions = "--target-version=3.9,3.12"
    assert rigged.check(versions, "--no-cache", "bad.py", environment=environment).code != 0
    assert rigged.guard("targets", versions, environment=environment).code in (0, 2)
    assert not sprung(rigged)


def test_a_git_that_says_nothing_is_an_error(repository: Folder) -> None:
    """A stand-in on PATH whose silence would read as "nothing is staged"."""
    repository.write("../first/git", "#!/bin/sh\n").chmod(0o755)
    first = str(repository.path.parent / "first")
    run = repository.check("--staged", environment={"PATH": first + os.pathsep + repository.environment["PATH"]})
    assert run.code == 2
    assert len(run.err.splitlines()) == 1


def test_nothing_is_written_into_the_repository(rigged: Folder) -> None:
    def state() -> dict[str, tuple[int, int]]:
        return {
            os.path.join(root, name): (
                os.lstat(os.path.join(root, name)).st_mtime_ns,
                os.lstat(os.path.join(root, name)).st_size,
            )
            for root, _, names in os.walk(rigged.path)
            for name in names
        }

    before = state()
    rigged.check("--staged")
    assert state() == before


@pytest.mark.parametrize("address", ["ext::{program} %S", "file://{folder}", "ssh://evil/x"])
def test_a_missing_object_is_not_fetched(address: str, rigged: Folder) -> None:
    """As in a partial clone whose remote is a command (``ext::``), which its configuration allows."""
    blob = rigged.git("ls-files", "-s", "bad.py").split()[1]
    (rigged.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    (rigged.path.parent / TRAP).unlink(missing_ok=True)  # the test's own git was not careful
    place = address.format(program=rigged.path.parent / "trap.sh", folder=rigged.path)
    for name, value in {
        "core.repositoryFormatVersion": "1", "extensions.partialClone": "origin", "remote.origin.promisor": "true",
        "remote.origin.url": place, "protocol.allow": "always", "protocol.ext.allow": "always",
    }.items():  # fmt: skip
        rigged.git("config", name, value)
    run = rigged.check("--staged")
    assert run.code == 2, run.out
    assert len(run.err.splitlines()) == 1
    assert not sprung(rigged)


def test_a_large_staged_file_is_not_held(repository: Folder) -> None:
    big = repository.write("big.py", b"")
    os.truncate(big, 65 << 20)
    repository.write("zz.py", "x = (\n")
    repository.git("-c", "core.bigFileThreshold=1m", "add", ".")
    assert repository.check("--staged").found == [("big.py", "too-complex", None), ("zz.py", "syntax-error", 1)]


def test_git_that_says_much_on_its_error_stream_does_not_stall(repository: Folder) -> None:
    for number in range(400):
        repository.write(f"{number}.py", f"x = {number}\n")
    repository.git("add", ".")
    run = repository.check(
        "--staged", environment={"GIT_TRACE": "1", "GIT_TRACE_SETUP": "1", "GIT_TRACE_PERFORMANCE": "1"}
    )
    assert run.code == 0


def test_a_repository_of_somebody_else_is_an_error(rigged: Folder) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a repository away")
    for root, folders, names in os.walk(rigged.path):
        for name in [*folders, *names, "."]:
            os.lchown(os.path.join(root, name), 12345, 12345)
    run = rigged.check("--staged")
    assert run.code == 2
    assert len(run.err.splitlines()) == 1
    assert not sprung(rigged)
