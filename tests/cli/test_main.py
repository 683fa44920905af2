"""The command line: what it answers, where it prints, and how it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from ..conftest import COMMAND, Folder, python_version
from ..hostile.test_workers import children

BROKEN = "x = = 1\n"


class TestExitCodes:
    def test_green(self, folder: Folder) -> None:
        folder.write("a.py")
        run = folder.guard("check")
        assert (run.code, run.err) == (0, "")
        assert run.out.startswith("1 file is valid (CPython " + python_version())

    def test_red(self, folder: Folder) -> None:
        folder.write("a.py", BROKEN)
        run = folder.guard("check")
        assert (run.code, run.err) == (1, "")
        assert run.out.startswith("a.py:1:5: syntax-error: ")

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["check", "nowhere.py"], "nowhere.py"),
            (["check", "nowhere/"], "nowhere/"),
            (["check", "empty"], "no Python file"),
            (["check", "--staged"], "not a git repository"),
            (["check", "--staged", "a.py"], "--staged"),
            (["check", "a.py", "-"], "standard input"),
            (["check", "--outputformat=json"], "--output-format"),
            (["check", "--output-format=jsn"], "json"),
            (["check", "--warnings=eror"], "error"),
            (["check", "--jobs=0"], "--jobs"),
            (["check", "--jobs=many"], "--jobs"),
            (["check", "--config=nowhere.toml"], "nowhere.toml"),
            (["check", "--output-file=nowhere/report", "a.py"], "nowhere/report"),
            (["chekc"], "check"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else None,
    )
    def test_a_question_that_cannot_be_asked(self, folder: Folder, arguments: list[str], says: str) -> None:
        folder.write("a.py")
        (folder.path / "empty").mkdir()
        run = folder.guard(*arguments, environment={"GIT_CEILING_DIRECTORIES": str(folder.path.parent)})
        assert (run.code, run.out) == (2, "")
        assert run.err.startswith("syntax-guard: ")
        assert says in run.err
        assert run.err.count("\n") == 1

    def test_without_git(self, folder: Folder) -> None:
        run = folder.guard("check", "--staged", environment={"PATH": "/nowhere"})
        assert (run.code, run.err.count("\n")) == (2, 1)
        assert "git" in run.err

    def test_files_that_are_all_skipped_are_no_failure(self, folder: Folder) -> None:
        folder.write(".venv/a.py", BROKEN)
        assert folder.guard("check", ".venv/a.py").code == 0


class TestSettings:
    @pytest.mark.parametrize(
        ("content", "says"),
        [
            ("[tool.syntax-guard]\nexcluded = []\n", "'exclude'"),
            ("[tool.syntax-guard]\nwarnings = 'loud'\n", "ignore, report, error"),
            ("[tool.syntax-guard]\nexclude = 3\n", "tool.syntax-guard.exclude"),
            ("[tool.syntax-guard]\njobs = 'x'\n", "tool.syntax-guard.jobs"),
            ("[tool.syntax-guard]\npython = '/bin/sh'\n", "--python"),
            ("[tool.syntax-guard]\ncache-dir = 'here'\n", "--cache-dir"),
            ("[tool]\nsyntax-guard = 1\n", "table"),
            ("[tool.syntax-guard\n", "TOML"),
            (b"x = '\xff'\n", "UTF-8"),
            ("x = 1\nx = 2\n", "TOML"),
        ],
        ids=lambda value: None if isinstance(value, bytes) else str(value).splitlines()[-1],
    )
    def test_a_bad_file_is_one_clear_line(self, folder: Folder, content: str | bytes, says: str) -> None:
        folder.write("a.py")
        folder.write("pyproject.toml", content)
        run = folder.guard("check")
        assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
        assert "pyproject.toml" in run.err
        assert says in run.err

    def test_isolated_reads_no_file(self, folder: Folder) -> None:
        folder.write("a.py")
        folder.write("pyproject.toml", "no TOML at all")
        assert folder.guard("check", "--isolated").code == 0

    def test_a_flag_wins_over_a_variable_over_the_file(self, folder: Folder) -> None:
        folder.write("pyproject.toml", '[tool.syntax-guard]\nwarnings = "error"\n')
        folder.write("a.py", "x = '\\d'\n")
        assert folder.guard("check").code == 1
        assert folder.guard("check", environment={"SYNTAX_GUARD_WARNINGS": "report"}).code == 0
        assert folder.guard("check", "--warnings=error", environment={"SYNTAX_GUARD_WARNINGS": "report"}).code == 1

    def test_a_bad_variable_is_named(self, folder: Folder) -> None:
        folder.write("a.py")
        run = folder.guard("check", environment={"SYNTAX_GUARD_WARNINGS": "loud"})
        assert (run.code, "SYNTAX_GUARD_WARNINGS" in run.err) == (2, True)

    def test_the_nearest_file_counts_up_to_the_top_of_the_repository(self, repository: Folder) -> None:
        (repository.path.parent / "pyproject.toml").write_text("[tool.syntax-guard]\nnonsense = 1\n")
        repository.write("app/a.py", "x = '\\d'\n")
        assert repository.guard("check", cwd="app").code == 0
        repository.write("pyproject.toml", '[tool.syntax-guard]\nwarnings = "error"\n')
        assert repository.guard("check", cwd="app").code == 0
        repository.git("add", "pyproject.toml")  # what git does not track, a clone in CI does not have
        assert repository.guard("check", cwd="app").code == 1

    def test_another_file_can_be_named(self, folder: Folder) -> None:
        folder.write("a.py", "x = '\\d'\n")
        folder.write("strict.toml", '[tool.syntax-guard]\nwarnings = "error"\n')
        assert folder.guard("check", "--config=strict.toml").code == 1


class TestExpectedBroken:
    SETTINGS = '[tool.syntax-guard]\nexpected-broken = ["tests/fixtures/*.py"]\n'

    def test_a_fixture_that_is_broken_is_no_finding(self, folder: Folder) -> None:
        folder.write("pyproject.toml", self.SETTINGS)
        folder.write("tests/fixtures/a.py", BROKEN)
        run = folder.check()
        assert (run.code, run.found) == (0, [])

    def test_a_fixture_that_is_valid_is_reported(self, folder: Folder) -> None:
        folder.write("pyproject.toml", self.SETTINGS)
        folder.write("tests/fixtures/a.py")
        run = folder.check()
        assert (run.code, run.found) == (1, [("tests/fixtures/a.py", "unexpectedly-valid", None)])


class TestStandardInput:
    def test_it_is_judged(self, folder: Folder) -> None:
        run = folder.check("-", stdin=BROKEN.encode())
        assert (run.code, run.found) == (1, [("<stdin>", "syntax-error", 1)])

    def test_it_can_be_given_a_name(self, folder: Folder) -> None:
        run = folder.check("-", "--stdin-filename=app/a.py", stdin=BROKEN.encode())
        assert run.found == [("app/a.py", "syntax-error", 1)]

    def test_bytes_that_are_not_utf_8(self, folder: Folder) -> None:
        assert folder.check("-", stdin=b"'\xff'").found == [("<stdin>", "encoding-error", 1)]


class TestOutput:
    def test_full_shows_the_line_and_who_says_so(self, folder: Folder) -> None:
        folder.write("a.py", "y = 1\nx = = 1\n")
        out = folder.guard("check").out
        assert "2 | x = = 1" in out
        assert f"CPython {python_version()}" in out
        assert "1 of 1 file is broken" in out

    def test_concise_is_a_line_each(self, folder: Folder) -> None:
        folder.write("a.py", BROKEN)
        folder.write("b.py", BROKEN)
        lines = folder.guard("check", "--output-format=concise", "--quiet").out.splitlines()
        assert [line.split(" ")[0] for line in lines] == ["a.py:1:5:", "b.py:1:5:"]

    def test_json_follows_its_schema(self, folder: Folder) -> None:
        folder.write("a.py", BROKEN)
        folder.write("b.py", "x = '\\d'\n")
        report = folder.check().json
        assert report["version"] == 1
        assert report["tool"]["name"] == "syntax-guard"
        assert report["targets"][0]["version"] == python_version()
        assert report["targets"][0]["exact"] is True
        assert (report["summary"]["checked"], report["summary"]["broken"], report["summary"]["warnings"]) == (2, 1, 1)

    def test_quiet(self, folder: Folder) -> None:
        folder.write("a.py")
        assert folder.guard("check", "--quiet").out == ""

    def test_nothing_to_say_under_pre_commit(self, folder: Folder) -> None:
        folder.write("a.py")
        assert folder.guard("check", environment={"PRE_COMMIT": "1"}).out == ""

    def test_warnings_can_be_ignored_or_errors(self, folder: Folder) -> None:
        folder.write("a.py", "x = '\\d'\n")
        assert folder.check("--warnings=ignore").found == []
        assert folder.check("--warnings=error").code == 1

    def test_an_output_file_is_whole_or_as_it_was(self, folder: Folder) -> None:
        folder.write("a.py", BROKEN)
        run = folder.guard("check", "--output-format=json", "--output-file=report.json")
        assert run.code == 1
        assert '"syntax-error"' in (folder.path / "report.json").read_text()
        assert sorted(path.name for path in folder.path.iterdir()) == ["a.py", "report.json"]

    @pytest.mark.parametrize(
        ("environment", "arguments", "colored"),
        [
            ({}, [], False),
            ({"FORCE_COLOR": "1"}, [], True),
            ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
            ({"NO_COLOR": "1"}, ["--color=always"], True),
            ({"FORCE_COLOR": "1"}, ["--color=never"], False),
        ],
    )
    def test_color(self, folder: Folder, environment: dict[str, str], arguments: list[str], colored: bool) -> None:
        folder.write("a.py", BROKEN)
        assert ("\x1b[" in folder.guard("check", *arguments, environment=environment).out) is colored

    @pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
    def test_color_on_a_terminal(self, folder: Folder) -> None:
        import pty

        folder.write("a.py", BROKEN)
        ours, theirs = pty.openpty()
        subprocess.run([COMMAND, "check"], cwd=folder.path, env={**folder.environment, "TERM": "xterm"},
                       stdout=theirs, check=False)  # fmt: skip
        os.close(theirs)
        assert b"\x1b[" in os.read(ours, 10_000)
        os.close(ours)

    @pytest.mark.parametrize("variable", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}])
    def test_any_terminal_takes_any_name(self, folder: Folder, variable: dict[str, str]) -> None:
        folder.write("größe.py", "'ß' = = 1\n")
        run = folder.guard("check", environment=variable)
        assert (run.code, run.err) == (1, "")

    @pytest.mark.parametrize("columns", [40, 80])
    def test_help_fits_the_columns(self, folder: Folder, columns: int) -> None:
        run = folder.guard("check", "--help", environment={"COLUMNS": str(columns)})
        assert run.code == 0
        assert columns / 2 < max(map(len, run.out.splitlines())) <= columns


IN_A_CALLBACK = """\
import os, sys, weakref
from syntax_guard.cli.main import run_and_exit
class Thing: pass
def load_ahead():
    thing = Thing()
    reference = weakref.ref(thing, lambda _: os.kill(os.getpid(), {number}))
    del thing
    os._exit(0)
