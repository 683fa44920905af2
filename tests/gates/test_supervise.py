"""The start gate's mechanics: what the command inherits, and how signals are answered while the check runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..namespaces import gone, namespace, process_1

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="looks at processes through Linux's /proc"
)

GATE = """\
import os, sys, time
from syntax_guard.gates import supervise as start
{check}
status = start.supervise(check)
if status:
    sys.exit(status)
try:
    start.become(sys.argv[1:])
except start.CommandError as error:
    print(error, error.hint, sep="; ")
    sys.exit(error.status)
"""
STARTED = ("echo", "started")
PASS = "def check(): return 0"

LOOK = """\
import json, os, resource, sys
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({
    "pid": os.getpid(), "folder": os.getcwd(), "arguments": sys.argv[1:],
    "environment": open("/proc/self/environ").read().split("\\0"),
    "descriptors": sorted(name for name in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + name)),
    "ignored": int(status["SigIgn"], 16) & (1 << 31) - 1, "blocked": int(status["SigBlk"], 16),
    "threads": int(status["Threads"]), "umask": status["Umask"].strip(),
    "limits": [resource.getrlimit(which) for which in (resource.RLIMIT_AS, resource.RLIMIT_CORE)],
    "group": os.getpgrp(), "children": open("/proc/self/task/%d/children" % os.getpid()).read(),
}))
"""
IGNORED_BY_PYTHON = 1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1)


def gate(check: str = PASS) -> list[str]:
    return [sys.executable, "-c", GATE.format(check=check)]


def look_through(*command: str, **options: object) -> dict[str, object]:
    """What a command finds that is started by `command`."""
    line = [*command, sys.executable, "-c", LOOK, "one", "two words"]
    done = subprocess.run(line, capture_output=True, text=True, check=True, **options)  # type: ignore[call-overload]
    seen = json.loads(done.stdout)
    seen["ignored"] &= ~IGNORED_BY_PYTHON  # by LOOK's own Python
    return dict(seen)


def test_the_command_starts_as_its_caller_left_the_process(tmp_path: Path) -> None:
    # env runs the command in its own place and touches nothing, which is what the gate is to be like.
    options = {"cwd": tmp_path, "env": {"PATH": os.environ["PATH"], "ODD": "a=b\nc", "LANG": "C"}}
    changing = (
        "def check(): import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); os.chdir('/'); os.umask(0);"
    )
    expected, seen = look_through("env", **options), look_through(*gate(f"{changing} return 0"), **options)
    assert (expected.pop("pid"), expected.pop("group")) != (seen.pop("pid"), seen.pop("group"))
    assert seen == expected


def test_the_process_stays_the_same() -> None:
    process = subprocess.Popen([*gate(), sys.executable, "-c", "import os; print(os.getpid())"], stdout=subprocess.PIPE)
    assert int(process.communicate()[0]) == process.pid


def test_the_callers_descriptors_stay_open(tmp_path: Path) -> None:
    with open(tmp_path / "file", "w") as file:
        number = file.fileno()
        command = [*gate(), "sh", "-c", f"echo through >/dev/fd/{number}"]
        subprocess.run(command, pass_fds=[number], check=True)
    assert (tmp_path / "file").read_text() == "through\n"


def test_a_reader_that_leaves_ends_the_command() -> None:
    # `yes` runs for ever where SIGPIPE is ignored and a write error does not end it; with the signal it dies of it.
    process = subprocess.Popen([*gate(), "yes"], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.read(100)
    process.stdout.close()
    assert process.wait(10) == -signal.SIGPIPE


@pytest.mark.parametrize("name", ["SIGHUP", "SIGINT", "SIGTERM", "SIGCHLD"])
def test_what_the_caller_ignored_stays_ignored(name: str) -> None:
    shell = ["bash", "-c", f'trap "" {name[3:]}; exec "$@"', "bash"]
    ignored = look_through(*shell, *gate())["ignored"]
    assert ignored == 1 << (signal.Signals[name] - 1)


def test_what_the_caller_blocked_stays_blocked() -> None:
    code = "import os, signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGTERM]);"
    blocking = [sys.executable, "-c", f"{code} os.execv(sys.argv[1], sys.argv[1:])"]
    assert look_through(*blocking, *gate())["blocked"] == 1 << (signal.SIGUSR1 - 1) | 1 << (signal.SIGTERM - 1)


@pytest.mark.parametrize("status", [1, 2, 77])
def test_a_check_that_is_not_content_is_all_that_happens(status: int) -> None:
    done = subprocess.run([*gate(f"def check(): return {status}"), *STARTED], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (status, "")


def test_a_check_that_raises_starts_nothing() -> None:
    done = subprocess.run([*gate("def check(): raise ValueError('odd')"), *STARTED], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "ValueError: odd" in done.stderr


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV"])
def test_a_check_that_is_killed_starts_nothing(name: str) -> None:
    check = f"def check(): os.kill(os.getpid(), {int(signal.Signals[name])})"
    done = subprocess.run([*gate(check), *STARTED], capture_output=True, text=True)
    assert done.returncode
    assert done.stdout == ""
    assert f"CheckDiedError: the check was ended by {name}" in done.stderr


def test_output_of_the_check_comes_before_the_commands() -> None:
    check = "print('before', flush=True)\ndef check(): print('checked', flush=True); return 0"
    done = subprocess.run([*gate(check), "echo", "after"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["before", "checked", "after"]


# What cannot be started ------------------------------------------------------------------------------------------


def executable(path: Path, content: str) -> Path:
    path.write_text(content)
    path.chmod(0o755)
    return path


def test_the_command_is_looked_up_as_shells_do(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("#!/bin/sh\n")
    executable(tmp_path / "no-interpreter", "#!/no/such/interpreter\n")
    outcomes = {
        "no-such-command-anywhere": 127,
        "./no-such-file": 127,
        "./no-interpreter": 127,
        "./plain": 126,
        "plain": 126,
        "./": 126,
    }
    environment = {**os.environ, "PATH": f"{os.environ['PATH']}:{tmp_path}"}
    for command, status in outcomes.items():
        for line in ([*gate(), command], ["bash", "-c", f"{command} x"]):
            done = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True)
            said = done.stderr if line[0] != "bash" else ""
            code = 127 if (line[0], done.returncode, command) == ("bash", 126, "./no-interpreter") else done.returncode
            assert (command, code, said) == (command, status, "")  # bash 5.3 has 126 where sh has 127


def test_a_script_without_a_first_line_is_refused_with_what_to_do(tmp_path: Path) -> None:
    script = executable(tmp_path / "script", "echo hello\n")
    done = subprocess.run([*gate(), str(script)], capture_output=True, text=True)
    assert done.returncode == 126
    assert "#!" in done.stdout


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="becomes another user: needs root")
def test_a_folder_of_path_that_may_not_be_searched_hides_nothing(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    environment = {**os.environ, "PATH": f"{tmp_path / 'closed'}:/usr/bin:/bin"}
    code = "from syntax_guard.gates import supervise as start; import os, warnings; os.setuid(65534)\n"
    code += "try: start.become(['no-such-command'])\nexcept start.CommandError as error: print(error.status)"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout == "127\n", done.stderr


# Signals while the check runs ------------------------------------------------------------------------------------

# Minutes inside of one C call, in which no handler written in Python runs; a line first, to know that it began.
DEAF = """\
def check():
    import hashlib
    print("checking", flush=True)
    hashlib.pbkdf2_hmac("sha256", b"", b"", 10 ** 9)
    return 0
