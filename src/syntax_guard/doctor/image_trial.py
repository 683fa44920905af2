"""What an image does with a broken file: its own command, with the file mounted over one of its modules."""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping

from syntax_guard.errors import UsageError

from .finding import Finding
from .trial import bounded

SECONDS = 30
_ENTRIES = ("__init__", "__main__", "main", "app", "wsgi", "asgi", "manage")


def tried_image(image: str, environment: Mapping[str, str]) -> Finding:
    """Whether `image` starts with a broken module, in a container without a network that is removed again.

    `environment` holds the variables that Podman or Docker is run with.

    Raises:
        UsageError: There is no Podman and no Docker, or no such image.
    """
    engine = shutil.which("podman") or shutil.which("docker")
    if engine is None:
        raise UsageError("--try-image needs podman or docker", "install one of them")
    if image.startswith("-"):
        raise UsageError(f"no name of an image: {image}", "such as shop:latest")
    created = bounded([engine, "create", "--pull=never", image], "/", environment, SECONDS * 4)
    if created.code:
        raise UsageError(f"{image} cannot be started: {created.output.strip()[-300:]}", "build or pull it first")
    container = created.output.split()[-1]
    try:
        module = _module(engine, container, environment)
    finally:
        bounded([engine, "rm", "-f", container], "/", environment, SECONDS)
    if module is None:
        return Finding("start", "cannot-tell", f"{image} holds no Python module where it starts")
    return _started(engine, image, module, environment)


def _module(engine: str, container: str, environment: Mapping[str, str]) -> str | None:
    """A module below the folder where the container starts; one that is not what starts, if there is one."""
    asked = [engine, "inspect", "--format", "{{.Config.WorkingDir}}", container]
    folder = bounded(asked, "/", environment, SECONDS).output.strip().rstrip("/")
    below = re.compile(rf"{re.escape(folder)}/(?!.*(?:site-packages|dist-packages|lib/python))\S+\.py")
    export = subprocess.Popen([engine, "export", container], env=environment, stdout=subprocess.PIPE)
    with export, tarfile.open(fileobj=export.stdout, mode="r|") as archive:
        paths = ["/" + member.name.lstrip("./") for member in archive if member.isfile()]
    found = filter(below.fullmatch, paths)
    return min(found, key=lambda path: (posixpath.basename(path)[:-3] in _ENTRIES, path), default=None)


def _started(engine: str, image: str, module: str, environment: Mapping[str, str]) -> Finding:
    name = f"syntax-guard-trial-{os.getpid()}"
    with tempfile.TemporaryDirectory(prefix="syntax-guard-doctor-") as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - the container's user has to read it
        broken = os.path.join(folder, "broken.py")
        with open(broken, "w", encoding="utf-8") as file:
            file.write("def broken(:\n")
        command = [engine, "run", "--rm", "--pull=never", "--name", name, "--network", "none", "-v",
                   f"{broken}:{module}:ro", image]  # fmt: skip
        outcome = bounded(command, "/", environment, SECONDS)
    bounded([engine, "rm", "-f", name], "/", environment, SECONDS)
    if outcome.code == 124:
        message = f"{image} starts with a broken {module}, and ran for {SECONDS} s"
        return Finding("start", "missing", message, None, "tried", "what imports it fails, hours later")
    if outcome.code and "syntax-guard:" in outcome.output and posixpath.basename(module) in outcome.output:
        return Finding("start", "ok", f"{image} refused a broken {module}, {outcome.seconds:.1f} s", None, "tried")
    message = f"whether {image} starts with a broken {module}: it ended with {outcome.code} ({outcome.last})"
    return Finding("start", "cannot-tell", message)
