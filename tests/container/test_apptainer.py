"""The `%runscript` that docs/containers.md names, in an image that a real Apptainer builds and runs."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from .conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from .engine import Engine

APPTAINER = "SYNTAX_GUARD_APPTAINER"
"""Names an archive of a Debian that has Apptainer; .ci/apptainer makes it."""
DEFINITION = """\
Bootstrap: localimage
From: /image

%runscript
{}
"""
SCRIPT = """\
set -e
apptainer --quiet build --sandbox /tmp/built /definition
exec apptainer --quiet run --no-privs --containall --no-mount sys --pwd / /tmp/built python -c 'print("up")'
"""


@pytest.mark.skipif(not os.environ.get(APPTAINER), reason=f"no archive with Apptainer in {APPTAINER}")
def test_apptainer_starts_a_valid_tree_and_no_broken_one(engine: Engine, image: str, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "containers.md").read_text()
    named = re.search(r"^\| Apptainer, .*`(exec syntax-guard run --root /srv/app .*)` \|$", page, re.MULTILINE)
    assert named
    (tmp_path / "definition").write_text(DEFINITION.format(named[1]))
    inside = tmp_path / "image"
    inside.mkdir()
    container = engine.done("create", image)
    engine.done("export", "--output", tmp_path / "image.tar", container)
    unpack: list[str | Path] = [
        "tar",
        "--extract",
        "--exclude=dev/*",
        "--file",
        tmp_path / "image.tar",
        "--directory",
        inside,
    ]
    subprocess.run(unpack, check=True)
    app = inside / "srv" / "app"
    app.mkdir(parents=True, exist_ok=True)
    engine.done("import", os.environ[APPTAINER], "apptainer")
    # It mounts, and so it needs more than a container has. Devices are not among it.
    options = [
        "--cap-add=SYS_ADMIN,DAC_READ_SEARCH",
        "--security-opt=seccomp=unconfined",
        "--security-opt=apparmor=unconfined",
    ]
    options += ["--rm", "--network=none", "--tmpfs=/tmp:rw,exec", f"--volume={inside}:/image"]
    options += [f"--volume={tmp_path}/definition:/definition:ro", "apptainer", "sh", "-c", SCRIPT]
    for text, code in (("def f(:\n", 1), ("x = 1\n", 0)):
        (app / "late.py").write_text(text)
        run = engine.call("run", *options)
        assert (run.returncode, "late.py:1:7" in run.stdout) == (code, code == 1), run.stdout + run.stderr
        assert ("up\n" in run.stdout) == (code == 0)