"""
# As the judge's workers: a session of its own.
BUSY = """\
def check():
    import subprocess
    worker = subprocess.Popen(["sleep", "300"], start_new_session=True)
    try:
        print(worker.pid, flush=True)
        worker.wait()
    finally:
        worker.kill()
        worker.wait()
    return 0
"""
CALLBACK = """
import weakref
class Thing: pass
def callback(_):
    print('checking', flush=True)
    time.sleep(60)
def check():
    thing = Thing()
    reference = weakref.ref(thing, callback)
    del thing
    time.sleep(60)
    return 0
"""
ENDING = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"]


@pytest.mark.parametrize("name", ENDING)
def test_a_signal_is_answered_at_once_in_the_middle_of_a_c_call(name: str, tmp_path: Path) -> None:
    process = subprocess.Popen([*gate(DEAF), *STARTED], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "checking\n"
    process.send_signal(signal.Signals[name])
    rest, _ = process.communicate(timeout=5)
    assert (process.returncode, rest) == (-signal.Signals[name], "")


def test_a_signal_in_a_callback_of_the_interpreter_is_answered_without_a_word() -> None:
    process = subprocess.Popen([*gate(CALLBACK), *STARTED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "checking\n"
    process.terminate()
    rest, errors = process.communicate(timeout=5)
    assert (process.returncode, rest, errors) == (-signal.SIGTERM, "", "")


def test_a_signal_that_the_caller_ignored_is_ignored() -> None:
    check = "def check(): print('checking', flush=True); time.sleep(0.5); return 0"
    line = ["bash", "-c", 'trap "" TERM INT; exec "$@"', "bash", *gate(check), *STARTED]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "checking\n"
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=10)[0] == "started\n"


def test_a_signal_ends_the_workers_too() -> None:
    process = subprocess.Popen([*gate(BUSY), *STARTED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    worker = int(process.stdout.readline())
    process.terminate()
    rest, errors = process.communicate(timeout=5)
    assert (process.returncode, rest, errors) == (-signal.SIGTERM, "", "")
    assert gone(worker)


@pytest.mark.grid
@pytest.mark.parametrize("name", ENDING)
@pytest.mark.parametrize("check", [DEAF, BUSY], ids=["in a C call", "with workers"])
def test_as_process_1_a_signal_is_answered_at_once(name: str, check: str) -> None:
    process = subprocess.Popen([*namespace(), *gate(check), *STARTED], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline()
    first = process_1(process.pid)
    assert first
    os.kill(first, signal.Signals[name])
    rest, _ = process.communicate(timeout=5)
    assert (process.returncode, rest) == (128 + signal.Signals[name], "")


LATE = """\
def check(): return 0
rest = start.let_go
def let_go(held):
    os.kill(os.getpid(), {number})
    rest(held)
