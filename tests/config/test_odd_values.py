"""Values that are empty or odd, of each option and of each variable: one line that names it, and never silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from syntax_guard.cli.main import main
from syntax_guard.cli.parser import parser
from syntax_guard.config.options import OPTIONS, PATTERNS, given
from syntax_guard.config.own_table import settings_in
from syntax_guard.config.variables import KNOWN, OF_ONE_RUN

if TYPE_CHECKING:
    from syntax_guard.config.options import Option

    from ..conftest import Folder

FLAGS = [option.flags[0] for option in OPTIONS if option.metavar or option.choices]
CHECK = parser("check").options("check")


@pytest.fixture
def folder(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Folder:
    folder.write("a.py", "x = = 1\n")
    folder.write("pyproject.toml", '[project]\nrequires-python = ">=3.9"\n')
    folder.git("init", "-q")
    folder.git("add", ".")
    monkeypatch.chdir(folder.path)
    return folder


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    code = main(["check", "--no-cache", *arguments])
    out, err = capsys.readouterr()
    assert (code, out, err.count("\n")) == (2, "", 1), err
    return err


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("flag", ["--config", "--archives", *(flag for flag in FLAGS if flag in CHECK)])
def test_no_option_takes_an_empty_value(capsys: pytest.CaptureFixture[str], flag: str) -> None:
    file = "-" if flag == "--stdin-filename" else "a.py"
    assert f"{flag}" in refused(capsys, f"{flag}=", file)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("option", ["--commits", "--merge", "--files-from"])
def test_no_input_takes_an_empty_value(capsys: pytest.CaptureFixture[str], option: str) -> None:
    assert option in refused(capsys, f"{option}=")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "given",
    [
        "--target-version=,", "--target-version= ", "--target-version=,,", "--target-version=3.9 3.10", "--jobs=1_0",
        "--jobs= 2", "--jobs=+2", "--jobs=1.5", "--jobs=nan", "--jobs=\u0661", "--time-limit=nan", "--time-limit=inf",
        "--time-limit=1_0", "--context=-1", "--memory-limit=0x10", "--warnings=ERROR", "--config=.", "--python= ",
        "--exclude= ", "--allow-broken= ",
    ],
)  # fmt: skip
def test_odd_values(capsys: pytest.CaptureFixture[str], given: str) -> None:
    assert given.partition("=")[0] in refused(capsys, given, "a.py")


@pytest.mark.parametrize("content", ["jobs = 1.5", "time-limit = nan", "max-findings = 0.5", "target-version = ','",
                                     "target-version = ['3.9', ',']", "exclude = ' '", "exclude = ['']"])  # fmt: skip
def test_odd_values_in_the_file(folder: Folder, capsys: pytest.CaptureFixture[str], content: str) -> None:
    folder.write("pyproject.toml", f"[tool.syntax-guard]\n{content}\n")
    assert f"tool.syntax-guard.{content.partition(' ')[0]}" in refused(capsys, "a.py")


@pytest.mark.parametrize("option", [one for one in OPTIONS if one.repeats and one.in_file], ids=lambda one: one.name)
def test_an_empty_list_in_the_file_is_not_set(option: Option) -> None:
    assert settings_in(f"[tool.syntax-guard]\n{option.name} = []\n".encode(), "pyproject.toml") == {option.field: ()}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "value"),
    [(option.variable, value) for option in OPTIONS if option.metavar or option.choices
     for value in ((" ", ",", ", ,") if option.repeats and option.name != "python" else (" ",))],
)  # fmt: skip
def test_no_variable_holds_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert name in refused(capsys, "a.py")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["ARCHIVES", "STAGED", "COMMITS", "MERGE", "TRACKED", "HOOK", "INSTALLED",
                                  "FILES_FROM", "NULL", "STRICT", "EVERY_COMMIT", "ARCHIVE", "COMMIT"])  # fmt: skip
def test_a_variable_for_an_option_of_one_run_is_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(f"SYNTAX_GUARD_{name}", "1")
    said = refused(capsys, "a.py")
    assert f"SYNTAX_GUARD_{name} is not a setting" in said
    assert "--" in said


def test_each_option_of_a_gate_that_is_no_setting_is_known_as_one_of_one_run() -> None:
    options = {name for verb in ("check", "run", "pre-receive") for name in parser(verb).options(verb)}
    variables = {f"SYNTAX_GUARD_{name[2:].replace('-', '_').upper()}" for name in options if name.startswith("--")}
    assert variables - KNOWN - {"SYNTAX_GUARD_HELP"} == {f"SYNTAX_GUARD_{name}" for name in OF_ONE_RUN}


@pytest.mark.usefixtures("folder")
def test_two_settings_files_are_one_too_many(capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, "--isolated", "--config=pyproject.toml", "a.py")
    assert "--config does not go with --isolated" in said


def test_a_baseline_has_each_key_once(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    for content in (
        '{"version": 1, "broken": [{"path": "b.py", "path": "a.py", "class": "syntax", "targets": "all"}]}',
        '{"version": 1, "broken": [], "broken": [{"path": "a.py", "class": "syntax", "targets": "all"}]}',
    ):
        folder.write("syntax-guard-baseline.json", content)
        folder.git("add", "--all")
        assert "syntax-guard-baseline.json: a key is there twice" in refused(capsys, "a.py")


@pytest.mark.parametrize("where", ["flag", "variable"])
@pytest.mark.parametrize("field", PATTERNS)
def test_a_pattern_may_have_the_separator_of_its_system(field: str, where: str) -> None:
    option = next(option for option in OPTIONS if option.field == field)
    flags, environ = ({field: ["pkg\\gen\\*.py"]}, {}) if where == "flag" else ({}, {option.variable: "pkg\\gen\\*.py"})
    assert given(flags, environ, "\\") == {field: ("pkg/gen/*.py",)}
    assert given(flags, environ, "/") == {field: ("pkg\\gen\\*.py",)}, "it is an escape"


@pytest.mark.parametrize(
    ("flags", "environ"),
    [({"output_file": "-"}, {}), ({}, {"SYNTAX_GUARD_OUTPUT_FILE": "-"})],
    ids=["flag", "variable"],
)
def test_a_hyphen_for_the_report_is_standard_output(flags: dict[str, str], environ: dict[str, str]) -> None:
    assert given(flags, environ)["output_file"] is None
