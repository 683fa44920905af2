"""`check --installed`: the distributions of an environment, by their own interpreter."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from syntax_guard.targets.environments import environment

from ..sources.archives.making import METADATA, zipped

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ..conftest import Folder, Run

BROKEN = "x = (\n"
HERE = f"3.{sys.version_info[1]}"


class Installation:
    """A virtual environment in a folder, in which distributions are written as installers leave them."""

    def __init__(self, folder: Folder, name: str = ".venv", *options: str) -> None:
        self.folder = folder
        self.prefix = folder.path / name
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", *options, self.prefix], check=True)
        self.python = self.prefix / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        (self.site,) = self.prefix.glob("lib/python3*/site-packages")

    def write(self, name: str, text: str = "x = 1\n", mode: int = 0o644) -> None:
        path = self.site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def add(self, name: str, files: Mapping[str, str], version: str = "1.0") -> None:
        """Write a distribution that lists its files in RECORD."""
        info = f"{name}-{version}.dist-info"
        record = [*files, f"{info}/METADATA", f"{info}/RECORD"]
        for file, text in files.items():
            self.write(file, text, 0o755 if "/bin/" in file else 0o644)
        self.write(f"{info}/METADATA", METADATA)
        self.write(f"{info}/RECORD", "".join(f"{file},sha256=x,{1}\n" for file in record))

    def check(self, *arguments: str | Path, environment: Mapping[str, str] | None = None) -> Run:
        return self.folder.check("--installed", "--python", self.python, *arguments, environment=environment)

    def found(self, *arguments: str | Path) -> list[tuple[str | None, str, str]]:
        """Distribution, path from ``site-packages`` on, and code of each finding."""
        return [(one["distribution"], os.path.relpath(one["file"], self.site), one["code"])
                for one in self.check(*arguments).json["diagnostics"]]  # fmt: skip


@pytest.fixture
def installation(folder: Folder) -> Installation:
    return Installation(folder)


def test_findings_are_grouped_by_distribution(installation: Installation) -> None:
    installation.add("zebra", {"a_first/bad.py": BROKEN, "a_first/good.py": "x = 1\n"})
    installation.add("apple", {"z_last/bad.py": BROKEN, "z_last/types.pyi": BROKEN}, "2.0")
    installation.add("fine", {"fine.py": "x = 1\n"})
    assert installation.found() == [
        ("apple 2.0", "z_last/bad.py", "syntax-error"), ("zebra 1.0", "a_first/bad.py", "syntax-error"),
    ]  # fmt: skip
    run = installation.check("--output-format", "concise")
    assert "(apple 2.0; CPython" in run.out
    assert installation.check().json["summary"]["checked"] == 4
    assert installation.check().code == 1


def test_what_is_named_twice_is_judged_once_and_what_is_left_out_has_an_account(installation: Installation) -> None:
    installation.add("one", {"shared/bad.py": BROKEN, "gen.py": BROKEN})
    installation.add("two", {"shared/bad.py": BROKEN})
    for names in (("one", "one"), ("one", "One", "two"), ("two", "one")):
        report = installation.check(*names, "--exclude", "gen.py").json
        assert [os.path.basename(one["file"]) for one in report["diagnostics"]] == ["bad.py"]
        assert [(os.path.basename(one["path"]), one["reason"]) for one in report["skipped"]] == [("gen.py", "excluded")]
        assert (report["summary"]["checked"], report["summary"]["skipped"]) == (1, 1)


def test_distributions_may_be_named(installation: Installation) -> None:
    installation.add("Big_App", {"big/bad.py": BROKEN})
    installation.add("fine", {"fine.py": "x = 1\n", "fine.pyi": BROKEN})
    assert installation.check("fine").json["summary"]["checked"] == 1
    assert installation.check("fine").code == 0
    assert installation.found("big-app", "fine") == [("Big_App 1.0", "big/bad.py", "syntax-error")]
    run = installation.check("fien")
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert "fine" in run.err


def test_an_environment_without_distributions(installation: Installation) -> None:
    run = installation.check()
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)


def test_distributions_without_a_python_file(installation: Installation) -> None:
    installation.add("data", {"data/a.json": "{}"})
    installation.add("stubs", {"stubs/a.pyi": "x"})
    for names in ((), ("data",), ("data", "data")):
        run = installation.check(*names)
        assert (run.code, run.out, run.err.count("no Python file to check was found in")) == (2, "", 1)
    installation.add("fine", {"fine.py": "x = 1\n"})
    run = installation.check("data", "fine", "stubs")
    assert (run.code, "data 1.0 has no Python file" in run.out) == (0, True)
    assert (run := installation.check("stubs")).code == 0
    assert "nothing was checked; skipped: " in run.err


def test_namespace_packages_and_files_of_nobody(installation: Installation) -> None:
    installation.add("one", {"space/one/bad.py": BROKEN})
    installation.add("two", {"space/two/bad.py": BROKEN})
    installation.write("loose.py", BROKEN)
    assert installation.found() == [
        ("one 1.0", "space/one/bad.py", "syntax-error"), ("two 1.0", "space/two/bad.py", "syntax-error"),
        (None, "loose.py", "syntax-error"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["dist-info", "egg-info", "top level", "installed-files", "file"])
def test_a_missing_record(installation: Installation, kind: str) -> None:
    installation.write("demo_pkg/bad.py", BROKEN)
    installation.write("other.py", BROKEN)
    if kind == "dist-info":
        installation.write("demo_pkg-1.0.dist-info/METADATA", METADATA)
    elif kind == "file":
        installation.write("demo_pkg-1.0-py3.11.egg-info", METADATA)
    else:
        installation.write("demo_pkg-1.0.egg-info/PKG-INFO", METADATA)
    if kind == "top level":
        installation.write("demo_pkg-1.0.egg-info/top_level.txt", "demo_pkg\nother\n")
    if kind == "installed-files":
        installation.write("demo_pkg-1.0.egg-info/installed-files.txt", "../demo_pkg/bad.py\n../other.py\nPKG-INFO\n")
    both = kind in ("top level", "installed-files")
    named = [("demo_pkg 1.0", "demo_pkg/bad.py"), *([("demo_pkg 1.0", "other.py")] if both else [])]
    assert [one[:2] for one in installation.found("demo-pkg")] == named
    assert [one[:2] for one in installation.found()] == [*named, *([] if both else [(None, "other.py")])]


def test_scripts_are_judged_and_what_a_record_names_outside_of_the_environment_is_not(
    installation: Installation,
) -> None:
    secret = installation.folder.write("secret.py", BROKEN)
    up = os.path.relpath(secret, installation.site)
    installation.add("demo", {
        "../../../bin/tool": f"#!{installation.python}\n{BROKEN}", "../../../bin/shell": "#!/bin/sh\nx = (\n",
        up: BROKEN, "demo.py": "x = 1\n",
    })  # fmt: skip
    expected = [("demo 1.0", "../../../bin/tool", "syntax-error")]
    assert installation.found() == expected
    assert installation.found("demo") == expected


@pytest.mark.grid
@pytest.mark.parametrize("named", [(), ("demo",)])
@pytest.mark.parametrize("gone", ["removed", "its folder removed", "a dead link", "a circle", "a folder"])
def test_a_file_that_a_record_lists_and_that_is_not_there_is_a_finding(
    installation: Installation, gone: str, named: tuple[str, ...]
) -> None:
    installation.add("demo", {"demo/a.py": "x = 1\n", "demo/b.py": "x = 1\n", "demo/types.pyi": "", "d.py": "x = 1\n"})
    assert installation.check(*named).code == installation.check(*named).code == 0
    path = installation.site / "demo/a.py"
    path.unlink()
    if gone == "its folder removed":
        shutil.rmtree(path.parent)
    elif gone in ("a dead link", "a circle"):
        path.symlink_to("nowhere" if gone == "a dead link" else "a.py")
    elif gone == "a folder":
        path.mkdir()
    lost = ["demo/a.py", *(["demo/b.py"] if gone == "its folder removed" else [])]
    for _ in range(2):
        assert installation.found(*named) == [("demo 1.0", name, "unreadable") for name in lost]
    run = installation.check("--exclude=demo/", *named)
    assert run.code == 0


def test_a_record_that_is_written_anew_is_read_again(installation: Installation) -> None:
    installation.add("demo", {"demo.py": "x = 1\n"})
    record = installation.site / "demo-1.0.dist-info/RECORD"
    for path in (installation.site, record.parent, record, installation.site / "demo.py"):
        os.utime(path, (1e9, 1e9))
    assert installation.check().code == installation.check().code == 0
    with record.open("a") as file:
        file.write("gone.py,sha256=x,1\n")
    assert installation.found() == [("demo 1.0", "gone.py", "unreadable")]


@pytest.mark.parametrize("named", [(), ("demo",)])
def test_a_record_is_read_in_one_way(installation: Installation, named: tuple[str, ...]) -> None:
    tool = f"#!/usr/bin/env python3\n{BROKEN}"
    installation.add("demo", {"demo.py": "x = 1\n", "demo/bin/tool": tool})
    with (installation.site / "demo-1.0.dist-info/RECORD").open("a") as file:
        file.write('"a,b.py",,\n"say ""c"".py",,\n"d\n.py",,\nx\ry,,\n"' + "y" * 150_000)
    found = {(path, code) for _, path, code in installation.found(*named)}
    gone = {(name, "unreadable") for name in ("a,b.py", 'say "c".py', "d\n.py")}
    assert found == {("demo/bin/tool", "syntax-error"), *gone}
    record = installation.site / "demo-1.0.dist-info/RECORD"
    record.write_text(record.read_text().partition('"')[0])
    assert installation.found(*named) == [("demo 1.0", "demo/bin/tool", "syntax-error")]


@pytest.mark.parametrize("named", [(), ("demo",)])
def test_what_leads_out_of_the_environment_is_named_as_skipped(
    installation: Installation, named: tuple[str, ...]
) -> None:
    secret = installation.folder.write("secret.py", BROKEN)
    up = os.path.relpath(secret, installation.site)
    installation.add("demo", {up: BROKEN, str(secret): BROKEN, "demo.py": "x = 1\n"})
    run = installation.check(*named)
    assert run.code == 0
    assert {(one["path"], one["reason"]) for one in run.json["skipped"]} == {(str(secret), "link")}


def test_a_circle_of_links_hides_nothing_beside_it(installation: Installation) -> None:
    installation.add("demo", {f"demo/{name}.py": BROKEN for name in "abc"})
    for name in ("loop.py", "loop"):
        (installation.site / "demo" / name).symlink_to(name)
    assert [path for _, path, _ in installation.found()] == ["demo/a.py", "demo/b.py", "demo/c.py"]


EDITABLE = json.dumps({"url": "PROJECT", "dir_info": {"editable": True}})


@pytest.mark.parametrize("kind", ["path", "finder", "neither"])
def test_an_editable_install(installation: Installation, tmp_path: Path, kind: str) -> None:
    project = tmp_path / "my project"
    (project / "src" / "demo").mkdir(parents=True)
    (project / "src" / "demo" / "bad.py").write_text(BROKEN)
    files = {}
    if kind == "path":
        files["__editable__.demo-1.0.pth"] = f"{project / 'src'}\nimport trap\n"
    if kind == "finder":
        mapping = {"demo": str(project / "src" / "demo")}
        text = f"from __future__ import annotations\nMAPPING: dict[str, str] = {mapping!r}\nNAMESPACES = {{}}\n"
        files["__editable___demo_1_0_finder.py"] = text
        files["__editable__.demo-1.0.pth"] = "import __editable___demo_1_0_finder\n"
    installation.add("demo", files)
    url = project.as_uri()
    installation.write("demo-1.0.dist-info/direct_url.json", EDITABLE.replace("PROJECT", url))
    for arguments in ((), ("demo",)):
        (finding,) = installation.check(*arguments).json["diagnostics"]
        assert finding["distribution"] == "demo 1.0"
        assert finding["file"] == str(project / "src" / "demo" / "bad.py")


def test_folders_that_path_files_name_are_judged(installation: Installation, tmp_path: Path) -> None:
    """As ``setup.py develop`` leaves a project: a line in a path file, and its metadata beside its sources."""
    project = tmp_path / "project"
    (project / "demo").mkdir(parents=True)
    (project / "demo" / "bad.py").write_text(BROKEN)
    (project / "demo.egg-info").mkdir()
    (project / "demo.egg-info" / "top_level.txt").write_text("demo\n")
    (project / "demo.egg-info" / "PKG-INFO").write_text(METADATA)
    installation.add("other", {"other.py": "x = 1\n"})
    installation.write("easy-install.pth", f"# comment\nimport trap\n{project}\nnot/there\n")
    (finding,) = installation.check().json["diagnostics"]
    assert finding["file"] == str(project / "demo" / "bad.py")
    installation.write("easy-install.pth", "")
    assert installation.check().code == 0
    installation.write("easy-install.pth", os.path.relpath(project, installation.site) + "\n")
    assert installation.check().code == 1


def test_a_folder_that_a_path_file_names_may_be_made_later(installation: Installation, tmp_path: Path) -> None:
    installation.add("other", {"other.py": "x = 1\n"})
    installation.write("later.pth", f"\ufeff{tmp_path / 'later'}\n")
    assert [installation.check().code for _ in range(2)] == [0, 0]
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "bad.py").write_text(BROKEN)
    assert installation.check().code == 1


EGG = {
    "egg/__init__.py": "",
    "egg/bad.py": BROKEN,
    "egg/good.py": "x = 1\n",
    "egg/types.pyi": BROKEN,
    "EGG-INFO/PKG-INFO": METADATA,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["egg-1.0-py3.11.egg", "{elsewhere}/egg-1.0-py3.11.egg", "{elsewhere}/parts.zip"])
def test_a_zip_file_on_the_path_of_imports_is_read(installation: Installation, tmp_path: Path, name: str) -> None:
    installation.add("other", {"other.py": "x = 1\n"})
    path = installation.site / name.format(elsewhere=tmp_path)
    path.write_bytes(zipped(EGG, first=b"anything before it"))
    installation.write("easy-install.pth", f"{path}\n")
    imported = installation.folder.run(installation.python, "-c", "import egg.bad")
    assert f"{path}/egg/bad.py" in imported.err, "Python loads it from there"
    owner = "egg 1.0" if name.endswith(".egg") else None
    shown = os.path.relpath(path, installation.site)
    assert installation.found() == [(owner, shown, "syntax-error")]
    assert installation.found("--exclude", "bad.py") == []
    report = installation.check().json
    assert [one["member"] for one in report["diagnostics"]] == ["egg/bad.py"]
    assert (f"{path}/egg/types.pyi", "not-compiled") in {(one["path"], one["reason"]) for one in report["skipped"]}
    if owner:
        assert installation.found("egg") == [(owner, shown, "syntax-error")]
        assert installation.found("other") == []
        assert installation.check("--allow-broken", "egg:egg/*").code == 0


def test_an_egg_that_is_no_zip_is_a_finding(installation: Installation) -> None:
    installation.write("egg-1.0-py3.11.egg", "PK")
    assert installation.found() == [("egg 1.0", "egg-1.0-py3.11.egg", "unreadable")]


def test_no_code_of_the_environment_is_run(installation: Installation, tmp_path: Path) -> None:
    mark = tmp_path / "sprung"
    trap = f"import os; open({str(mark)!r}, 'w')\n"
    installation.add("demo", {"demo.py": "x = 1\n", "trap.pth": trap, "sitecustomize.py": trap})
    assert installation.check().code == 0
    assert installation.check("demo").code == 0
    assert not mark.exists()


def test_several_folders_of_packages(folder: Folder, tmp_path: Path) -> None:
    """An environment that sees the packages below it, here those of the user."""
    home = {"HOME": str(tmp_path / "home"), "PYTHONUSERBASE": str(tmp_path / "home" / ".local")}
    plain, seeing = Installation(folder, "plain"), Installation(folder, "seeing", "--system-site-packages")
    for one in (plain, seeing):
        one.add("demo", {"demo.py": "x = 1\n"})
    code = "import site; print(site.getusersitepackages())"
    command = [sys.executable, "-c", code]
    user = subprocess.check_output(command, env={**os.environ, **home}, text=True).strip()
    os.makedirs(os.path.join(user, "extra-1.0.dist-info"))
    with open(os.path.join(user, "extra.py"), "w", encoding="utf-8") as file:
        file.write(BROKEN)
    assert plain.check("extra", environment=home).code == 2
    assert plain.check("demo", environment=home).code == 0
    assert seeing.check("extra", environment=home).code == 1


@pytest.mark.parametrize("kind", ["plain", "two Pythons", "Debian", "sees more"])
def test_whoever_says_where_the_packages_are_says_the_same(folder: Folder, kind: str) -> None:
    """A plain environment is read without its interpreter; what that would say is asked here."""
    one = Installation(folder, "one", *(["--system-site-packages"] if kind == "sees more" else []))
    if kind == "two Pythons":
        (one.prefix / "lib" / "python3.1" / "site-packages").mkdir(parents=True)
    if kind == "Debian":
        (one.prefix / "lib" / "python3" / "dist-packages").mkdir(parents=True)
    said = environment(str(one.python))
    started = said.folders if kind == "plain" else None
    code = f"import sys; sys.prefix = {str(one.prefix)!r}; import site; print(site.getsitepackages([sys.prefix])[0])"
    first = subprocess.check_output([one.python, "-I", "-c", code], text=True).strip()
    assert os.path.realpath(said.folders[0]) == os.path.realpath(first)
    assert started is None or len(started) == 1
    assert (len(said.folders) > 1) <= (kind in ("sees more", "Debian"))  # Debian's own Python sees both


def test_an_upgrade_is_asked_for_with_target_version(installation: Installation) -> None:
    installation.add("demo", {"demo.py": "match x:\n    case 1: pass\n"})
    assert installation.check().code == 0
    run = installation.check("--target-version", "3.9")
    assert run.code == 1
    assert [target["version"] for target in run.json["targets"]] == ["3.9"]


def test_warnings_of_other_peoples_code_are_shown_where_asked(installation: Installation) -> None:
    installation.add("demo", {"demo.py": "x = 1 is 1\n"})
    assert installation.check().json["diagnostics"] == []
    assert installation.check("--warnings", "error").code == 1


ALLOWED = [
    (["demo"], 0),
    (["DEMO:demo/broken/"], 0),
    (["demo:demo/other/"], 1),
    (["other", "demo"], 0),
]


@pytest.mark.slow
@pytest.mark.parametrize(("allowed", "code"), ALLOWED)
def test_a_distribution_may_be_allowed_to_be_broken(installation: Installation, allowed: list[str], code: int) -> None:
    files = {"demo/__init__.py": "x = 1\n", "demo/broken/one.py": BROKEN, "demo/broken/two.py": BROKEN}
    installation.add("Demo", files)
    settings = installation.folder.write(
        "pyproject.toml", f"[tool.syntax-guard]\nallow-broken = {json.dumps(allowed)}\n"
    )
    run = installation.check()
    assert (run.code, run.json["summary"]["broken"]) == (code, 2 * code)
    told = installation.folder.guard("check", "--installed", "--python", installation.python)
    assert ("let pass by allow-broken: 2 files of Demo 1.0" in told.err) is (code == 0)
    settings.unlink()
    assert installation.check(*[part for one in allowed for part in ("--allow-broken", one)]).code == code
    installation.folder.write("Demo-1.0-py3-none-any.whl", zipped({**files, "Demo-1.0.dist-info/METADATA": METADATA}))
    options = [part for one in allowed for part in ("--allow-broken", one)]
    assert installation.folder.check("Demo-1.0-py3-none-any.whl", *options).code == code


def test_what_is_undecided_is_allowed_nowhere(installation: Installation) -> None:
    installation.add("demo", {"demo.py": "x = 1\n"})
    (installation.site / "demo.py").unlink()
    os.symlink("/nowhere/at/all", installation.site / "gone.py")
    os.mkfifo(installation.site / "demo.py")
    assert installation.found("--allow-broken", "demo") == [("demo 1.0", "demo.py", "unreadable")]


@pytest.mark.parametrize("setting", ["--exclude", "--expected-broken"])
@pytest.mark.parametrize("pattern", ["/demo/bad.py", "demo/"])
def test_patterns_start_at_the_folder_of_packages(installation: Installation, setting: str, pattern: str) -> None:
    installation.add("demo", {"demo/bad.py": BROKEN, "good.py": "x = 1\n"})
    assert installation.check(setting, pattern).code == 0
    assert installation.check(setting, pattern, "demo").code == 0
    assert installation.check(setting, "nothing.py").code == 1


def test_this_interpreter_is_asked_about_its_own_environment(folder: Folder) -> None:
    run = folder.check("--installed", "syntax-guard", "identify")
    assert run.code == 0
    assert run.json["summary"]["checked"] > 50
    assert [target["version"] for target in run.json["targets"]] == [HERE]


def test_a_python_that_is_none(folder: Folder) -> None:
    run = folder.check("--installed", "--python", "/bin/sh")
    assert (run.code, run.err.count("\n")) == (2, 1)


def test_what_is_known_is_not_judged_again(installation: Installation) -> None:
    installation.add("demo", {f"demo/m{number}.py": f"x = {number}\n" * 100 for number in range(300)})
    installation.add("other", {"../../../bin/tool": f"#!{installation.python}\nx = 1\n"})
    os.utime(installation.site, (1, 1))
    assert installation.check().json["summary"]["cached"] == 0
    second = installation.check().json["summary"]
    assert (second["cached"], second["checked"]) == (301, 301)
    installation.add("demo", {"demo/m7.py": BROKEN})
    assert installation.found() == [("demo 1.0", "demo/m7.py", "syntax-error")]
