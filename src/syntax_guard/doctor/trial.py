"""What happens when a broken file is committed, merged and pushed: in a scratch clone, with the user's own hooks.

Hooks are the user's programs, so this runs only where a user asks for it. The clone has no remote, nothing of the
repository changes, and each git command has a time-out. Hooks of others are skipped where the manager can skip them.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping

from syntax_guard.model import Record
from syntax_guard.sources import git_hooks

from .finding import Finding, Place
from .gates.hook import Configuration, Installed, installed
from .gates.table import GATES
from .repository import Repository

SECONDS = 300
"""How long one git command, with the hooks that it runs, may take."""
_CONFIGURATION = re.compile(
    r"(?:\.pre-commit-config\.ya?ml|prek\.toml|\.?lefthook[\w-]*\.\w+|package\.json|\.husky/.*|\.githooks/.*|"
    r"(?:.*/)?pyproject\.toml)"
)
_MOST_PROJECTS = 8
_NAME, _BROKEN, _GOOD = "syntax_guard_trial.py", "def broken(:\n", "x = 1\n"


class Outcome(Record):
    """How a command ended; with 124 where it took too long."""

    code: int
    output: str
    seconds: float

    @property
    def last(self) -> str:
        """The last line that it wrote."""
        return ([line for line in self.output.split("\n") if line.strip()] or ["it says nothing"])[-1][:200]


def tried(root: str, environment: Mapping[str, str], *, all_hooks: bool) -> tuple[Finding, ...]:
    """What the hooks of the repository at `root` do with a broken file in each of its projects.

    `environment` holds the variables that git and the hooks run with. With `all_hooks`, other hooks are tried as well.

    Raises:
        GitError: Git fails.
        SourcesError: `root` is no folder.
    """
    repository = Repository(root)
    stages = {gate: row.stage for gate, row in GATES.items() if row.stage and repository.in_git}
    hooks = {gate: installed(repository.top, stage) for gate, stage in stages.items()}
    with tempfile.TemporaryDirectory(prefix="syntax-guard-doctor-", ignore_cleanup_errors=True) as folder:
        clone = _Clone(repository, folder, environment, all_hooks) if any(hooks.values()) else None
        return tuple(
            clone.answer(gate, stages[gate], hook)
            for gate, hook in hooks.items()
            if clone and hook and hook.executable and (hook.manager or all_hooks)
        )


class _Clone:
    """A clone of a repository with its hooks, and without remotes."""

    def __init__(self, repository: Repository, folder: str, environment: Mapping[str, str], all_hooks: bool) -> None:
        self.repository = repository
        self.folder, self.remote = os.path.join(folder, "clone"), os.path.join(folder, "remote.git")
        kept = {name: value for name, value in environment.items() if not name.startswith("GIT_")}
        person = {
            f"GIT_{who}_{what}": "doctor@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        self.environment = {**kept, **person, "GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "1"}
        if not all_hooks:
            configuration = Configuration(repository)
            others = configuration.ids - {hook.id for hook in configuration.ours}
            self.environment |= dict.fromkeys(("SKIP", "PREK_SKIP"), ",".join(sorted(others)))
        self._quiet("clone", "-q", "--no-hardlinks", "--no-checkout", repository.top, self.folder, at=repository.top)
        self._quiet("init", "-q", "--bare", self.remote)
        self._quiet("remote", "remove", "origin")
        self._quiet("checkout", "-q", "-f", "-B", "trial")
        for path in filter(_CONFIGURATION.fullmatch, repository.files):
            self._write(path, repository.text(path) or "")
        there, setting = git_hooks.hooks(repository.top)
        if setting is not None:
            self._quiet("config", "core.hooksPath", setting)
        if os.path.isdir(there) and not os.path.isabs(setting or ""):
            shutil.copytree(there, os.path.join(self.folder, setting or ".git/hooks"), dirs_exist_ok=True)
        self._quiet("add", "-A")
        self._quiet("commit", "-q", "--no-verify", "--allow-empty", "-m", "start")
        self.start = self._quiet("rev-parse", "HEAD").output.strip()

    def answer(self, gate: str, stage: str, hook: Installed) -> Finding:
        """What ``hook`` does with a broken file in each project, and with a good one."""
        place, broken = Place(hook.path), Outcome(0, "", 0.0)
        folders = {posixpath.dirname(path) for path in self.repository.named("pyproject.toml", "setup.py", "setup.cfg")}
        for project in sorted({"", *folders})[:_MOST_PROJECTS]:
            broken = self._attempt(gate, posixpath.join(project, _NAME), _BROKEN)
            if broken.code == 0:
                message = f"a broken file in {project or 'the top folder'} went through the {stage} hook"
                return Finding(gate, "missing", message, place, "tried", "it is accepted by all hooks that ran")
            if _NAME not in broken.output:
                return Finding(gate, "cannot-tell", f"the {stage} hook fails: {broken.last}", place)
        good = self._attempt(gate, _NAME, _GOOD)
        if good.code != 0:
            return Finding(gate, "cannot-tell", f"the {stage} hook refuses a good file too: {good.last}", place)
        named = re.search(r"hook id: (\S+)", broken.output) if hook.manager else None
        by = f"{hook.manager}, hook {named[1]}" if named else hook.path
        return Finding(gate, "ok", f"a broken file was refused by {by}, {broken.seconds:.1f} s", place, "tried")

    def _attempt(self, gate: str, path: str, text: str) -> Outcome:
        """Commit, merge or push a file with the hooks."""
        self._quiet("reset", "-q", "--hard", self.start)
        self._quiet("checkout", "-q", "-B", "trial" if gate == "commit" else "side", self.start)
        self._write(path, text)
        self._quiet("add", "-f", path)
        if gate == "commit":
            return self._git("commit", "-q", "-m", "trial")
        self._quiet("commit", "-q", "--no-verify", "-m", "side")
        if gate == "push":
            pushed = self._git("push", "-q", self.remote, "HEAD:refs/heads/main")
            self._quiet("push", "-q", "--no-verify", self.remote, ":refs/heads/main")
            return pushed
        self._quiet("checkout", "-q", "-B", "trial", self.start)
        self._quiet("commit", "-q", "--no-verify", "--allow-empty", "-m", "other")
        return self._git("merge", "-q", "--no-ff", "-m", "trial", "side")

    def _write(self, path: str, text: str) -> None:
        full = os.path.join(self.folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)
        if path.startswith((".husky/", ".githooks/")):
            os.chmod(full, 0o700)

    def _quiet(self, *arguments: str, at: str | None = None) -> Outcome:
        """A git command that is to run no hook."""
        return self._git("-c", f"core.hooksPath={os.devnull}", *arguments, at=at)

    def _git(self, *arguments: str, at: str | None = None) -> Outcome:
        folder = at or (self.folder if os.path.isdir(self.folder) else os.path.dirname(self.folder))
        return bounded(["git", "-c", "commit.gpgsign=false", *arguments], folder, self.environment, SECONDS)


def bounded(command: list[str], folder: str, environment: Mapping[str, str], seconds: float) -> Outcome:
    """Run a command, and end it and what it started where it takes longer than ``seconds``."""
    begun = time.monotonic()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        output, _ = process.communicate(timeout=seconds)
        code = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, code = b"it took too long", 124
        process.communicate()
    return Outcome(code, output[-20_000:].decode(errors="replace"), time.monotonic() - begun)
