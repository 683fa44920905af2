"""The unit that docs/containers.md shows, started by a real systemd."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from ..documents.pages import blocks
from .conftest import ROOT
from .engine import until

if TYPE_CHECKING:
    from pathlib import Path

    from .engine import Engine

SYSTEMD = "/lib/systemd/systemd"
UNIT = "/etc/systemd/system/app.service"
APP = """\
def app(environ, start_response):
    start_response("200 OK", [])
    return [b"well"]
"""
HERE = f"""\
[Service]
Environment=PATH={os.path.dirname(sys.executable)}:/usr/bin:/bin
StandardOutput=append:/srv/log
StandardError=inherit
"""
ATTEMPTS = 5


@pytest.mark.skipif(not os.path.exists(SYSTEMD), reason="systemd is not installed: apt-get install systemd")
def test_systemd_serves_a_valid_tree_and_gives_a_broken_one_up(engine: Engine, tmp_path: Path) -> None:
    assert shutil.which("gunicorn", path=os.path.dirname(sys.executable))
    [unit] = [block.text for block in blocks() if block.title == "app.service"]
    (tmp_path / "unit").write_text(unit)
    (tmp_path / "drop-in").mkdir()
    (tmp_path / "drop-in" / "here.conf").write_text(HERE)
    srv = tmp_path / "srv"
    (srv / "app").mkdir(parents=True)
    (srv / "app" / "main.py").write_text(APP)
    (srv / "app" / "late.py").write_text("def f(:\n")  # which nothing imports at the start
    # On this machine's own files, below a layer that takes what is written. systemd empties /tmp: it gets one of its
    # own, and what lies there and is needed can only be read.
    seen = [str(ROOT), sys.prefix]
    options = ["--privileged", "--systemd=false", "--env=container=podman", "--tmpfs=/sys/fs/cgroup"]
    options += ["--tmpfs=/run:rw,notmpcopyup", "--tmpfs=/tmp:rw,notmpcopyup"]
    options += [f"--volume={folder}:{folder}:ro" for folder in dict.fromkeys(seen)]
    options += [f"--volume={srv}:/srv", f"--volume={tmp_path}/unit:{UNIT}:ro"]
    options += [f"--volume={tmp_path}/drop-in:{UNIT}.d:ro", "--rootfs"]
    container = engine.start(*options, "/:O", SYSTEMD, "--unit=app.service")

    def state() -> str:
        return container.inside("systemctl", "show", "--value", "--property=ActiveState", "app.service").stdout.strip()

    until(lambda: state() == "failed", 60)
    log = (srv / "log").read_text()
    assert log.count("late.py:1:7") == log.count("true is not started") == ATTEMPTS
    assert "Listening at" not in log
    (srv / "app" / "late.py").write_text("")
    assert container.inside("systemctl", "reset-failed", "app.service").returncode == 0
    assert container.inside("systemctl", "start", "app.service").returncode == 0
    until(lambda: "Listening at" in (srv / "log").read_text(), 60)
    assert state() == "active"