sys.argv = ["syntax-guard", "check", "--version"]
run_and_exit(load_ahead)
"""
"""What a handler raises in a weak reference's callback goes no further."""


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc to see when it judges")
class TestEnds:
    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_signals(self, folder: Folder, number: signal.Signals, code: int) -> None:
        for index in range(300):
            folder.write(f"{index}.py", "x = [\n" + "  (1, 2, 3),\n" * 4000 + "]\n")
        process = subprocess.Popen([COMMAND, "check"], cwd=folder.path, env=folder.environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
        while not children(process.pid):  # then it is judging
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(number)
        _, complaint = process.communicate(timeout=30)
        assert (process.returncode, complaint) == (code, b"")

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_a_signal_in_a_callback_of_the_interpreter(self, folder: Folder, number: signal.Signals, code: int) -> None:
        run = folder.run(sys.executable, "-c", IN_A_CALLBACK.format(number=int(number)))
        assert (run.code, run.err) == (code, "")

    def test_a_reader_that_goes_away(self, folder: Folder) -> None:
        for index in range(500):
            folder.write(f"{index}.py", BROKEN)
        run = folder.run("sh", "-c", f"'{COMMAND}' check | head -n 1")
        assert (run.out.count("\n"), run.err) == (1, "")


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["chekc", "--staged"], "check"),
        (["completion", "zhs"], "zsh"),
        (["check", "--outputformat=json"], "--output-format"),
        (["doctor", "--requir", "commit"], "--require"),
        (["check", "--output-format=jsn"], "json"),
    ],
)
def test_a_misspelt_word_is_answered_with_the_nearest(folder: Folder, arguments: list[str], meant: str) -> None:
    run = folder.guard(*arguments)
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert re.search(rf"did you mean '?{meant}\b", run.err)


