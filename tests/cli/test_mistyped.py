"""What a person mistypes: each slip gets one line that is right about it, exit code 2, and no traceback."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

import pytest

from syntax_guard.cli.main import main
from syntax_guard.cli.slips import OF_OTHER_TOOLS

if TYPE_CHECKING:
    from pathlib import Path

# ruff: noqa: E501, ARG001 - lines as they are printed; `folder` is where they are typed

ARGUMENTS = {
    "chekc": "chekc is not a verb of syntax-guard, and there is no such path (did you mean check?)",
    "chck a.py": "chck is not a verb of syntax-guard, and there is no such path (did you mean check?)",
    "lint a.py": "lint is not a verb of syntax-guard, and there is no such path (did you mean check?)",
    "ruff": "ruff is not a verb of syntax-guard, and there is no such path (verbs: check, …",
    "fix": "fix is not a verb of syntax-guard, and there is no such path (syntax-guard changes no file: a person decides what was meant)",
    "format": "format is not a verb of syntax-guard, and there is no such path (syntax-guard changes no file: a person decides what was meant)",
    "target": "target is not a verb of syntax-guard, and there is no such path (did you mean targets?)",
    "doctr": "doctr is not a verb of syntax-guard, and there is no such path (did you mean doctor?)",
    "completions": "completions is not a verb of syntax-guard, and there is no such path (did you mean completion?)",
    "healthcheck": "healthcheck is not a verb of syntax-guard, and there is no such path (did you mean probe?)",
    "prepush": "prepush is not a verb of syntax-guard, and there is no such path (did you mean pre-push?)",
    "pre-recieve": "pre-recieve is not a verb of syntax-guard, and there is no such path (did you mean pre-receive?)",
    "serve": "serve is not a verb of syntax-guard, and there is no such path (did you mean run?)",
    "help chekc": "chekc is not a verb of syntax-guard, and there is no such path (did you mean check?)",
    "nowhere.py": "no such path: nowhere.py (paths are taken from the current folder)",
    "--stagd": "check has no option --stagd (did you mean --staged?)",
    "--fix": "check has no option --fix (syntax-guard changes no file: a person decides what was meant)",
    "--jason": "check has no option --jason (see `syntax-guard check --help`)",
    "check --fix": "check has no option --fix (syntax-guard changes no file: a person decides what was meant)",
    "check --select=E9": "check has no option --select (there are no rules to choose from: the compiler decides)",
    "check --ignore E501": "check has no option --ignore (leave files out with --exclude, and warnings with --warnings=ignore)",
    "check --stage": "check has no option --stage (did you mean --staged?)",
    "check --stagged": "check has no option --stagged (did you mean --staged?)",
    "check --commit A..B": "check has no option --commit (did you mean --commits?)",
    "check --outputformat=json": "check has no option --outputformat (did you mean --output-format?)",
    "check --output=json": "check has no option --output (use --output-file for a file, or --output-format for a format)",
    "check --ouput=report.json": "check has no option --ouput (use --output-file for a file, or --output-format for a format)",
    "check --format json": "check has no option --format (use --output-format)",
    "check --quite": "check has no option --quite (did you mean --quiet?)",
    "check --vebose": "check has no option --vebose (did you mean --verbose?)",
    "check -quiet": "check has no option -quiet (did you mean --quiet?)",
    "check -output-format=json": "check has no option -output-format (did you mean --output-format?)",
    "check -help": "check has no option -help (did you mean --help?)",
    "check -x": "check has no option -x (see `syntax-guard check --help`)",
    "check -n 4": "check has no option -n (use --jobs N)",
    "check -r .": "check has no option -r (folders are searched without an option)",
    "check --watch": "check has no option --watch (use `syntax-guard run --wait -- COMMAND`)",
    "check --diff": "check has no option --diff (syntax-guard changes no file: a person decides what was meant)",
    "check --exit-zero": "check has no option --exit-zero (use `syntax-guard check || true`; `run` has --report-only)",
    "check --require commit": "check has no option --require (`syntax-guard doctor` has it)",
    "check --max-findings=3": "check has no option --max-findings (`syntax-guard run` has it)",
    "check --max-finding=3": "check has no option --max-finding (see `syntax-guard check --help`)",
    "check --line-length=100": "check has no option --line-length (Python has no rule for the length of a line)",
    "check --python-version=3.9": "check has no option --python-version (use --target-version)",
    "check --target-versions=3.9": "check has no option --target-versions (did you mean --target-version?)",
    "check --nocache": "check has no option --nocache (did you mean --no-cache?)",
    "check --cache": "check has no option --cache (the cache is used unless --no-cache is given)",
    "check --no-colour": "check has no option --no-colour (use --color=never)",
    "check --colour=never": "check has no option --colour (use --color)",
    "check --excludes=x": "check has no option --excludes (did you mean --exclude?)",
    "check --extend-exclude=x": "check has no option --extend-exclude (--exclude may be repeated)",
    "check --warning=error": "check has no option --warning (did you mean --warnings?)",
    "check --verbose=2": "--verbose: it takes no value (see `syntax-guard check --help`)",
    "check --staged a.py": "--staged does not go with a.py (it checks what the next commit changes: leave out a.py, or leave out --staged)",
    "check --staged a.py empty": "--staged does not go with a.py (it checks what the next commit changes: leave out the paths, or leave out --staged)",
    "check --staged --tracked": "--staged does not go with --tracked (it checks what the next commit changes: leave out --tracked, or leave out --staged)",
    "check --staged --commits HEAD": "--…",
    "check --commits HEAD --installed": "--…",
    "check a.py -": "- does not go with a.py…",
    "check nowhere.py": "no such path: nowhere.py (paths are taken from the current folder)",
    "check nowhere.py a.py gone.py": "no such path: nowhere.py, gone.py (paths are taken from the current folder)",
    "check aa.py a b c d e f": "no such path: aa.py, a, b, c, d and 2 more (paths are taken from the current folder)",
    "check empty/../aa.py": f"no such path: empty/../aa.py (did you mean {os.path.join('empty/..', 'a.py')}?)",
    "check dits": "no such path: dits (did you mean dist?)",
    "check a.py --quiet b.py empty": "check: an option stands between paths: b.py follows it (write all paths behind the options)",
    "check --hook a.py --quiet b.py": "check: an option stands between paths: b.py follows it (write all paths behind the options)",
    "check --hook check --warnings=error a.py": "check is taken for a path: `check` is there already (remove check, in `args` of a hook too)",
    "check --target-version 3.10 3.11": "3.11 is taken for a path (write several versions as --target-version 3.10,3.11)",
    "check --target-version declared dist/no.whl": "no such path: dist/no.whl (paths are taken from the current folder)",
    "check ''": "a path that is named is empty (look at the variable that it comes from, or leave it out)",
    "check nowhere/*.py": "no such path: nowhere/*.py (a shell passes on a pattern that no file matches: build first, or correct it)",
    "check nowhere/": "no such path: nowhere/ (paths are taken from the current folder)",
    "check empty": "no Python file to check was found in empty (name other paths)",
    "check empty empty": "no Python file to check was found in empty empty (name other paths)",
    "check dist": f"no Python file to check was found: dist holds archives, and a search opens none (name them: {os.path.join('dist', '*')})",
    "check --exclude=a.py a.py empty": "no Python file to check was found; skipped: a.py (excluded) (look at 'a.py' in --exclude, or name other paths)",
    "check --jobs": "--jobs: its value is missing (write --jobs N)",
    "check --warnings": "--warnings: its value is missing (write --warnings ignore or report or error)",
    "check '--warnings error' a.py": "no such path: --warnings error (this is one word; write the option and its value as two, or as --warnings=error)",
    "check --hook -- check a.py": "check is taken for a path: `check` is there already (remove check, in `args` of a hook too)",
    "check --hook check a.py": "check is taken for a path: `check` is there already (remove check, in `args` of a hook too)",
    "check run": "run is taken for a path: `check` is there already (remove run, in `args` of a hook too)",
    "check --hook -- src/*.py": "no such path: src/*.py (pre-commit adds the paths: write only options in `args`, and -- last)",
    "check --hook --staged a.py": "--staged does not go with --hook (the hook reads what is staged already: remove --staged from its args)",
    "check --jobs=0": "--jobs: expected a number from 1 to 1024, not '0'",
    "check --jobs=many": "--jobs: expected a number from 1 to 1024, not 'many'",
    "check -j": "--jobs: its value is missing (write --jobs N)",
    "check --output-format=sa": "--output-format: 'sa' is none of full, concise, json, json-lines, github, gitlab, sarif, junit, rdjson (did you mean sarif?)",
    "check --output-format=jsn": "--output-format: 'jsn' is none of full, concise, json, json-lines, github, gitlab, sarif, junit, rdjson (did you mean json?)",
    "check --output-format=codeclimate": "--output-format: 'codeclimate' is none of full, concise, json, json-lines, github, gitlab, sarif, junit, rdjson (did you mean gitlab?)",
    "check --output-format=html": "--output-format: 'html' is none of full, concise, json, json-lines, github, gitlab, sarif, junit, rdjson",
    "check --warnings=eror": "--warnings: 'eror' is none of ignore, report, error (did you mean error?)",
    "check --warnings=warn": "--warnings: 'warn' is none of ignore, report, error (did you mean report?)",
    "check --color=yes": "--color: 'yes' is none of auto, always, never (did you mean always?)",
    "check --color=a.py": "--color: 'a.py' is none of auto, always, never",
    "check --time-limit=0": "--time-limit: expected a number from 0.1 to 86400, not '0'",
    "check --memory-limit=-1": "--memory-limit: expected a number from 0 to 16777216, not '-1'",
    "check --target-version=2.7": "--target-version: Python 2.7 is older than 3.8, the oldest answered for (ask for 3.8 or newer; known: 3.8 to 3.15)",
    "check --target-version=foo": "--target-version: 'foo' is not a Python version (write it as 3.11 or py311)",
    "check --target-version=3.1": "--target-version: Python 3.1 is older than 3.8, the oldest answered for (TOML and YAML need quotes around 3.10, or it is 3.1)",
    "check --target-version=4.0": "--target-version: Python 4.0 is not known yet (known: 3.8 to 3.15)",
    "check --target-version=declared a.py": "target-version 'declared' is for archives, which say what they are for (leave it out: for files, `requires-python` is read by default)",
    "check --python=/bin/ls": "--python: /bin/ls is not Python: exit code 2 (name a Python that works)",
    "check --python=/nowhere/python": "--python '/nowhere/python': No such file or directory (name the executable of a Python)",
    "check --python=3.11": "--python '3.11': no such command on PATH (for a version, use --target-version 3.11)",
    "check --python=.": "--python '.': no such command on PATH (for what lies here, write ./.)",
    "check --python=a.py": "--python 'a.py': no such command on PATH (for what lies here, write ./a.py)",
    "check --config=.": "--config: not a regular file: . (paths are taken from the current folder)",
    "check --config=nowhere.toml": "--config: no such file: nowhere.toml (paths are taken from the current folder)",
    "check --output-file=nowhere/report a.py": "--output-file nowhere/report: No such file or directory (name a file that can be written)",
    "check --output-file=.git/HEAD a.py": "--output-file .git/HEAD: a report would overwrite a source, settings or what git keeps (name a file of its own)",
    "check --output-file=a.py a.py": "--output-file a.py: a report would overwrite a source, settings or what git keeps (name a file of its own)",
    "check --exclude": "--exclude: its value is missing (write --exclude PATTERN)",
    "check --installed nonsense": "no distribution called 'nonsense' is installed here (names are those that `pip list` shows)",
    "run": "run: no command to start (write it after --: syntax-guard run -- uvicorn main:app)",
    "run uvicorn": "run: no command to start (write it after --: syntax-guard run -- uvicorn)",
    "run uvicorn app.main:app --port 80": "run: no command to start (write it after --: syntax-guard run -- uvicorn app.main:app --port 80)",
    "run app -- true": "run: too many arguments: app (write --root app)",
    "run --wait uvicorn": "run: no command to start (write it after --: syntax-guard run -- uvicorn main:app)",
    "run --wait --report-only -- true": "--report-only does not go with --wait (see `syntax-guard run --help`)",
    "run --staged -- true": "run has no option --staged (`syntax-guard check` has it)",
    "run --roots=. -- true": "run has no option --roots (did you mean --root?)",
    "run --target-version=3.9 -- true": "run has no option --target-version (`syntax-guard check` has it)",
    "targets nowhere": "no such path: nowhere (paths are taken from the current folder)",
    "targets a.py nowhere": "no such path: nowhere (paths are taken from the current folder)",
    "targets --output-format=sarif": "targets has no format sarif (write full or json)",
    "targets --staged": "targets has no option --staged (`syntax-guard check` has it)",
    "doctor --requir commit": "doctor has no option --requir (did you mean --require?)",
    "doctor --require comit": "there is no gate 'comit' (did you mean 'commit'?)",
    "doctor --try=every": "--try: 'every' is none of ours, all",
    "doctor nowhere": "no such folder: nowhere (paths are taken from the current folder)",
    "completion": "completion: SHELL is missing (see `syntax-guard completion --help`)",
    "completion zhs": "SHELL: 'zhs' is none of bash, zsh, fish (did you mean zsh?)",
    "completion powershell": "SHELL: 'powershell' is none of bash, zsh, fish",
    "pre-push --outptu-format=json": "pre-push has no option --outptu-format (did you mean --output-format?)",
    "pre-receive a.py": "pre-receive: too many arguments: a.py (see `syntax-guard pre-receive --help`)",
}
VARIABLES = {
    "WARNINGS=loud": "SYNTAX_GUARD_WARNINGS: 'loud' is none of ignore, report, error",
    "WARNING=error": "SYNTAX_GUARD_WARNING is not a setting (did you mean SYNTAX_GUARD_WARNINGS?)",
    "TARGET_VERSION=2.7": "SYNTAX_GUARD_TARGET_VERSION: Python 2.7 is older than 3.8, the oldest answered for (ask for 3.8 or newer; known: 3.8 to 3.15)",
    "TARGET_VERSION=3.x": "SYNTAX_GUARD_TARGET_VERSION: '3.x' is not a Python version (write it as 3.11 or py311)",
    "TARGET_VERSIONS=3.9": "SYNTAX_GUARD_TARGET_VERSIONS is not a setting (did you mean SYNTAX_GUARD_TARGET_VERSION?)",
    "PYTHON=/nowhere/python": "SYNTAX_GUARD_PYTHON '/nowhere/python': No such file or directory (name the executable of a Python)",
    "JOBS=0": "SYNTAX_GUARD_JOBS: expected a number from 1 to 1024, not '0'",
    "CONFIG=.": "SYNTAX_GUARD_CONFIG: not a regular file: . (paths are taken from the current folder)",
    "CONFIG=nowhere.toml": "SYNTAX_GUARD_CONFIG: no such file: nowhere.toml (paths are taken from the current folder)",
    "ISOLATED=perhaps": "SYNTAX_GUARD_ISOLATED: expected true or false, not 'perhaps'",
    "CACHE=perhaps": "SYNTAX_GUARD_CACHE: expected true or false, not 'perhaps'",
    "NO_CACHE=perhaps": "SYNTAX_GUARD_NO_CACHE: expected true or false, not 'perhaps'",
    "NO_CASH=1": "SYNTAX_GUARD_NO_CASH is not a setting (did you mean SYNTAX_GUARD_NO_CACHE?)",
    "OUTPUT_FORMAT=xmll": "SYNTAX_GUARD_OUTPUT_FORMAT: 'xmll' is none of full, concise, json, json-lines, github, gitlab, sarif, junit, rdjson",
    "OUTPUT_FILE=nowhere/report": "SYNTAX_GUARD_OUTPUT_FILE nowhere/report: No such file or directory (name a file that can be written)",
    "QUIET=2": "SYNTAX_GUARD_QUIET: expected true or false, not '2'",
    "COLOR=blue": "SYNTAX_GUARD_COLOR: 'blue' is none of auto, always, never",
    "TIME_LIMIT=soon": "SYNTAX_GUARD_TIME_LIMIT: expected a number from 0.1 to 86400, not 'soon'",
}
SETTINGS = {
    "excluded = []": "pyproject.toml:2: tool.syntax-guard.excluded is not a setting (did you mean 'exclude'?)",
    "warnings = 'loud'": "pyproject.toml:2: tool.syntax-guard.warnings: 'loud' is none of ignore, report, error",
    "warnings = true": 'pyproject.toml:2: tool.syntax-guard.warnings: true is none of ignore, report, error (such as "ignore")',
    "expected-broken = [{pth = 'a'}]": 'pyproject.toml:2: tool.syntax-guard.expected-broken: a table in it has no \'pth\' (write it as { path = "tests/fixtures/old.py", targets = ["3.9"] })',
    "extend-exclude = 'v/'": "pyproject.toml:2: tool.syntax-guard.extend-exclude is not a setting (did you mean 'exclude'?)",
    "requires-python = '>=3.9'": "pyproject.toml:2: tool.syntax-guard.requires-python is not a setting (write it under [project])",
    "exclude = [/v/]": "pyproject.toml:2:12: not valid TOML: Invalid value (correct the file; the rules: https://toml.io/en/v1.0.0)",
    "exclude = 3": 'pyproject.toml:2: tool.syntax-guard.exclude: expected a string or a list of strings (write it in quotes: "3")',
    "jobs = 'x'": "pyproject.toml:2: tool.syntax-guard.jobs: expected a number from 1 to 1024, not 'x'",
    "no-cache = true": "pyproject.toml:2: tool.syntax-guard.no-cache is not a setting (did you mean 'cache'?)",
    "python = '/bin/sh'": "pyproject.toml:2: tool.syntax-guard.python cannot be set in a file (give it as --python or in SYNTAX_GUARD_PYTHON)",
    "output-format = 'xml'": "pyproject.toml:2: tool.syntax-guard.output-format: 'xml' is none of full, concise, json, json-lines, github, gitlab, sarif, junit, rdjson (did you mean junit?)",
    "target-version = 3.9": 'pyproject.toml:2: tool.syntax-guard.target-version: expected a string or a list of strings (write it in quotes: "3.9")',
    "target-version = 3.10": 'pyproject.toml:2: tool.syntax-guard.target-version: TOML reads 3.10 without quotes as the number 3.1 (write "3.10")',
    "target-version = [3.9, 3.10]": 'pyproject.toml:2: tool.syntax-guard.target-version: TOML reads 3.10 without quotes as the number 3.1 (write "3.10")',
    "target-version = [3.11, 3.9]": 'pyproject.toml:2: tool.syntax-guard.target-version: expected a string, not 3.11 (write it in quotes: "3.11")',
    "exclude = ['']": "pyproject.toml:2: tool.syntax-guard.exclude: expected a string that is not empty (write one, or leave it out)",
    "target-version = '3,9'": "pyproject.toml:2: tool.syntax-guard.target-version: '3' is not a Python version (write 3.9 with a dot: a comma stands between versions)",
    "target_version = '3.9'": "pyproject.toml:2: tool.syntax-guard.target_version is not a setting (did you mean 'target-version'?)",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two files, an empty folder and one with a wheel, in which a command line is answered within this process."""
    for name in list(os.environ):
        if name.startswith(("SYNTAX_GUARD_", "GIT_", "PRE_COMMIT", "GITHUB_")):
            monkeypatch.delenv(name)
    here = tmp_path / "here"
    (here / "empty").mkdir(parents=True)
    (here / "dist").mkdir()
    (here / "dist" / "demo-1.0-py3-none-any.whl").write_bytes(b"")
    (here / "a.py").write_text("x = 1\n")
    (here / "b.py").write_text("")
    monkeypatch.chdir(here)
    monkeypatch.setenv("SYNTAX_GUARD_CACHE_DIR", str(tmp_path / "cache"))
    return here


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that `arguments` get."""
    try:
        code = main(arguments)
    except SystemExit as ended:
        pytest.fail(f"argparse ended the process: {ended}")
    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1)
    return err.removeprefix("syntax-guard: ").rstrip("\n")


@pytest.mark.parametrize(("typed", "line"), ARGUMENTS.items(), ids=ARGUMENTS)
def test_arguments(typed: str, line: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if "/bin/ls" in typed and not os.path.exists("/bin/ls"):
        pytest.skip("there is no /bin/ls here")
    start, dots, _ = line.partition("…")  # where the rest is another room's wording
    found = said(shlex.split(typed), capsys)
    assert found.startswith(start) if dots else found == line


@pytest.mark.parametrize(("typed", "line"), VARIABLES.items(), ids=VARIABLES)
def test_a_variable_is_blamed_by_its_name(
    typed: str, line: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name, _, value = typed.partition("=")
    monkeypatch.setenv(f"SYNTAX_GUARD_{name}", value)
    assert said(["check", "a.py"], capsys) == line


@pytest.mark.parametrize(("typed", "line"), SETTINGS.items(), ids=SETTINGS)
def test_a_setting_in_the_file(typed: str, line: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "pyproject.toml").write_text(f"[tool.syntax-guard]\n{typed}\n")
    assert said(["check", "a.py"], capsys) == line


def test_the_tables_are_long_enough() -> None:
    assert len(ARGUMENTS) + len(VARIABLES) + len(SETTINGS) >= 110


def test_an_option_of_another_tool_gets_a_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for option, sentence in OF_OTHER_TOOLS.items():
        assert said(["check", option, "a.py"], capsys) == f"check has no option {option} ({sentence})"


def test_nothing_typed_gets_the_help(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "check the tree, then become COMMAND" in " ".join(err.split())


@pytest.mark.parametrize("typed", ["a.py", "a.py b.py", ".", "-q a.py", "a.py --output-format json", "--jobs=1 a.py"])
def test_a_path_or_an_option_alone_is_checked(typed: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(typed.split()) == 0
    (folder / "a.py").write_text("x = (\n")
    assert main(typed.split()) == 1
    assert "a.py" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["", "check", "run", "doctor", "pre-push"])
def test_help_of_a_verb(verb: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help", *verb.split()]) == 0
    asked = capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([verb, "--help"] if verb else ["check", "--help"])
    assert not verb or asked == capsys.readouterr().out


@pytest.mark.parametrize(("short", "long"), [("-q", "--quiet"), ("-v", "--verbose"), ("-j1", "--jobs=1")])
def test_letters(short: str, long: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.py").write_text("x = (\n")
    printed = []
    for option in (short, long):
        assert main(["check", option, "--output-format=concise", "a.py"]) == 1
        printed.append(capsys.readouterr().out.splitlines()[0])
    assert printed[0] == printed[1]


def test_the_letter_of_the_output_file(folder: Path) -> None:
    assert main(["check", "-o", "report.json", "--output-format=json", "a.py"]) == 0
    assert (folder / "report.json").exists()


@pytest.mark.parametrize(
    ("name", "value", "used"),
    [("NO_CACHE", "1", False), ("NO_CACHE", "0", True), ("CACHE", "0", False), ("NO_CACHE", "", True)],
)
def test_the_cache_has_a_variable_as_its_flag_is_called(
    name: str, value: str, folder: Path, monkeypatch: pytest.MonkeyPatch, *, used: bool
) -> None:
    monkeypatch.setenv(f"SYNTAX_GUARD_{name}", value)
    assert main(["check", "."]) == 0
    assert (folder.parent / "cache").exists() is used


def test_a_list_in_a_variable_may_have_spaces(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a.py").write_text("x = (\n")
    (folder / "b.py").write_text("x = (\n")
    (folder / "c.py").write_text("x = 1\n")
    monkeypatch.setenv("SYNTAX_GUARD_EXCLUDE", "a.py, b.py")
    assert main(["check", "."]) == 0


@pytest.mark.parametrize("pattern", ["/made/", "made/a.py", "a.py"])
def test_exclude_counts_from_where_the_person_stands(
    pattern: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "pyproject.toml").write_text("[tool.syntax-guard]\njobs = 1\n")
    (folder / "app" / "made").mkdir(parents=True)
    (folder / "app" / "made" / "a.py").write_text("x = (\n")
    (folder / "app" / "b.py").write_text("x = 1\n")
    monkeypatch.chdir(folder / "app")
    assert main(["check", "."]) == 1
    assert main(["check", ".", f"--exclude={pattern}"]) == 0
    monkeypatch.setenv("SYNTAX_GUARD_EXCLUDE", pattern)
    assert main(["check", "."]) == 0


@pytest.mark.parametrize("verb", ["targets", "baseline", "check"])
@pytest.mark.parametrize("name", ["h", "q", "v", "j"])
def test_a_folder_may_be_called_as_a_short_option(
    verb: str, name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / name).mkdir()
    (folder / name / "a.py").write_text("x = 1\n")
    assert main([verb, name]) == 0
    assert "option" not in capsys.readouterr().err
