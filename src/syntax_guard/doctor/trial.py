"""What happens to a broken file: in a scratch clone with the user's own hooks, and in an image with its own command."""

import os
import posixpath
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping

from syntax_guard.errors import UsageError
from syntax_guard.processes.bounded import Outcome, bounded
from syntax_guard.sources.git_hooks import Installed, hooks, installed

from .finding import Finding, Place, Unreadable, nothing, unsure
from .gates.hook import Configuration
from .repository import Repository

SECONDS, SECONDS_OF_IMAGE = 300, 30  # for a git command, with the hooks that it runs, and for one of a container engine
_COPIED = re.compile(r"\.pre-commit-config\.ya?ml|prek\.toml|\.?lefthook.*|package\.json|(?:.*/)?pyproject\.toml")
_NAME, _BROKEN, _GOOD, _MOST_PROJECTS = "syntax_guard_trial.py", "def broken(:\n", "x = 1\n", 8
_GIT = "git -c commit.gpgsign=false -c user.name=doctor -c user.email=doctor@example.org"
_NO_HOOKS = ("-c", f"core.hooksPath={os.devnull}")
_SIDE = ("checkout -q -B side", "commit -q --no-verify -m side")
_STAGES = {"commit": "pre-commit", "merge": "pre-merge-commit", "push": "pre-push"}
_ATTEMPTS = {
    "commit": ("commit -q -m trial",),
    "push": (*_SIDE, "push -q -f ../remote.git HEAD:refs/heads/main"),
    "merge": (*_SIDE, "checkout -q -B trial start", "merge -q --no-ff -m trial side"),
}  # what git does without hooks, and last the attempt
_FIND = """
import os
found = [os.path.join(folder, name) for folder, _, names in os.walk(os.getcwd()) for name in names
         if name.endswith(".py") and not any(one in folder for one in ("site-packages", "dist-packages", "lib/python"))]
entries = ("__init__", "__main__", "main", "app", "wsgi", "asgi", "manage")
print(min(found, key=lambda path: (os.path.basename(path)[:-3] in entries, path)))
"""  # names a module below the folder where an image starts; one that is not what starts, if there is one


def tried(root: str, environment: Mapping[str, str], *, all_hooks: bool) -> tuple[Finding, ...]:
    """What hooks of the repository at `root`, ours or `all_hooks`, do with a broken file; they run with `environment`.

    Raises:
        GitError: Git fails.
        SourcesError: `root` is no folder.
    """
    repository = Repository(root)
    if not repository.in_git:
        return tuple(nothing(gate, "nothing was tried: there is no git repository") for gate in _STAGES)
    try:
        hooks = {gate: there for gate, stage in _STAGES.items() if (there := installed(repository.top, stage))}
        runnable = {gate: hook for gate, hook in hooks.items() if hook.executable and (hook.manager or all_hooks)}
        skipped = "" if all_hooks else ",".join(sorted(Configuration(repository).others))
        kept = {name: value for name, value in environment.items() if not name.startswith("GIT_")}
        kept |= {"GIT_TERMINAL_PROMPT": "0", "GIT_LFS_SKIP_SMUDGE": "1"}
        kept |= dict.fromkeys(("SKIP", "PREK_SKIP"), skipped) if skipped else {}
        with tempfile.TemporaryDirectory(prefix="syntax-guard-doctor-", ignore_cleanup_errors=True) as folder:
            clone = _Clone(repository, os.path.join(folder, "clone"), kept) if runnable else None
            return tuple(clone.answer(gate, _STAGES[gate], hook) for gate, hook in runnable.items() if clone)
    except Unreadable as error:
        return tuple(unsure(gate, f"cannot be read: {error.message}", error.place) for gate in _STAGES)