def test_it_runs_as_a_module(folder: Folder) -> None:
    folder.write("a.py", BROKEN)
    assert folder.run(sys.executable, "-m", "syntax_guard", "check").code == 1


def test_a_tree_is_judged_alike_with_one_process_and_with_several(folder: Folder) -> None:
    for index in range(400):
        folder.write(f"{index}.py", f"x = {index}\n" * 200 + ("y = = 1\n" if index % 50 == 3 else ""))
    alone = folder.check("--jobs=1")
    several = folder.check("--jobs=3")
    assert len(alone.found) == 8
    assert alone.found == several.found


NAMED = {
    "Dockerfile": ("FROM python:3.12\n", True),
    "notes.txt": ("Not Python, of course\n", True),
    "a.py": ("x = (\n", False),
    "tool": ("#!/usr/bin/env python3\nx = (\n", False),
    "SConstruct": ("x = (\n", False),
    "valid.txt": ("x = 1\n", False),
}


@pytest.mark.parametrize(("name", "content", "told"), [(name, *rest) for name, rest in NAMED.items()], ids=NAMED)
def test_a_broken_file_that_does_not_look_like_python_gets_a_note(
    name: str, content: str, told: bool, folder: Folder
) -> None:
    folder.write(name, content)
    run = folder.guard("check", f"./{name}")
    note = f"syntax-guard: ./{name} does not look like Python, and was judged because it is named\n"
    assert (note in run.err) is told
