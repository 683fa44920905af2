"""`check` of archives: what is judged, for which Pythons, and by whose settings."""

from __future__ import annotations

import os
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from syntax_guard.config.specifiers import LOWEST

from ..sources.archives.making import METADATA, tarred, zipped

if TYPE_CHECKING:
    from ..conftest import Folder

HERE = f"3.{sys.version_info[1]}"
NEXT = f"3.{sys.version_info[1] + 1}"
BROKEN = "x = (\n"
MATCH = "match x:\n    case 1: pass\n"
"""Accepted from 3.10 on."""


def wheel(folder: Folder, name: str, requires: str, **members: str | bytes) -> str:
    """Write a wheel whose modules are `members`; return its path."""
    files: dict[str, str | bytes] = {f"demo/{module}.py": text for module, text in members.items()}
    files["demo-1.0.dist-info/METADATA"] = METADATA + (f"Requires-Python: {requires}\n" if requires else "")
    folder.write(name, zipped(files))
    return name


WHEEL = "dist/demo-1.0-py3-none-any.whl"


def test_a_finding_is_shown_as_python_shows_it(folder: Folder) -> None:
    wheel(folder, WHEEL, "", good="x = 1\n", bad=BROKEN)
    run = folder.check(WHEEL)
    assert run.code == 1
    assert run.found == [(f"{WHEEL}/demo/bad.py", "syntax-error", 1)]
    (finding,) = run.json["diagnostics"]
    assert (finding["file"], finding["member"]) == (WHEEL, "demo/bad.py")
    assert run.json["summary"]["checked"] == 2
    assert os.listdir(folder.path) == ["dist"]


@pytest.mark.parametrize("name", ["dist/demo-1.0.tar.gz", "dist/demo.egg", "dist/tool.pyz", "dist/tool"])
def test_each_kind_of_archive_is_red_for_one_broken_member(folder: Folder, name: str) -> None:
    members = {"demo-1.0/PKG-INFO": METADATA, "__main__.py": "x = 1\n", "demo-1.0/bad.py": BROKEN}
    folder.write(name, tarred(members) if name.endswith(".gz") else zipped(members, first=b"#!/usr/bin/env python3\n"))
    run = folder.check(name)
    assert run.found == [(f"{name}/demo-1.0/bad.py", "syntax-error", 1)]
    folder.write(name, tarred({"demo-1.0/good.py": "x = 1\n"}) if name.endswith(".gz") else zipped({"a.py": "x = 1\n"}))
    assert folder.check(name).code == 0


def labels(run: object) -> list[str]:
    return [target["version"] for target in run.json["targets"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "requires", "expected"),
    [
        ("a-1-py3-none-any.whl", "", [HERE]),
        ("a-1-py3-none-any.whl", ">=2.7", list(dict.fromkeys(["3.8", HERE]))),
        ("a-1-py3-none-any.whl", ">=3.9", list(dict.fromkeys(["3.9", HERE]))),
        ("a-1-py3-none-any.whl", "==3.9.*", ["3.9"]),
        ("a-1-cp39-cp39-any.whl", ">=3.8", ["3.9"]),
        ("a-1-cp39-abi3-any.whl", "", list(dict.fromkeys(["3.9", HERE]))),
        ("a-1-py3-none-any.whl", "three", [HERE]),
    ],
)
def test_a_wheel_says_whom_to_ask(folder: Folder, name: str, requires: str, expected: list[str]) -> None:
    wheel(folder, name, requires, good="x = 1\n")
    folder.write("pyproject.toml", '[tool.syntax-guard]\ntarget-version = "3.8"\n')
    run = folder.check(name)
    assert (run.code, labels(run)) == (0, expected)


def test_a_finding_names_what_asks_for_its_python(folder: Folder) -> None:
    wheel(folder, WHEEL, ">=3.9", m=MATCH)
    assert "; asked by Requires-Python >=3.9)" in folder.guard("check", WHEEL).out


