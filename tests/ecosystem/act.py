"""act, a program that runs workflows of GitHub as its runner does, with what the page uses from this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import yaml

from .written import ROOT, TOOLS, environment, published

if TYPE_CHECKING:
    from pathlib import Path

NOTHING = "name: stand-in\nruns:\n  using: composite\n  steps: [{run: ':', shell: bash}]\n"
CACHE = """\
name: stand-in
inputs: {path: {required: true}, key: {required: true}, restore-keys: {default: ""}}
runs: {using: node20, main: restore.js, post: save.js}
"""
COPY = """\
const fs = require("fs"), os = require("os");
const there = process.env.INPUT_PATH.replace(/^~/, os.homedir()), kept = "%s";
const [from, to] = %s;
if (fs.existsSync(from)) fs.cpSync(from, to, {recursive: true, preserveTimestamps: true});
"""
UPLOAD = """\
name: stand-in
inputs: {sarif_file: {required: true}, category: {required: true}}
runs:
  using: composite
  steps:
    - {run: 'cp "$FILE" "$GITHUB_WORKSPACE/uploaded.sarif"', shell: bash, env: {FILE: "${{ inputs.sarif_file }}"}}
"""
# act (0.2.89) drops what it has not read when a command ends with a failure: its end waits here until act has read on.
# It does so only then, and only with the commands that act itself starts.
SHELL = """\
#!{bash}
{bash} "$@"
code=$?
if [ $code != 0 ]; then sleep 1; fi
exit $code
"""


class Act:
    """A clone with a workflow, and the actions that it uses: ours as it is committed, and stand-ins for the others."""

    def __init__(self, folder: Path) -> None:
        tool = published(folder)
        shutil.copy(ROOT / "action.yml", tool)
        shutil.copytree(ROOT / "action", tool / "action")
        self.folder = folder / "checkout"
        self.actions = {
            "syntax-guard/syntax-guard": tool,
            "actions/setup-python": self._made(folder / "setup-python", {"action.yml": NOTHING}),
            "pypa/gh-action-pypi-publish": self._made(folder / "publish", {"action.yml": NOTHING}),
            "actions/cache": self._made(
                folder / "cache",
                {
                    "action.yml": CACHE,
                    "restore.js": COPY % (folder / "kept", "[kept, there]"),
                    "save.js": COPY % (folder / "kept", "[there, kept]"),
                },
            ),
            "github/codeql-action": self._made(folder / "codeql", {"upload-sarif/action.yml": UPLOAD}),
        }
        kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        kept["PIP_CACHE_DIR"] = os.path.expanduser("~/.cache/pip")
        shell = self._made(folder / "shell", {"bash": SHELL.format(bash=shutil.which("bash"))})
        (shell / "bash").chmod(0o755)
        clean = {
            "HOME": str(folder / "home"),
            "PATH": os.pathsep.join([str(shell), TOOLS, os.environ["PATH"]]),
            **kept,
        }
        git = {name: value for name, value in environment(folder).items() if name.startswith("GIT_")}
        self.environment = clean | git
        (folder / "home").mkdir()
        self.folder.mkdir()

    def _made(self, folder: Path, files: dict[str, str]) -> Path:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        return folder

    def run(self, workflow: str, *options: str) -> subprocess.CompletedProcess[str]:
        """Push the checkout, as it is, to a host that has `workflow`."""
        path = self.folder / ".github" / "workflows" / "syntax.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(workflow)
        for git in (
            ["init", "-q"],
            ["add", "--all", "--force"],
            ["commit", "-q", "--allow-empty", "-m", "a pull request"],
        ):
            subprocess.run(["git", *git], cwd=self.folder, env=self.environment, check=True)
        used = set(re.findall(r"uses: +(\S+?)((?:/[\w-]+)*@\S+)", workflow + (ROOT / "action.yml").read_text()))
        replaced = [
            f"--local-repository={name}@{revision}={place}"
            for name, place in self.actions.items()
            for revision in {end.rpartition("@")[2] for start, end in used if f"{start}{end}".startswith(name)}
        ]
        act = ["act", "push", "--platform=ubuntu-latest=-self-hosted", "--no-cache-server", *replaced]
        return subprocess.run(
            [*act, f"--action-cache-path={self.folder.parent / 'act'}", "--rm", *options],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False, timeout=900,
        )  # fmt: skip


def workflow_of(steps: list[dict[str, Any]], **more: Any) -> str:
    """A workflow with these steps, behind the checkout."""
    job = {"runs-on": "ubuntu-latest", "steps": [{"uses": "actions/checkout@v4"}, *steps], **more}
    return yaml.safe_dump({"name": "test", "on": ["push"], "jobs": {"test": job}}, sort_keys=False)
