"""Layouts: whole small repositories, each in one text file under ``layouts/``.

A layout starts with comments (``#``), commands to run in the finished folder (``$ git init``), and the findings that
doctor must come to, one a line: state, gate and place (``weak health compose.yaml:7``, ``-`` for no place). Then come
the files, each under ``-- path --``. A file that starts with ``#!`` is executable,
unless its head says ``-- path (plain) --``.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent / "layouts"
LAYOUTS = sorted(FOLDER.glob("*.txt"))
_HEAD = re.compile(r"^-- (\S+)(?: \((plain)\))? --\n", re.MULTILINE)


class Layout:
    """A layout as it is written."""

    def __init__(self, path: Path) -> None:
        head, *parts = _HEAD.split(path.read_text(encoding="utf-8"))
        lines = [line for line in head.splitlines() if line and not line.startswith("#")]
        self.commands = [line[2:] for line in lines if line.startswith("$ ")]
        self.expected = [line for line in lines if not line.startswith("$ ")]
        self.files = [
            (name, text, text.startswith("#!") and not plain)
            for name, plain, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
        ]

    def build(self, folder: Path) -> None:
        """Write the files into ``folder`` and run the commands there."""
        for name, text, executable in self.files:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            if executable:
                path.chmod(0o755)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        for command in self.commands:
            subprocess.run(shlex.split(command), cwd=folder, env=environment, check=True, capture_output=True)
