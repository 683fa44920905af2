"""What many promises need: the installed command, a folder of files, a real repository."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pytest

from .grids import mark_most_as_slow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Who runs the tests under nohup, or in the background of a script, does not run the tool so.
for name in ("SIGHUP", "SIGINT", "SIGQUIT"):
    number = getattr(signal, name, None)
    if number and signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL)

# A shim of pyenv starts a shell for a twentieth of a second to say that it has no such Python. Tests look for hundreds.
os.environ["PATH"] = os.pathsep.join(
    os.path.join(sys.base_prefix, "bin") if os.path.basename(folder) == "shims" else folder
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep)
)

PROJECT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(sysconfig.get_path("scripts"))
INSTALLED = SCRIPTS / ("syntax-guard.exe" if os.name == "nt" else "syntax-guard")
"""The command as pip has installed it."""


def _command() -> Path:
    """The installed command as a current pip writes it, in a folder that goes with this process.

    That of the pip of Python 3.11 imports ``re``, which takes a fifth of each of the thousands of starts.
    """
    text = INSTALLED.read_bytes()
    if b"\nimport re\n" not in text:
        return INSTALLED
    first, own = text.splitlines()[0], b"from syntax_guard.__main__ import run_and_exit"
    assert own in text.splitlines()
    folder = tempfile.mkdtemp(prefix="syntax-guard-command-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = Path(folder, INSTALLED.name)
    start = [first, b"import sys", own, b"if __name__ == '__main__':", b"    sys.exit(run_and_exit())\n"]
    command.write_bytes(b"\n".join(start))
    os.chmod(folder, 0o755)  # for tests as another user
    command.chmod(0o755)
    return command


COMMAND = _command()


def text(said: bytes) -> str:
    """What a command said, with the line ends that Python writes elsewhere than on Windows."""
    return said.decode(errors="replace").replace(os.linesep, "\n")


NO_GIT = "no git.exe is found"
NOT_BEGUN = 0xC0000142
"""What Wine says, once in some thousand times, of a program that ended before it began (``STATUS_DLL_INIT_FAILED``)."""


@dataclass(frozen=True)
class Run:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.out)
        except ValueError as error:
            raise AssertionError(f"no JSON, but exit {self.code}, {self.out!r} and {self.err!r}") from error

    @property
    def found(self) -> list[tuple[str, str, int | None]]:
        """Path, code and line of each finding of a JSON report."""
        return [(one["path"], one["code"], one["line"]) for one in self.json["diagnostics"]]


@dataclass
class Folder:
    """A folder in which the installed command and git are run, deaf to the settings of whoever runs the tests."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, name: str | bytes, content: str | bytes = "x = 1\n") -> Path:
        path = Path(os.fsdecode(os.path.join(os.fsencode(self.path), os.fsencode(name))))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def run(
        self,
        *command: str | bytes | Path,
        stdin: bytes = b"",
        cwd: str = ".",
        environment: Mapping[str, str] | None = None,
    ) -> Run:
        here, variables = self.path / cwd, {**self.environment, **(environment or {})}

        def ended(out: int | IO[bytes], err: int | IO[bytes]) -> subprocess.CompletedProcess[bytes]:
            return subprocess.run(
                command, cwd=here, env=variables, input=stdin, stdout=out, stderr=err, timeout=300, check=False
            )

        if os.name != "nt":
            done = ended(subprocess.PIPE, subprocess.PIPE)
            return Run(done.returncode, text(done.stdout), text(done.stderr))
        # Under Wine, once in some ten thousand runs, what a process has written into a pipe does not arrive.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            done = ended(out, err)
            if done.returncode == NOT_BEGUN:
                done = ended(out, err)
            out.seek(0)
            err.seek(0)
            return Run(done.returncode, text(out.read()), text(err.read()))

    def guard(
        self,
        *arguments: str | bytes | Path,
        stdin: bytes = b"",
        cwd: str = ".",
        environment: Mapping[str, str] | None = None,
    ) -> Run:
        return self.run(COMMAND, *arguments, stdin=stdin, cwd=cwd, environment=environment)

    def check(
        self,
        *arguments: str | bytes | Path,
        stdin: bytes = b"",
        cwd: str = ".",
        environment: Mapping[str, str] | None = None,
    ) -> Run:
        return self.guard("check", "--output-format=json", *arguments, stdin=stdin, cwd=cwd, environment=environment)

    def git(self, *arguments: str | bytes | Path) -> str:
        if os.name == "nt" and shutil.which("git") is None:
            pytest.skip(NO_GIT)
        done = self.run("git", *arguments)
        assert done.code == 0, done.err
        return done.out.strip()


OWN_FOLDERS = {
    "XDG_CACHE_HOME": "cache", "XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state",
    "LOCALAPPDATA": "Local", "APPDATA": "Roaming",
}  # fmt: skip
"""Where the programs of a user keep what is theirs, by the variables of each system: folders below that user's home."""


def clean_environment(home: Path) -> dict[str, str]:
    """The environment of this process, without what speaks to syntax-guard, git, pre-commit or Python."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SYNTAX_GUARD_", "GIT_", "PRE_COMMIT", "PYTHON", "VIRTUAL_ENV", "GITHUB_", "PYTEST_"))
        and name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "CI", "SOURCE_DATE_EPOCH")
    }
    path = os.pathsep.join([str(SCRIPTS), kept.get("PATH", os.defpath)])
    return {
        **kept,
        "PATH": path,
        "HOME": str(home),
        **{name: str(home / folder) for name, folder in OWN_FOLDERS.items()},
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org",
    }


def new_home(home: Path) -> dict[str, str]:
    """The environment of a person whose home is `home`, which is made where it is not there.

    Else each commit starts a process that looks whether there is work for `git gc`, and leaves its lock for a moment.
    """
    home.mkdir(exist_ok=True)
    (home / ".gitconfig").write_text("[maintenance]\n\tauto = false\n")
    return clean_environment(home)


@pytest.hookimpl(tryfirst=True)  # before pytest leaves out what is slow
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mark_most_as_slow(items)


@pytest.fixture(autouse=True, scope="session")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is checked within this process keeps its cache and key here, not with the person that runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in OWN_FOLDERS:
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty folder."""
    here = tmp_path / "here"
    here.mkdir()
    return Folder(here, new_home(tmp_path / "home"))


@pytest.fixture
def repository(folder: Folder) -> Folder:
    """An empty git repository."""
    folder.git("init", "-q", "-b", "main")
    return folder


def python_version() -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]}"
