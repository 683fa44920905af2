"""What happens in CI: the commands of its files, run in the shell that the service's runner uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from .layout import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROGRAMS = ("pytest", "uvicorn", "gunicorn", "celery", "twine", "python3.9", "docker")


def shell(folder: Path, *words: str, variables: tuple[str, ...] = ()) -> int:
    return run(folder, ["env", "PORT=7001", *variables, *words], *PROGRAMS).returncode


def github(folder: Path) -> int:
    """Every job of every workflow that a push starts, each step in `bash -e`, as GitHub's runner does."""
    code = 0
    for path in sorted((folder / ".github/workflows").glob("*")):
        workflow = yaml.load(path.read_text(), Loader=yaml.BaseLoader)
        for job in workflow["jobs"].values():
            for step in job["steps"]:
                if "run" not in step or step.get("if") == "false" or step.get("continue-on-error") == "true":
                    continue
                failed = shell(folder, "bash", "-e", "-c", step["run"])
                if failed:
                    code = code if job.get("continue-on-error") == "true" else failed
                    break
    return code


def gitlab(folder: Path) -> int:
    """Every job's lines in one `bash -eo pipefail`, as GitLab's runner does."""
    jobs = yaml.safe_load((folder / ".gitlab-ci.yml").read_text())
    codes = [
        shell(folder, "bash", "-eo", "pipefail", "-c", "\n".join([*job.get("before_script", []), *job["script"]]))
        for name, job in jobs.items()
        if isinstance(job, dict) and "script" in job and not name.startswith(".") and not job.get("allow_failure")
    ]
    return max(codes)


def steps(path: str, *keys: str | int, script: Callable[[Any], str | None]) -> Callable[[Path], int]:
    """The steps below `keys` of a YAML file, one after another until one fails."""

    def happens(folder: Path) -> int:
        value = yaml.safe_load((folder / path).read_text())
        for key in keys:
            value = value[key]
        return next((code for text in map(script, value) if text and (code := shell(folder, "bash", "-c", text))), 0)

    return happens


bitbucket = steps(
    "bitbucket-pipelines.yml", "pipelines", "default", script=lambda one: "set -e\n" + "\n".join(one["step"]["script"])
)
azure = steps("azure-pipelines.yml", "steps", script=lambda one: one.get("script"))
circle = steps(
    ".circleci/config.yml", "jobs", "test", "steps",
    script=lambda one: f"set -eo pipefail\n{one['run']}" if isinstance(one, dict) else None,
)  # fmt: skip


def travis(folder: Path) -> int:
    lines = yaml.safe_load((folder / ".travis.yml").read_text())["script"]
    return max(shell(folder, "bash", "-c", line) for line in lines)


def jenkins(folder: Path) -> int:
    lines = re.findall(r"sh '(.*)'", (folder / "Jenkinsfile").read_text())
    return next((code for line in lines if (code := shell(folder, "sh", "-xe", "-c", line))), 0)
