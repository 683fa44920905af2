"""`syntax-guard run`: the start gate as its users meet it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import yaml

from ..conftest import COMMAND, PROJECT, Folder
from ..namespaces import LONG, at_work, children, ended, namespace, process_1

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="run needs a POSIX system")

BROKEN = "def f(:\n"
STARTED = ("echo", "started")


def test_a_valid_tree_starts_the_command_and_says_so_in_one_line(folder: Folder) -> None:
    folder.write("main.py")
    folder.write("app/a.py")
    run = folder.guard("run", "--", *STARTED)
    assert (run.code, run.out) == (0, "started\n")  # standard output is the command's alone
    version = re.escape(sys.version.split()[0])
    line = rf"syntax-guard: 2 files valid on \w+ {version} in \d+\.\d\d s; starting "
    why = rf"echo \(the Python of COMMAND is not known: echo is not .+; \w+ {version} was asked instead\)\n"
    assert re.fullmatch(line + why, run.err)
    run = folder.guard("run", "--", sys.executable, "-c", "print('started')")
    assert (run.code, run.out) == (0, "started\n")
    assert re.fullmatch(line + rf"{os.path.basename(sys.executable)}\n", run.err)


def test_a_broken_source_is_shown_and_nothing_starts(folder: Folder) -> None:
    folder.write("app/main.py", BROKEN)
    run = folder.guard("run", "--", *STARTED)
    assert run.code == 1
    assert "app/main.py:1:" in run.out
    assert "started" not in run.out


def test_a_shim_that_fails_is_named_and_the_python_that_was_asked_instead(folder: Folder) -> None:
    shim = folder.write("../shims/python3", "#!/bin/sh\necho \"pyenv: version '9.9' is not installed\" >&2\nexit 1\n")
    shim = shim.resolve()
    shim.chmod(0o755)
    folder.write("main.py")
    path = os.pathsep.join([str(shim.parent), folder.environment["PATH"]])
    run = folder.guard("run", "--", "python3", "main.py", environment={"PATH": path})
    failed = f"{shim} starts no Python: exit code 1, pyenv: version '9.9' is not installed"
    asked = f"{sys.version.split()[0]} was asked instead"
    assert run.code == 1
    assert re.search(rf"starting python3 \(COMMAND: {re.escape(failed)}; \w+ {re.escape(asked)}\)", run.err)


def test_report_only_starts_whatever_it_finds_and_says_so(folder: Folder) -> None:
    folder.write("main.py", BROKEN)
    run = folder.guard("run", "--report-only", "--", *STARTED)
    assert run.code == 0
    assert "main.py:1:" in run.out
    assert run.out.endswith("started\n")
    assert "--report-only" in run.err


@pytest.mark.parametrize("options", [[], ["--report-only"], ["--wait"]], ids=ascii)
def test_a_command_that_is_not_there_is_told_before_the_check(options: list[str], folder: Folder) -> None:
    folder.write("main.py", BROKEN)
    run = folder.guard("run", *options, "--", "no-such-command")
    hint = "install it in the image, or name it with its path"
    assert (run.code, run.out, run.err) == (127, "", f"syntax-guard: no-such-command: command not found ({hint})\n")


def test_quiet_is_quiet(folder: Folder) -> None:
    folder.write("main.py")
    run = folder.guard("run", "--quiet", "--", *STARTED)
    assert (run.out, run.err) == ("started\n", "")


def test_what_follows_the_dashes_is_the_commands(folder: Folder) -> None:
    folder.write("main.py")
    run = folder.guard("run", "--", "echo", "--help", "--", "--quiet", "a b")
    assert run.out == "--help -- --quiet a b\n"


def test_the_commands_exit_code_is_the_last_word(folder: Folder) -> None:
    folder.write("main.py")
    assert folder.guard("run", "--", "sh", "-c", "exit 42").code == 42


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(
            ["--", "no-such-command"], 127, "no-such-command: command not found (install it", id="no such command"
        ),
        pytest.param(["--", ""], 127, "'': command not found", id="an empty command"),
        pytest.param(["--", "./main.py"], 126, "cannot be executed", id="not executable"),
        pytest.param(["echo", "started"], 2, "--", id="no dashes"),
        pytest.param([], 2, "no command", id="no command"),
        pytest.param(["--"], 2, "no command", id="nothing behind the dashes"),
        pytest.param(["--root", "nowhere", "--", *STARTED], 2, "nowhere", id="no such root"),
        pytest.param(["--root", "empty", "--", *STARTED], 2, "no Python file", id="empty root"),
        pytest.param(["--wait", "--report-only", "--", *STARTED], 2, "--wait", id="wait and do not wait"),
        pytest.param(["--rot", "app", "--", *STARTED], 2, "--root", id="misspelt option"),
        pytest.param(["--config", "none.toml", "--", *STARTED], 2, "none.toml", id="no such settings"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(folder: Folder, arguments: list[str], code: int, said: str) -> None:
    folder.write("main.py")
    (folder.path / "empty").mkdir()
    run = folder.guard("run", *arguments)
    assert run.code == code
    assert "started" not in run.out
    complaints = [line for line in run.err.splitlines() if "valid on" not in line]
    assert len(complaints) == 1
    assert said in complaints[0]


@pytest.mark.parametrize("wait", [[], ["--wait"]], ids=["at once", "at last"])
def test_findings_that_nobody_reads_start_nothing_and_are_no_traceback(folder: Folder, wait: list[str]) -> None:
    folder.write("main.py", BROKEN)
    reader, writer = os.pipe()
    os.close(reader)
    try:
        line: list[str | Path] = [COMMAND, "run", *wait, "--", *STARTED]
        done = subprocess.run(
            line, cwd=folder.path, env=folder.environment, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60
        )
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (2, "")


def test_standard_input_is_the_commands(folder: Folder) -> None:
    for number in range(100):
        folder.write(f"m{number}.py", "x = 1\n" * 1000)
    assert folder.guard("run", "--jobs=2", "--", "cat", stdin=b"all of it\n").out == "all of it\n"


def test_roots_are_checked_and_nothing_else(folder: Folder) -> None:
    folder.write("app/a.py")
    folder.write("lib/b.py")
    folder.write("alone.py")
    folder.write("elsewhere/c.py", BROKEN)
    run = folder.guard("run", "--root", "app", "--root", "lib", "--root", "alone.py", "--", *STARTED)
    assert run.code == 0
    assert "3 files valid" in run.err


@pytest.mark.parametrize("root", ["volume", "current", "volume/..data"])
def test_what_kubernetes_and_git_sync_publish_is_checked_behind_its_links(folder: Folder, root: str) -> None:
    folder.write("volume/..2026_11_24/main.py", BROKEN)
    folder.write("volume/..2026_11_24/valid.py")
    (folder.path / "volume" / "..data").symlink_to("..2026_11_24")
    (folder.path / "volume" / "main.py").symlink_to("..data/main.py")
    (folder.path / "volume" / "valid.py").symlink_to("..data/valid.py")
    (folder.path / "current").symlink_to("volume/..2026_11_24")
    run = folder.guard("run", "--output-format=json", "--root", root, "--", *STARTED)
    assert run.code == 1
    assert [path.rpartition("/")[2] for path, _, _ in run.found] == ["main.py"]
    assert run.json["summary"]["checked"] == 2


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0 or not shutil.which("setpriv"), reason="needs root, setpriv"
)
@pytest.mark.parametrize("root", ["closed", "closed.py"])
def test_a_root_that_may_not_be_read_starts_nothing(folder: Folder, root: str) -> None:
    folder.write("closed/a.py")
    folder.write("closed.py")
    (folder.path / root).chmod(0)
    plain = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]  # root, but not above permissions
    run = folder.run(*plain, COMMAND, "run", "--root", root, "--", *STARTED)
    (folder.path / root).chmod(0o700)
    assert (run.code, "started" in run.out) == (1, False)
    assert run.out.startswith(root)
    assert "unreadable: Permission denied" in run.out


def test_it_asks_this_interpreter_alone_with_the_settings_of_check(folder: Folder) -> None:
    folder.write(
        "pyproject.toml",
        '[project]\nrequires-python = ">=3.6"\n'
        '[tool.syntax-guard]\ntarget-version = ["3.8"]\nexclude = ["left-out"]\nexpected-broken = ["fixture.py"]\n',
    )
    folder.write("main.py", "match x:\n    case 1: pass\n")  # not for 3.8
    folder.write("left-out/b.py", BROKEN)
    folder.write("fixture.py", BROKEN)
    run = folder.guard("run", "--", *STARTED)
    assert (run.code, run.out) == (0, "started\n"), run.err
    folder.write("fixture.py")
    run = folder.guard("run", "--", *STARTED)
    assert run.code == 0
    assert "unexpectedly-valid" in run.out


def tree_of_all_kinds(folder: Folder) -> None:
    folder.write("valid.py")
    folder.write("app/broken.py", BROKEN)
    folder.write("app/warned.py", "x = '\\d'\n")
    folder.write("app/coded.py", b"x = '\xff'\n")
    folder.write("app/stub.pyi", "def f(: ...\n")
    folder.write("bin/script", f"#!/usr/bin/env python3\n{BROKEN}").chmod(0o755)
    folder.write("left-out/broken.py", BROKEN)
    folder.write("node_modules/broken.py", BROKEN)
    folder.write("fixtures/broken.py", BROKEN)
    folder.write("fixtures/fixed.py")
    cell: dict[str, object] = {
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "source": BROKEN,
    }
    folder.write("cells.ipynb", json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


FROM_FILE = """\
[tool.syntax-guard]
exclude = ["left-out"]
expected-broken = ["fixtures"]
warnings = "error"
notebooks = true
"""
FROM_VARIABLES = {
    "SYNTAX_GUARD_EXCLUDE": "left-out",
    "SYNTAX_GUARD_EXPECTED_BROKEN": "fixtures",
    "SYNTAX_GUARD_WARNINGS": "error",
    "SYNTAX_GUARD_NOTEBOOKS": "yes",
}


@pytest.mark.parametrize("settings", ["none", "in the file", "in variables"])
def test_the_whole_tree_hook_gives_the_same_verdicts_from_the_same_settings(folder: Folder, settings: str) -> None:
    hooks = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text())
    [entry] = [hook["entry"].split() for hook in hooks if hook["id"] == "syntax-guard-tree"]
    tree_of_all_kinds(folder)
    folder.write("pyproject.toml", FROM_FILE if settings == "in the file" else "")
    variables = FROM_VARIABLES if settings == "in variables" else {}
    environment = {**variables, "SYNTAX_GUARD_OUTPUT_FORMAT": "json", "PRE_COMMIT": "1"}
    hook = folder.run(*entry, environment=environment)
    gate = folder.guard("run", "--", *STARTED, environment=environment)
    assert (hook.code, gate.code) == (1, 1)
    reports = [hook.json, gate.json]
    for report in reports:
        del report["summary"]["seconds"], report["summary"]["cached"], report["summary"]["warnings"]
    for one in reports[0]["diagnostics"]:  # of which the start gate warns alone
        one["severity"] = "warning" if one["code"] == "unexpectedly-valid" else one["severity"]
    assert reports[0] == reports[1]
    found = {path for path, _, _ in gate.found}
    told = {"app/broken.py", "app/coded.py", "app/stub.pyi", "app/warned.py", "bin/script"}
    if settings == "none":
        assert found == told | {"left-out/broken.py", "fixtures/broken.py"}
    else:
        assert found == told | {"cells.ipynb:cell 1", "fixtures/fixed.py"}


def test_a_tree_that_changes_while_it_is_scanned_is_no_traceback(folder: Folder) -> None:
    for number in range(300):
        folder.write(f"app/m{number}.py")
    stop = threading.Event()

    def churn() -> None:
        number = 0
        while not stop.is_set():
            path = folder.path / "app" / f"m{number % 300}.py"
            path.unlink(missing_ok=True)
            path.mkdir() if number % 3 == 0 else path.write_text("x = 1\n" * (number % 50))
            path.rmdir() if number % 3 == 0 else None
            number += 7
            time.sleep(0.0002)

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for _ in range(5):
            run = folder.guard("run", "--max-findings=0", "--output-format=concise", "--", *STARTED)
            # Either all that was found could be read, or what could not is named: nothing between.
            assert run.code in (0, 1)
            assert ("started" in run.out) == (run.code == 0)
            assert all(": unreadable: " in line for line in run.out.splitlines() if line != "started")
            assert run.err.count("\n") == 1
    finally:
        stop.set()
        thread.join()


def test_the_command_is_this_very_process(folder: Folder) -> None:
    folder.write("main.py")
    line: list[str | Path] = [
        COMMAND,
        "run",
        "--",
        sys.executable,
        "-c",
        "import os; print(os.getpid(), os.environ.get('LC_CTYPE'))",
    ]
    environment = {"PATH": folder.environment["PATH"], "HOME": folder.environment["HOME"]}  # the C locale
    process = subprocess.Popen(line, cwd=folder.path, env=environment, stdout=subprocess.PIPE, text=True)
    pid, locale = process.communicate()[0].split()
    # The command is a Python, which sets LC_CTYPE for itself; what it got is looked at in test_start.
    assert int(pid) == process.pid
    assert locale in ("C.UTF-8", "None")


# Signals, with the judge's own workers ---------------------------------------------------------------------------


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks at processes through Linux's /proc")


def slow_tree(folder: Folder) -> None:
    for number in range(8):
        folder.write(f"m{number}.py", LONG)


@pytest.mark.grid
@needs_proc
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("first", [False, True], ids=["as a process", "as process 1"])
def test_a_signal_ends_the_check_and_its_workers(folder: Folder, name: str, first: bool) -> None:
    slow_tree(folder)
    line: list[str | Path] = [*(namespace() if first else []), COMMAND, "run", "--jobs=2", "--no-cache", "--", *STARTED]
    process = subprocess.Popen(
        line, cwd=folder.path, env=folder.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    gate, busy = None, []
    while not (gate and busy):  # the processes that judge for the gate's child
        assert process.poll() is None
        time.sleep(0.02)
        gate = process_1(process.pid) if first else process.pid
        busy = at_work([worker for child in children(gate or 0) for worker in children(child)])
    os.kill(gate, signal.Signals[name])
    said, _ = process.communicate(timeout=5)
    number = signal.Signals[name]
    assert (process.returncode, said) == (128 + number if first else -number, "")
    assert ended(busy, within=5)


@needs_proc
@pytest.mark.parametrize("wait", [[], ["--wait"]], ids=["checking", "waiting"])
def test_nothing_is_left_of_a_gate_that_is_killed(folder: Folder, wait: list[str]) -> None:
    folder.write("main.py", BROKEN if wait else LONG)
    line: list[str | Path] = [COMMAND, "run", "--no-cache", *wait, "--", *STARTED]
    process = subprocess.Popen(line, cwd=folder.path, env=folder.environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    if wait:
        assert any("waiting for a change" in line for line in process.stderr)
    while not (left := children(process.pid)):
        time.sleep(0.02)
    if not wait:
        while not at_work(left + children(left[0])):
            time.sleep(0.02)
    process.kill()
    process.communicate(timeout=20)  # its standard error is closed by the last one that holds it
    assert ended(left, within=20)


@needs_proc
def test_what_the_caller_ignored_stays_ignored(folder: Folder) -> None:
    folder.write("main.py")
    line: list[str | Path] = [
        "bash",
        "-c",
        'trap "" TERM INT HUP; exec "$@"',
        "bash",
        COMMAND,
        "run",
        "--",
        "cat",
        "/proc/self/status",
    ]
    status = folder.run(*line).out
    ignored = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigIgn"))
    ignored &= (1 << 31) - 1  # those behind SIGSYS (31) are the C library's own, and real-time ones
    assert ignored == sum(1 << (number - 1) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP))


# --wait ----------------------------------------------------------------------------------------------------------

WITHOUT_WATCHFILES = (
    "import sys; sys.modules['watchfiles'] = None; from syntax_guard.cli.main import run_and_exit; run_and_exit()"
)


@pytest.mark.grid
@pytest.mark.parametrize("watching", ["watchfiles", "polling"])
@pytest.mark.parametrize("trouble", ["broken source", "broken settings", "nothing to check", "no root"])
def test_wait_starts_the_command_when_the_tree_is_mended(folder: Folder, watching: str, trouble: str) -> None:
    if watching == "watchfiles":
        pytest.importorskip("watchfiles")
        guard = [str(COMMAND)]
    else:
        guard = [sys.executable, "-c", WITHOUT_WATCHFILES]
    (folder.path / "app").mkdir()
    if trouble == "broken source":
        folder.write("app/main.py", BROKEN)
    elif trouble == "broken settings":
        folder.write("app/main.py")
        folder.write("pyproject.toml", "[tool.syntax-guard]\nunknown = 1\n")
    elif trouble == "no root":
        (folder.path / "app").rmdir()
    process = subprocess.Popen(
        [*guard, "run", "--wait", "--root", "app", "--", *STARTED],
        cwd=folder.path,
        env=folder.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert any("waiting for a change" in line for line in process.stderr)
    (folder.path / "app").mkdir(exist_ok=True)
    folder.write("other", BROKEN).rename(
        folder.path / "app" / "other.py"
    )  # changes nothing: it is never there and empty
    assert any("waiting for a change" in line for line in process.stderr)
    (folder.path / "app" / "other.py").unlink()
    folder.write("app/main.py")
    folder.write("pyproject.toml", "")
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert out.endswith("started\n")
    assert "1 file valid" in err


def test_wait_watches_the_settings_that_a_variable_names(folder: Folder) -> None:
    folder.write("app/main.py")
    settings = folder.write("settings/tool.toml", "[tool.syntax-guard]\nunknown = 1\n")
    process = subprocess.Popen(
        [COMMAND, "run", "--wait", "--root", "app", "--", *STARTED],
        cwd=folder.path,
        env={**folder.environment, "SYNTAX_GUARD_CONFIG": str(settings)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert any("waiting for a change" in line for line in process.stderr)
    settings.write_text("")
    assert process.communicate(timeout=20)[0] == "started\n"


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        ([], {"SYNTAX_GUARD_WARNINGS": "loud"}, "SYNTAX_GUARD_WARNINGS"),
        (["--warnings=loud"], {}, "--warnings"),
        (["--config=none.toml"], {}, "none.toml"),
    ],
)
def test_wait_waits_for_nothing_that_no_file_can_mend(
    folder: Folder, arguments: list[str], environment: dict[str, str], said: str
) -> None:
    folder.write("main.py")
    run = folder.guard("run", "--wait", *arguments, "--", *STARTED, environment=environment)
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert said in run.err


def test_a_gate_that_waits_answers_signals_at_once(folder: Folder) -> None:
    folder.write("main.py", BROKEN)
    line: list[str | Path] = [COMMAND, "run", "--wait", "--", *STARTED]
    process = subprocess.Popen(line, cwd=folder.path, env=folder.environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    assert any("waiting for a change" in line for line in process.stderr)
    process.terminate()
    process.communicate(timeout=5)
    assert process.returncode == -signal.SIGTERM