class _Clone:
    """A clone of a repository without remotes, where git runs the hooks of the repository."""

    def __init__(self, repository: Repository, folder: str, environment: Mapping[str, str]) -> None:
        self.repository, self.folder, self.environment = repository, folder, environment
        os.mkdir(folder)
        self._git("init -q --bare ../remote.git")
        self._git("clone -q --no-hardlinks --no-checkout", repository.top, ".")
        self._git("remote remove origin")
        self._git("checkout -q -f -B trial")
        for path in filter(_COPIED.fullmatch, repository.files):
            self._add(path, repository.text(path) or "")
        self._git("commit -q --no-verify --allow-empty -m start")
        self._git("tag -f start")
        self._git("config core.hooksPath", hooks(repository.top)[0])

    def answer(self, gate: str, stage: str, hook: Installed) -> Finding:
        """What ``hook`` does with a broken file in each project, and with a good one."""
        place, broken = Place(hook.path), Outcome(0, b"", 0.0, is_late=False)
        folders = {posixpath.dirname(path) for path in self.repository.named("pyproject.toml", "setup.py", "setup.cfg")}
        for project in sorted({"", *folders})[:_MOST_PROJECTS]:
            broken = self._attempt(gate, posixpath.join(project, _NAME), _BROKEN)
            if broken.code == 0:
                message = f"a broken file in {project or 'the top folder'} went through the {stage} hook"
                return Finding(gate, "missing", message, place, "tried", "it is accepted by all hooks that ran")
            if _NAME.encode() not in broken.output:
                return unsure(gate, f"whether a broken file is refused: the {stage} hook fails: {_said(broken)}", place)
        good = self._attempt(gate, _NAME, _GOOD)
        if good.code != 0:
            red = re.search(rb"\d+ of \d+ files? (?:is|are) broken", good.output)  # as our report says
            why = f"{red[0].decode()}; run syntax-guard check, and correct what it names first" if red else _said(good)
            return unsure(gate, f"whether a good file passes: the {stage} hook refuses it too: {why}", place)
        named = re.search(rb"hook id: (\S+)", broken.output) if hook.manager else None
        by = f"{hook.manager}, hook {named[1].decode(errors='replace')}" if named else hook.path
        return Finding(gate, "ok", f"a broken file was refused by {by}, {broken.seconds:.1f} s", place, "tried")

    def _attempt(self, gate: str, path: str, text: str) -> Outcome:
        """Commit, merge or push a file with the hooks."""
        *before, attempt = _ATTEMPTS[gate]
        self._git("reset -q --hard start")
        self._git("checkout -q -B trial start")
        self._add(path, text)
        for command in before:
            self._git(command)
        return self._git(attempt, hooks=())

    def _add(self, path: str, text: str) -> None:
        os.makedirs(os.path.dirname(os.path.join(self.folder, path)), exist_ok=True)
        with open(os.path.join(self.folder, path), "w", encoding="utf-8") as file:
            file.write(text)
        self._git("add -f", path)

    def _git(self, command: str, *words: str, hooks: tuple[str, ...] = _NO_HOOKS) -> Outcome:
        """A git command, which runs no hook where ``hooks`` does not say so."""
        whole = [*_GIT.split(), *hooks, *command.split(), *words]
        return bounded(whole, self.folder, self.environment, SECONDS, errors=subprocess.STDOUT)


def tried_image(image: str, environment: Mapping[str, str]) -> Finding:
    """Whether `image` starts with a broken file over one of its modules; Podman or Docker runs with `environment`.

    Raises:
        UsageError: There is no Podman and no Docker, or no such image.
    """
    engine = shutil.which("podman") or shutil.which("docker")
    if engine is None or image.startswith("-"):
        raise UsageError("--try-image needs podman or docker, and the name of an image", "such as shop:latest")

    def run(*words: str) -> Outcome:
        return bounded([engine, *words], "/", environment, SECONDS_OF_IMAGE, errors=subprocess.STDOUT)

    name = f"syntax-guard-trial-{os.getpid()}"
    options = ("run", "--rm", "--pull=never", "--network=none", f"--name={name}")
    found = run(*options, "--entrypoint=python3", image, "-I", "-c", _FIND)
    module = _said(found)
    if found.code == 125:
        raise UsageError(f"{image} cannot be started: {module}", "build or pull it first")
    if found.code:
        return unsure("start", f"{image} holds no Python module where it starts ({module})", None)
    with tempfile.TemporaryDirectory(prefix="syntax-guard-doctor-") as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - the container's user has to read it
        with open(os.path.join(folder, "broken.py"), "w", encoding="utf-8") as file:
            file.write(_BROKEN)
        outcome = run(*options, f"--volume={file.name}:{module}:ro", image)
        run("rm", "-f", name)
    said = outcome.output[-20_000:].decode(errors="replace")
    if outcome.is_late:
        message = f"{image} starts with a broken {module}, and ran for {SECONDS_OF_IMAGE} s"
        return Finding("start", "missing", message, None, "tried", "what imports it fails, hours later")
    if outcome.code and "syntax-guard:" in said and posixpath.basename(module) in said:
        return Finding("start", "ok", f"{image} refused a broken {module}, {outcome.seconds:.1f} s", None, "tried")
    ended = f"it ended with {outcome.code} ({_said(outcome)})"
    return unsure("start", f"whether {image} starts with a broken {module}: {ended}", None)


def _said(outcome: Outcome) -> str:
    lines = [line for line in outcome.output[-2_000:].decode(errors="replace").split("\n") if line.strip()]
    return "it took too long" if outcome.is_late else lines[-1][:200] if lines else "it says nothing"