@pytest.mark.parametrize("own", ["#!/usr/bin/env python3.12\n", "# /// script\n# requires-python = '>=3.12'\n# ///\n"])
def test_a_member_does_not_say_whom_not_to_ask(folder: Folder, own: str) -> None:
    wheel(folder, WHEEL, "==3.9.*", m=own + MATCH)
    sdist = "dist/demo-1.0.tar.gz"
    folder.write(sdist, tarred({"demo-1.0/PKG-INFO": METADATA + "Requires-Python: ==3.9.*\n", "demo-1.0/m.py": own}))
    for path, code in ((WHEEL, 1), (sdist, 0)):
        run = folder.check(path)
        assert (run.code, labels(run)[0]) == (code, "3.9")
        assert [line.split()[0] for line in folder.guard("targets", path).out.splitlines()[:1]] == ["3.9"]


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (["==3.9.*"], ["3.8", "3.9"]),
        (["==3.9.*", "==3.8.*"], ["3.8", "3.9"]),
        (["==3.9.*", "==3.10.*"], ["3.8", "3.9", "3.10"]),
        ([""], ["3.8"]),
    ],
)
def test_a_wheel_that_describes_itself_more_than_once_is_for_all_of_them(
    folder: Folder, others: list[str], expected: list[str]
) -> None:
    said = {"a": "==3.8.*", **{f"{number}": other for number, other in enumerate(others)}}
    members = {f"{name}-1.dist-info/METADATA": METADATA + (f"Requires-Python: {one}\n" if one else "")
               for name, one in said.items()}  # fmt: skip
    folder.write(WHEEL, zipped({"demo/good.py": "x = 1\n", **members}))
    run = folder.check("--target-version=declared", WHEEL)
    assert (run.code, labels(run)) == (0, expected)


def test_a_wheel_with_two_members_of_one_name_is_a_finding_where_they_say_whom_to_ask(folder: Folder) -> None:
    name = "demo-1.0.dist-info/METADATA"
    (folder.path / "dist").mkdir()
    with zipfile.ZipFile(folder.path / WHEEL, "w") as archive:
        archive.writestr("demo/a.py", MATCH)
        archive.writestr(name, METADATA + "Requires-Python: >=3.10\n")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr(name, METADATA + "Requires-Python: >=3.8\n")
    assert folder.check(WHEEL).found == [(f"{WHEEL}/{name}", "unreadable", None)]