start.let_go = let_go
"""


@pytest.mark.parametrize("name", ENDING)
def test_as_process_1_a_signal_counts_after_the_last_look_for_one(name: str) -> None:
    number = signal.Signals[name]
    line = [*namespace(), *gate(LATE.format(number=int(number))), *STARTED]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, "", "")


ORPHAN = """\
def check():
    import subprocess
    subprocess.run(["sh", "-c", "sleep 0.1 & exit"], check=True)
    time.sleep(0.5)
    return 0
"""
COUNT = """\
import os
processes = [pid for pid in os.listdir("/proc") if pid.isdecimal()]
print(os.getpid(), [open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] for pid in processes])
"""


def test_as_process_1_it_leaves_no_zombie_to_the_command() -> None:
    line = [*namespace(), *gate(ORPHAN), sys.executable, "-c", COUNT]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert done.stdout == "1 ['R']\n"


def test_as_process_1_the_command_answers_signals_as_ever() -> None:
    # No signal.pause(): a signal just before it is remembered, and its handler runs when another one ends the pause.
    server = "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(7)); print('up', flush=True)\n"
    server += "while True: time.sleep(0.01)"
    line = [*namespace(), *gate(), sys.executable, "-c", server]
    process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    first = process_1(process.pid)
    assert first
    os.kill(first, signal.SIGTERM)
    process.communicate(timeout=5)
    assert process.returncode == 7


def test_after_the_start_nothing_of_the_scan_is_in_memory() -> None:
    check = "held = None\ndef check():\n    global held; held = bytearray(200 << 20); return 0"
    status = subprocess.run(
        [*gate(check), "cat", "/proc/self/status"], capture_output=True, text=True, check=True
    ).stdout
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    assert peak < 20 << 10  # kB; `cat` itself needs about 2 MB


def test_a_terminal_that_stops_background_output_does_not_stop_the_check() -> None:
    pty = pytest.importorskip("pty")
    import termios

    pid, terminal = pty.fork()
    if not pid:
        attributes = termios.tcgetattr(0)
        attributes[3] |= termios.TOSTOP
        termios.tcsetattr(0, termios.TCSANOW, attributes)
        os.execv(sys.executable, [*gate("def check(): print('checked', flush=True); return 0"), *STARTED])
    ended = reaped(pid, within=20)
    if ended is None:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    said = all_of(terminal)
    os.close(terminal)
    assert (ended, said.split()) == (0, [b"checked", b"started"])


def all_of(terminal: int) -> bytes:
    """What was written to a terminal that has no other end any more: one read may give only a part."""
    said = b""
    while True:
        try:
            piece = os.read(terminal, 100)
        except OSError:  # EIO: Linux's way to say that it is the end
            return said
        if not piece:
            return said
        said += piece


def reaped(pid: int, within: float) -> int | None:
    """The exit code of a child, negative for a signal, or None where it does not end in time."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if (found := os.waitpid(pid, os.WNOHANG))[0]:
            return os.waitstatus_to_exitcode(found[1])
        time.sleep(0.02)
    return None


def test_a_terminals_interrupt_is_answered_once() -> None:
    pty = pytest.importorskip("pty")
    pid, terminal = pty.fork()
    if not pid:
        os.execv(sys.executable, [*gate(BUSY), *STARTED])
    worker = int(os.read(terminal, 100))
    os.write(terminal, b"\x03")
    ended = reaped(pid, within=5)
    os.close(terminal)
    assert ended == -signal.SIGINT
    assert gone(worker)
