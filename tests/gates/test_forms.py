"""Each form of docs/containers.md that this machine has the program for: it serves a valid tree, and no broken one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from ..conftest import COMMAND
from ..documents.pages import PROJECT, blocks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..conftest import Folder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (PROJECT / "docs").exists(), reason="the documentation is not beside the tests"),
]

APP = """\
def app(environ, start_response):
    start_response("200 OK", [])
    return [b"well"]
"""
WORKER = """\
from celery import Celery
shop = Celery("shop", broker="memory://")
"""
BROKEN = "def f(:\n"
GUNICORN = ("gunicorn",)
SECONDS = 30
RUN = "exec syntax-guard run --root app --"


def written(name: str) -> str:
    """The file `name` as the page shows it."""
    [text] = [block.text for block in blocks() if block.title == name and block.page.name == "containers.md"]
    return text


def supervisord(folder: Folder) -> list[str]:
    folder.write("supervisord.conf", written("supervisord.conf"))
    return ["supervisord", "--configuration", "supervisord.conf"]


def procfile(folder: Folder) -> list[str]:
    folder.write("Procfile", written("Procfile"))
    return ["honcho", "start"]


def s6(folder: Folder) -> list[str]:
    folder.write("service/run", written("run").replace("exec", f"cd {folder.path}; exec")).chmod(0o755)
    return ["s6-supervise", "service"]


def runit(folder: Folder) -> list[str]:
    s6(folder)
    return ["runsv", "service"]


def tini(folder: Folder) -> list[str]:
    del folder
    return ["tini", "-s", "--", "syntax-guard", "run", "--root", "app", "--", "gunicorn", "app.main:app"]


def dumb_init(folder: Folder) -> list[str]:
    return ["dumb-init", *tini(folder)[2:]]


def shell(folder: Folder) -> list[str]:
    del folder
    return ["sh", "-c", f'{RUN} gunicorn --name "$PORT" app.main:app']


def optimised(folder: Folder) -> list[str]:
    del folder
    python = [sys.executable, "-O", "-m"]
    return [*python, "syntax_guard", "run", "--root", "app", "--", *python, "gunicorn", "app.main:app"]


def celery(folder: Folder) -> list[str]:
    folder.write("app/shop.py", WORKER)
    return ["sh", "-c", f"{RUN} celery --app app.shop worker --pool solo --loglevel info"]


FORMS: dict[str, tuple[tuple[str, ...], Callable[[Folder], list[str]], str]] = {
    "supervisord": (("supervisord", *GUNICORN), supervisord, "Listening at"),
    "Procfile": (("honcho", *GUNICORN), procfile, "Listening at"),
    "s6": (("s6-supervise", *GUNICORN), s6, "Listening at"),
    "runit": (("runsv", *GUNICORN), runit, "Listening at"),
    "tini": (("tini", *GUNICORN), tini, "Listening at"),
    "dumb-init": (("dumb-init", *GUNICORN), dumb_init, "Listening at"),
    "a shell": (GUNICORN, shell, "Listening at"),
    "python -O": (GUNICORN, optimised, "Listening at"),
    "celery": (("celery",), celery, " ready."),
}


def said_by(folder: Folder, line: list[str], wanted: tuple[str, ...]) -> str:
    """Start `line`, and return what it and its log files say by the time that one of `wanted` is among it."""
    log = folder.path / "out.log"
    environment = {**folder.environment, "GUNICORN_CMD_ARGS": f"--bind unix:{folder.path}/s", "PORT": "8001"}
    environment["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), environment["PATH"]])
    with log.open("w") as out:
        process = subprocess.Popen(
            line, cwd=folder.path, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        end = time.monotonic() + SECONDS
        said = ""
        while time.monotonic() < end and not any(word in said for word in wanted):
            time.sleep(0.1)
            said = "".join(path.read_text() for path in folder.path.glob("app.*") if path.is_file()) + log.read_text()
        return said
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                break
            time.sleep(0.5)
        process.wait()


@pytest.mark.parametrize("form", FORMS)
def test_a_form_serves_a_valid_tree_and_no_broken_one(folder: Folder, form: str) -> None:
    programs, line, up = FORMS[form]
    if missing := [program for program in programs if not shutil.which(program)]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    folder.write("app/__init__.py")
    folder.write("app/main.py", APP)
    folder.write("app/late.py", BROKEN)  # which nothing imports at the start
    said = said_by(folder, line(folder), (" is not started", up))
    assert " is not started" in said
    assert "late.py:1:" in said
    assert up not in said
    for log in folder.path.glob("app.*"):
        log.unlink()
    folder.write("app/late.py")
    assert up in said_by(folder, line(folder), (up,))


def pex(folder: Folder) -> None:
    options = ["--sources-directory", "tree", "--entry-point", "start", "--disable-cache"]
    folder.run("pex", *options, "--output-file", "shop.pyz")


def zipapp(folder: Folder) -> None:
    folder.run(sys.executable, "-m", "zipapp", "tree", "--output", "shop.pyz", "--main", "start:main")


@pytest.mark.parametrize("build", [zipapp, pex])
def test_an_application_in_one_file_is_checked_before_it_starts(
    folder: Folder, build: Callable[[Folder], None]
) -> None:
    if build is pex and not shutil.which("pex"):
        pytest.skip("pex is not installed")
    folder.write("tree/start.py", "def main():\n    print('up')\n\nif __name__ == '__main__':\n    main()\n")
    for text, code in ((BROKEN, 1), ("x = 1\n", 0)):
        folder.write("tree/shop/late.py", text)
        build(folder)
        line: list[str | Path] = [COMMAND, "run", "--root", "shop.pyz", "--", sys.executable, "shop.pyz"]
        run = folder.run(*line)
        assert (run.code, "shop/late.py" in run.out) == (code, code == 1), run.out + run.err
        assert ("up\n" in run.out) == (code == 0)