@pytest.mark.slow
@pytest.mark.parametrize("requires", ["", ">=3.9", "==3.9.*", f">={NEXT}", "<3.8", ">=3.99"])
def test_the_verb_shows_whom_a_check_of_each_asks(folder: Folder, requires: str) -> None:
    folder.write("pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
    wheel(folder, WHEEL, requires, good="x = 1\n")
    other = wheel(folder, "dist/other-1-py3-none-any.whl", "==3.8.*", good="x = 1\n")
    run = folder.guard("targets", WHEEL, other, "--output-format", "json")
    shown, beside = run.json["projects"]
    checked = folder.check(WHEEL)
    if checked.code:
        assert (run.code, shown["targets"], len(shown["unanswered"])) == (2, [], 1)
    else:
        assert (run.code, shown["targets"]) == (0, run.json["targets"])
        asked = [(target["version"], target["why"]) for target in checked.json["targets"]]
        assert [(target["version"], target["why"]) for target in shown["targets"]] == asked
    assert (beside["folder"], [target["version"] for target in beside["targets"]]) == (other, ["3.8"])
    said = folder.guard("targets", WHEEL, "pyproject.toml").out
    assert [line for line in said.splitlines() if line in (f"{WHEEL}:", "pyproject.toml:")] == [
        f"{WHEEL}:",
        "pyproject.toml:",
    ]


def test_a_flag_or_a_variable_says_it_before_the_wheel(folder: Folder) -> None:
    wheel(folder, WHEEL, ">=3.9", good="x = 1\n")
    assert labels(folder.check(WHEEL, "--target-version", HERE)) == [HERE]
    assert labels(folder.check(WHEEL, environment={"SYNTAX_GUARD_TARGET_VERSION": HERE})) == [HERE]
    assert labels(folder.check(WHEEL, "--python", sys.executable)) == [HERE]


def test_declared_asks_every_version_that_is_admitted(folder: Folder) -> None:
    wheel(folder, "a-1-py3-none-any.whl", f">=3.8,<={NEXT}", new=MATCH)
    asked = ("a-1-py3-none-any.whl", "--target-version", "declared")
    run = folder.check(*asked, environment={"PATH": "/nowhere"})
    assert labels(run)[: sys.version_info[1] - LOWEST[1] + 1] == [f"3.{n}" for n in range(8, sys.version_info[1] + 1)]
    assert run.json["diagnostics"][0]["targets"] == ["3.8", "3.9"]
    told = folder.guard("check", *asked, environment={"PATH": "/nowhere"})
    shown = folder.guard("targets", *asked, environment={"PATH": "/nowhere"})
    assert (shown.code, shown.err) == (0, "".join(line for line in told.err.splitlines(True) if "no Python" in line))
    said = f"is not checked for {NEXT} (Requires-Python >=3.8,<={NEXT}): no Python here answers for that"
    assert NEXT in labels(run) or said in told.err


def test_declared_is_for_archives(folder: Folder) -> None:
    folder.write("a.py")
    run = folder.check("a.py", "--target-version", "declared")
    assert (run.code, run.err.count("\n")) == (2, 1)
    assert "archives" in run.err


@pytest.mark.parametrize("name", ["a-1-py2-none-any.whl", "a-1-cp27-cp27mu-any.whl", "tool.pyz"])
def test_what_is_for_python_2_alone_is_undecided(folder: Folder, name: str) -> None:
    folder.write(name, zipped({"__main__.py": "print 1\n"}, first=b"#!/usr/bin/env python2.7\n"))
    run = folder.check(name)
    assert (run.code, run.found) == (1, [(name, "no-interpreter", None)])
    assert run.json["summary"]["undecided"] == 1


def test_what_nobody_here_can_answer_for_is_undecided_and_spoils_nothing_else(folder: Folder) -> None:
    wheel(folder, "a-1-py3-none-any.whl", ">=3.99", good="x = 1\n")
    wheel(folder, "b-1-py3-none-any.whl", "", bad=BROKEN)
    run = folder.check("a-1-py3-none-any.whl", "b-1-py3-none-any.whl")
    assert run.code == 1
    assert run.found == [
        ("a-1-py3-none-any.whl", "no-interpreter", None),
        ("b-1-py3-none-any.whl/demo/bad.py", "syntax-error", 1),
    ]


def test_archives_and_files_in_one_run(folder: Folder) -> None:
    wheel(folder, WHEEL, "", good="x = 1\n", bad=BROKEN)
    folder.write("src/a.py", BROKEN)
    folder.write("b.py")
    run = folder.check("src", WHEEL, "b.py")
    assert run.found == [(f"{WHEEL}/demo/bad.py", "syntax-error", 1), ("src/a.py", "syntax-error", 1)]
    assert run.json["summary"]["checked"] == 4


def test_a_search_of_a_folder_opens_no_archive(folder: Folder) -> None:
    wheel(folder, WHEEL, "", bad=BROKEN)
    folder.write("a.py")
    assert folder.check().code == 0


SDIST = "dist/demo-1.0.tar.gz"


def sdist(folder: Folder, settings: str, **members: str) -> None:
    files: dict[str, str | bytes] = {f"demo-1.0/{name}.py": text for name, text in members.items()}
    files["demo-1.0/PKG-INFO"] = METADATA
    files["demo-1.0/pyproject.toml"] = settings
    folder.write(SDIST, tarred(files))


@pytest.mark.parametrize(
    ("settings", "found", "skipped"),
    [
        ("", [("bad", "syntax-error")], 0),
        ('[tool.syntax-guard]\nexclude = ["/bad.py"]\n', [], 1),
        ('[tool.syntax-guard]\nexpected-broken = ["/bad.py"]\n', [], 0),
        ('[tool.syntax-guard]\nexpected-broken = ["*.py"]\n', [("good", "unexpectedly-valid")], 0),
        ('[tool.syntax-guard]\nno-setting = 1\nexclude = ["/bad.py"]\n', [("bad", "syntax-error")], 0),
        ("[[[", [("bad", "syntax-error")], 0),
    ],
)
def test_a_source_distribution_brings_its_own_settings(
    folder: Folder, settings: str, found: list[tuple[str, str]], skipped: int
) -> None:
    sdist(folder, settings, good="x = 1\n", bad=BROKEN)
    run = folder.check(SDIST)
    assert run.found == [(f"{SDIST}/demo-1.0/{name}.py", code, 1 if code == "syntax-error" else None)
                         for name, code in found]  # fmt: skip
    assert run.code == (1 if found else 0)
    assert run.json["summary"]["skipped"] == skipped
    assert run.err == ""


def test_a_source_distribution_may_name_its_targets(folder: Folder) -> None:
    sdist(folder, '[tool.syntax-guard]\ntarget-version = ["3.9"]\n', new=MATCH)
    run = folder.check(SDIST)
    assert (labels(run), run.code) == (["3.9"], 1)
    assert labels(folder.check(SDIST, "--target-version", HERE)) == [HERE]


@pytest.mark.grid
@pytest.mark.parametrize("pattern", ["demo/bad.py", f"/{WHEEL}/demo/bad.py", "dist/*.whl/demo/bad.py", "bad.py"])
@pytest.mark.parametrize("setting", ["--exclude", "--expected-broken"])
def test_members_are_named_in_settings_by_their_path(folder: Folder, setting: str, pattern: str) -> None:
    wheel(folder, WHEEL, "", good="x = 1\n", bad=BROKEN)
    assert folder.check(WHEEL, setting, pattern).code == 0
    assert folder.check(WHEEL, setting, "demo/other.py").code == 1
    wheel(folder, WHEEL, "", good="x = 1\n", bad="x = 1\n")
    assert folder.check(WHEEL, setting, pattern).code == (1 if setting == "--expected-broken" else 0)


def test_a_path_that_does_not_exist(folder: Folder) -> None:
    run = folder.check("dist/*.whl")
    assert (run.code, run.out) == (2, "")
    assert "no such path: dist/*.whl" in run.err


def test_an_archive_without_python(folder: Folder) -> None:
    wheel(folder, WHEEL, "")
    run = folder.check(WHEEL)
    assert (run.code, run.json["summary"]["checked"]) == (0, 0)


def test_many_archives_are_judged_each_by_its_own_pythons(folder: Folder) -> None:
    names = []
    for number in range(30):
        requires = ">=3.9" if number % 3 else ">=3.10"
        names.append(wheel(folder, f"w{number:02}-1-py3-none-any.whl", requires, new=MATCH))
    run = folder.check(*names)
    assert run.found == [(f"{name}/demo/new.py", "unsupported-syntax", 1) for n, name in enumerate(names) if n % 3]


def test_the_archives_of_a_folder(folder: Folder) -> None:
    for arguments in (["--archives", "dist"], ["--archives=dist"]):
        run = folder.check(*arguments)
        assert (run.code, run.err.count("\n")) == (2, 1)
    folder.write("dist/README.txt")
    folder.write("bad.py", BROKEN)
    assert folder.check("--archives", "dist").code == 2
    hook = {"PRE_COMMIT": "1"}
    assert folder.guard("check", "--archives", "dist", environment=hook).code == 0
    wheel(folder, WHEEL, "", bad=BROKEN)
    folder.write("dist/tool", zipped({"__main__.py": "x = 1\n"}))
    run = folder.check("--archives", "dist")
    assert run.found == [(f"{WHEEL}/demo/bad.py", "syntax-error", 1)]
    assert run.json["summary"]["checked"] == 2
    assert folder.guard("check", "--archives", "dist", environment=hook).code == 1
    assert len(folder.check("--archives", "dist", ".").found) == 2
