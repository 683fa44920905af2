"""What `run` looks at: packages by their name, archives, the whole system; and how much it says of what it found."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from syntax_guard.cli.commands import run as verb
from syntax_guard.sources import walk

from ..conftest import COMMAND

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..conftest import Folder

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="run needs a POSIX system")

BROKEN = "def f(:\n"
STARTED = ("echo", "started")
SPOILT = "raise SystemExit('imported')\n"


def plain(folder: Folder) -> dict[str, str]:
    """In the current folder, which is where a server looks first."""
    folder.write("shop/__init__.py", SPOILT)
    folder.write("shop/api/__init__.py", SPOILT)
    folder.write("shop/api/orders.py")
    return {}


def in_an_environment(folder: Folder) -> dict[str, str]:
    """As in an image of uv: /app/.venv, below the current folder and skipped by a search of that."""
    site = ".venv/lib/python3/site-packages"
    folder.write(".venv/pyvenv.cfg", "")
    for name, text in (("__init__", SPOILT), ("api/__init__", SPOILT), ("api/orders", "x = 1\n")):
        folder.write(f"{site}/shop/{name}.py", text)
    return {"PYTHONPATH": str(folder.path / site)}


def by_a_path_file(folder: Folder) -> dict[str, str]:
    """A namespace in two folders."""
    folder.write("one/shop/api/orders.py")
    folder.write("two/shop/models.py")
    return {"PYTHONPATH": os.pathsep.join(str(folder.path / name) for name in ("one", "two"))}


LAYOUTS = {"here": plain, "in an environment": in_an_environment, "a namespace": by_a_path_file}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("package", ["shop", "shop.api"])
def test_a_package_is_checked_where_it_lies_and_not_imported(
    folder: Folder, layout: Callable[[Folder], dict[str, str]], package: str
) -> None:
    environment = layout(folder)
    run = folder.guard("run", "--package", package, "--", *STARTED, environment=environment)
    assert (run.code, run.out) == (0, "started\n"), run.err
    [orders] = folder.path.rglob("orders.py")
    orders.write_text(BROKEN)
    run = folder.guard("run", "--package", package, "--", *STARTED, environment=environment)
    assert run.code == 1
    assert "orders.py:1:" in run.out


def test_a_module_and_a_root_are_checked_together(folder: Folder) -> None:
    folder.write("alone.py")
    folder.write("lib/b.py")
    folder.write("other.py", BROKEN)
    run = folder.guard("run", "--package", "alone", "--root", "lib", "--", *STARTED)
    assert (run.code, run.out) == (0, "started\n")
    assert "2 files valid" in run.err
    folder.write("alone.py", BROKEN)
    run = folder.guard("run", "--package", "alone", "--root", "lib", "--", *STARTED)
    assert run.code == 1
    assert "1 of 2 files" in run.err


@pytest.mark.parametrize("name", ["nowhere", "shop.nowhere", "sys", "math", "../shop", "", "shop:app"])
def test_a_package_that_cannot_be_checked_is_said_in_one_line(folder: Folder, name: str) -> None:
    folder.write("shop/__init__.py", SPOILT)
    run = folder.guard("run", "--package", name, "--", *STARTED)
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert f"--package {name}" in run.err


def archive(path: Path, content: str) -> None:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("__main__.py", "x = 1\n")
        file.writestr("shop/__init__.py", SPOILT)
        file.writestr("shop/orders.py", content)


def test_a_package_that_another_one_may_hide_is_checked_too(folder: Folder) -> None:
    """The current folder is on the path of ``python -m``, and not on that of a script."""
    folder.write("here/shop/__init__.py")
    broken = folder.write("site/shop/__init__.py", BROKEN)
    environment = {"PYTHONPATH": os.path.join(os.pardir, "site")}
    for cwd in ("here", "site"):
        run = folder.guard("run", "--package", "shop", "--", *STARTED, environment=environment, cwd=cwd)
        assert (run.code, run.out.count("__init__.py:1:")) == (1, 1), run.err
    broken.write_text("x = 1\n")
    run = folder.guard("run", "--package", "shop", "--", *STARTED, environment=environment, cwd="here")
    assert (run.code, run.out) == (0, "started\n")
    assert "2 files valid" in run.err


@pytest.mark.parametrize("name", ["shop", "shop.api", "shop.api.orders"])
@pytest.mark.parametrize("content", [BROKEN, "x = '\0'\n", "(" * 500])
def test_a_package_in_a_zip_is_found_without_compiling_it(folder: Folder, name: str, content: str) -> None:
    with zipfile.ZipFile(folder.path / "lib.zip", "w") as file:
        for path in ("shop/__init__.py", "shop/api/__init__.py", "shop/api/orders.py"):
            file.writestr(path, content)
    run = folder.guard("run", "--package", name, "--", *STARTED, environment={"PYTHONPATH": "lib.zip"})
    assert (run.code, "Traceback" in run.err) == (1, False), run.err
    assert "lib.zip/shop/api/orders.py" in run.out


@pytest.mark.parametrize("how", ["root", "package"])
def test_a_zip_application_is_checked_as_a_whole(folder: Folder, how: str) -> None:
    pyz = folder.path / "shop.pyz"
    arguments = ["--root", "shop.pyz"] if how == "root" else ["--package", "shop"]
    environment = {"PYTHONPATH": str(pyz)}
    archive(pyz, "x = 1\n")
    run = folder.guard("run", *arguments, "--", *STARTED, environment=environment)
    assert (run.code, run.out) == (0, "started\n"), run.err
    archive(pyz, BROKEN)
    run = folder.guard("run", *arguments, "--", *STARTED, environment=environment)
    assert run.code == 1
    assert "shop/orders.py" in run.out


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_what_the_kernel_shows_is_no_part_of_a_tree(folder: Folder) -> None:
    file = folder.write("a.py")
    kept = ("/proc", "/sys", "/dev")
    found = walk.select(["/"], lambda path: not (path.startswith(kept) or str(file).startswith(path)))
    assert [one.path for one in found.files] == [str(file)]
    assert {("/proc/", "system-folder"), ("/dev/", "system-folder")} <= {*found.skipped}


def test_the_top_of_the_system_suggests_a_root(folder: Folder) -> None:
    names = " ".join(name for name in os.listdir("/") if name not in ("proc", "sys", "dev"))
    run = folder.guard("run", "--root", "/", *(f"--exclude=/{name}" for name in names.split()), "--", *STARTED, cwd="/")
    assert run.code == 2
    assert "no Python file" in run.err  # nothing of /proc, /sys and /dev was looked at


def many(folder: Folder) -> None:
    for number in range(50):
        folder.write(f"m{number}.py", BROKEN)


@pytest.mark.parametrize(
    ("given", "shown"),
    [((), 20), (("--max-findings=3",), 3), (("--max-findings=0",), 50), (("--max-findings=50",), 50)],
)
def test_many_findings_are_counted_and_some_are_shown(folder: Folder, given: tuple[str, ...], shown: int) -> None:
    many(folder)
    run = folder.guard("run", "--output-format=concise", *given, "--", *STARTED)
    assert (run.code, run.out.count("\n")) == (1, shown)
    assert "50 of 50 files" in run.err
    assert ("--max-findings 0" in run.err) == (shown < 50)


def test_a_report_for_programs_is_whole(folder: Folder) -> None:
    many(folder)
    run = folder.guard("run", "--output-format=json", "--", *STARTED)
    assert len(run.found) == 50


def test_the_file_may_say_how_many_are_shown(folder: Folder) -> None:
    many(folder)
    folder.write("pyproject.toml", "[tool.syntax-guard]\nmax-findings = 5\n")
    assert folder.guard("run", "--output-format=concise", "--", *STARTED).out.count("\n") == 5
    assert folder.guard("check", "--output-format=concise").out.count(": ") >= 50


def test_a_long_check_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(verb, "SECONDS_BETWEEN_NOTES", -1)
    assert [*verb._told(iter("abc"), 3)] == ["a", "b", "c"]
    assert capsys.readouterr().err.splitlines()[1] == "syntax-guard: checking: 2 of 3 files"


def test_wait_hears_of_settings_that_come_later(folder: Folder) -> None:
    folder.write("deep/app/main.py")
    folder.write("deep/app/broken.py", BROKEN)
    line: list[str | Path] = [COMMAND, "run", "--wait", "--root", "deep/app", "--", *STARTED]
    process = subprocess.Popen(
        line, cwd=folder.path, env=folder.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    assert any("waiting for a change" in line for line in process.stderr)
    folder.write("next.toml", '[tool.syntax-guard]\nexclude = ["broken.py"]\n').rename(folder.path / "pyproject.toml")
    out, _ = process.communicate(timeout=20)
    assert (process.returncode, out.splitlines()[-1]) == (0, "started")


def test_dollars_in_the_command_are_passed_as_they_stand(folder: Folder) -> None:
    folder.write("main.py")
    assert folder.guard("run", "--", "echo", "$PORT").out == "$PORT\n"
    form = f"exec {COMMAND} run --quiet -- echo $PORT"
    assert folder.run("sh", "-c", form, environment={"PORT": "8001"}).out == "8001\n"
