"""The baseline lets pass what it names, and nothing else; what it no longer needs is named, and stops no start."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from syntax_guard.check import check_for_start, check_paths, check_stdin
from syntax_guard.cli.main import main
from syntax_guard.config.settings import BASELINE, BASELINE_LIMIT, load
from syntax_guard.errors import SettingsError
from syntax_guard.findings.baseline import red_for_stale

from ..sources.archives.making import zipped

if TYPE_CHECKING:
    from syntax_guard.model import Result

    from ..conftest import Folder

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
BROKEN = "x = (\n"
MATCH = "match x:\n    case 1: pass\n"
"""Refused before 3.10."""
DECORATED = "@x[0].f\ndef g(): pass\n"
"""Refused before 3.9."""
NOT_UTF_8 = b"x = '\xff'\n"
SYNTAX, UNSUPPORTED, ENCODING = "syntax-error", "unsupported-syntax", "encoding-error"


def entry(path: str = "a.py", targets: object = "all", **more: object) -> dict[str, object]:
    return {"path": path, "class": "syntax", "targets": targets, **more}


def baseline(folder: Folder, *entries: object) -> None:
    folder.write(BASELINE, json.dumps({"version": 1, "broken": entries}))


def check(folder: Folder, monkeypatch: pytest.MonkeyPatch, targets: str = HERE, *names: str) -> Result:
    monkeypatch.chdir(folder.path)
    kept = folder.path.parent.parent / "kept"  # the Pythons that the first test found
    return check_paths(
        names or ["."], load({"target_version": [targets], "notebooks": True, "cache_dir": str(kept)}, {}, ".")
    )


def guard(folder: Folder, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.chdir(folder.path)
    return main([*arguments, "--no-cache"])


def found(result: Result) -> list[tuple[str, str, str]]:
    return [(one.name, one.code, ",".join(target.label for target in one.targets)) for one in result.diagnostics]


def stale(result: Result) -> list[tuple[str, str]]:
    return [(one.entry.name, ",".join(one.entry.targets or ["all"])) for one in result.stale]


def entries(folder: Folder) -> list[dict[str, object]]:
    held: list[dict[str, object]] = json.loads((folder.path / BASELINE).read_bytes())["broken"]
    assert held.pop() is None  # so that each entry is a line with a comma
    return held


@pytest.mark.parametrize(
    ("held", "content", "targets", "said", "unneeded"),
    [
        (entry(), BROKEN, HERE, [], []),
        (entry(), BROKEN, f"3.9,{HERE}", [], []),
        (entry(targets=["3.9"]), MATCH, f"3.9,{HERE}", [], []),
        (entry(targets=["3.9"]), BROKEN, f"3.9,{HERE}", [("a.py", SYNTAX, HERE)], []),
        (entry(targets=["3.9"]), MATCH, "3.8,3.9", [("a.py", UNSUPPORTED, "3.8")], []),
        (entry(targets=["3.9"]), BROKEN, HERE, [("a.py", SYNTAX, HERE)], []),
        (entry("b.py"), BROKEN, HERE, [("a.py", SYNTAX, HERE)], [("b.py", "all")]),
        (entry("A.py"), BROKEN, HERE, [("a.py", SYNTAX, HERE)], [] if os.name == "nt" else [("A.py", "all")]),
        (entry(), NOT_UTF_8, HERE, [("a.py", ENCODING, HERE)], []),  # that may hide what it was
        ({**entry(targets=[HERE]), "class": "encoding"}, BROKEN, HERE, [("a.py", SYNTAX, HERE)], []),
        ({**entry(), "class": "encoding"}, NOT_UTF_8, HERE, [], []),
        (entry(), "x = 1\n", HERE, [], [("a.py", "all")]),
        (entry(), MATCH, f"3.9,{HERE}", [], []),  # one refuses it still
        (entry(targets=["3.8", "3.9"]), MATCH, f"3.9,{HERE}", [], []),  # 3.8 was not asked
        (entry(targets=["3.9", HERE]), MATCH, f"3.9,{HERE}", [], [("a.py", HERE)]),
        (entry(targets=["3.8", "3.9"]), "x = 1\n", "3.8,3.9", [], [("a.py", "3.8,3.9")]),
    ],
)
def test_what_is_let_pass(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, held: object, content: str | bytes, targets: str,
    said: list[tuple[str, str, str]], unneeded: list[tuple[str, str]],
) -> None:  # fmt: skip
    folder.write("a.py", content)
    folder.write("ok.py")
    baseline(folder, held)
    result = check(folder, monkeypatch, targets)
    assert (found(result), stale(result)) == (said, unneeded)
    assert result.summary.broken == bool(said)
    assert result.summary.baseline == (not said and content != "x = 1\n")
    assert red_for_stale(result).ok == (not said and not unneeded)


def test_what_is_written_on_one_python_holds_on_another(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written by somebody who has 3.8 and 3.9, asked where 3.8 and a newer one are."""
    for name, content in {"old.py": DECORATED, "dead.py": 'print "x"\n', "new.py": MATCH, "ok.py": "x = 1\n"}.items():
        folder.write(name, content)
    assert guard(folder, monkeypatch, "baseline", "--target-version=3.8,3.9") == 0
    assert [(one["path"], one["targets"]) for one in entries(folder)] == [
        ("dead.py", "all"), ("new.py", "all"), ("old.py", ["3.8"]),
    ]  # fmt: skip
    result = check(folder, monkeypatch, f"3.8,{HERE}")
    assert (found(result), stale(result)) == ([], [])
    assert (result.summary.checked, result.summary.baseline) == (4, 3)


def test_notebooks_archives_and_odd_names(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    cells: list[object] = [
        {"cell_type": "code", "source": text, "metadata": {}, "outputs": []} for text in ("x = 1", "x = (", "y = (")
    ]
    folder.write("n.ipynb", json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    folder.write("n.ipynb:cell 2", BROKEN)  # a file of that name is no cell
    odd = ["sub/\x1b[31m::error::x.py", "sub/n\nl.py", "sub/ä b.py"]
    for name in odd:
        folder.write(name, BROKEN)
    folder.write("dist/a.whl", zipped({"a/bad.py": BROKEN, "a-1.dist-info/METADATA": "Name: a\nVersion: 1\n"}))
    arguments = ["--notebooks", ".", "dist/a.whl", "n.ipynb:cell 2"]
    assert guard(folder, monkeypatch, "baseline", *arguments) == 0
    held = [(one["path"], one.get("member"), one.get("cell")) for one in entries(folder)]
    assert held == sorted([
        ("dist/a.whl", "a/bad.py", None), ("n.ipynb", None, 2), ("n.ipynb", None, 3), ("n.ipynb:cell 2", None, None),
        *((name, None, None) for name in odd),
    ], key=lambda one: (one[0], one[2] or 0))  # fmt: skip
    assert guard(folder, monkeypatch, "check", *arguments) == 0
    baseline(folder, *(one for one in entries(folder) if one["path"] != "n.ipynb"))
    result = check(folder, monkeypatch, HERE, "n.ipynb", "n.ipynb:cell 2")
    assert [name for name, *_ in found(result)] == ["n.ipynb:cell 2", "n.ipynb:cell 3"]
    assert {one.cell for one in result.diagnostics} == {2, 3}
    assert (result.summary.broken, result.summary.baseline) == (1, 1)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"version": 2, "broken": []}', b'{"version": 1}', b"[" * 100_000,
        b'{"version": 1, "broken": [], "more": 1}', b'{"version": 1, "broken": [1]}', b'{"version": NaN, "broken": []}',
        b'{"version": 1, "broken": [{"path": "a.py", "class": "syntax", "cell": ' + b"9" * 5000 + b"}]}",
        b" " * (BASELINE_LIMIT + 1),
        *(json.dumps({"version": 1, "broken": [one]}).encode() for one in (
            {}, entry(""), entry("/a.py"), entry("../a.py"), entry("a/../a.py"), entry("./a.py"), entry("a\0.py"),
            entry(targets=[]), entry(targets="3.9"), entry(targets=[3.9]), entry(targets=["3"]), entry(targets=["3.x"]),
            entry(cell=0), entry(cell=True), entry(cell="1"), entry(member="/m.py"), entry(member=""), entry(more=1),
            {**entry(), "class": "crashed"}, {**entry(), "class": ["syntax"]}, [entry()],
        )),
    ],
)  # fmt: skip
def test_what_is_no_baseline_is_a_clear_line(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    folder.write("a.py")
    folder.write(BASELINE, content)
    assert guard(folder, monkeypatch, "check", "a.py") == 2
    said = capsys.readouterr().err
    assert said.startswith(f"syntax-guard: {BASELINE}: ")
    assert said.count("\n") == 1
    with pytest.raises(SettingsError):
        check_for_start(["."], load({}, {}, "."))


def test_in_git_the_index_and_a_commit_have_their_own(repository: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.write("a.py", BROKEN)
    repository.git("add", "a.py")
    assert guard(repository, monkeypatch, "baseline") == 0
    assert guard(repository, monkeypatch, "check") == 1, "an untracked baseline is believed"
    assert guard(repository, monkeypatch, "check", "--staged") == 1, "what is staged is judged by the work tree"
    repository.git("add", BASELINE)
    assert guard(repository, monkeypatch, "check") == 0
    assert guard(repository, monkeypatch, "check", "--staged") == 0
    repository.git("commit", "-qm", "as it is")
    assert guard(repository, monkeypatch, "check", "--commits", "HEAD") == 0
    (repository.path / BASELINE).unlink()
    assert guard(repository, monkeypatch, "check") == 1
    repository.write("a.py", BROKEN + "# changed\n")
    repository.git("add", "a.py")
    assert guard(repository, monkeypatch, "check", "--staged") == 0
    repository.git("rm", "-q", "--cached", BASELINE)
    assert guard(repository, monkeypatch, "check", "--staged") == 1
    repository.git("commit", "-qam", "without")
    assert guard(repository, monkeypatch, "check", "--commits", "HEAD~1..HEAD") == 1


def test_from_a_folder_below_and_without_git(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write("app/sub/a.py", BROKEN)
    folder.write("app/sub/b.py", BROKEN)
    assert guard(folder, monkeypatch, "baseline", "app/sub/a.py") == 0
    # Not in this process: `run` holds signals back until its command starts.
    assert folder.guard("run", "--no-cache", "--quiet", "--root", "sub", "--", "true", cwd="app").code == 1
    assert found(check_paths(["app"], load({}, {}, "."))) == [("app/sub/b.py", SYNTAX, HERE)]


def test_what_is_no_longer_needed_is_removed_and_stops_no_start(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.py", "b.py", "c.py", "d.py"):
        folder.write(name, BROKEN)
    assert guard(folder, monkeypatch, "baseline") == 0
    folder.write("a.py", "x = 1\n")
    (folder.path / "b.py").rename(folder.path / "e.py")
    folder.write("e.py", "x = 2\n")
    assert guard(folder, monkeypatch, "check") == 0
    said = capsys.readouterr()
    assert "a.py: the baseline names it, and it is no longer broken" in said.err
    assert "b.py: the baseline names it, and it is gone" in said.err
    assert said.out.startswith("4 files: 2 valid, 2 broken as the baseline says")
    assert guard(folder, monkeypatch, "check", "c.py") == 0, "of one file"
    assert capsys.readouterr().err == ""
    assert check_for_start(["."], load({}, {}, ".")).ok
    assert guard(folder, monkeypatch, "check", "--strict", "--output-format=json") == 1
    report = json.loads(capsys.readouterr().out)
    assert report["notices"] == [
        "a.py: the baseline names it, and it is no longer broken",
        "b.py: the baseline names it, and it is gone",
    ]
    assert [(one["path"], one["code"]) for one in report["diagnostics"]] == [
        ("a.py", "stale-baseline"), ("b.py", "stale-baseline"),
    ]  # fmt: skip
    assert (report["summary"]["broken"], report["summary"]["baseline"]) == (0, 2)
    assert guard(folder, monkeypatch, "baseline", "--prune") == 0
    assert [one["path"] for one in entries(folder)] == ["c.py", "d.py"]
    assert guard(folder, monkeypatch, "check", "--strict") == 0


@pytest.mark.parametrize("targets", ["all", [HERE]], ids=["all", "one"])
def test_what_no_baseline_lets_pass_is_not_called_valid(
    targets: object, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("a.py", "-" * 200_000 + "1")
    baseline(folder, entry(targets=targets))
    result = check(folder, monkeypatch, HERE)
    assert (result.ok, stale(result)) == (False, [])


def test_pruning_keeps_what_other_targets_need(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write("a.py", MATCH)
    baseline(folder, entry(targets=["3.8", "3.9", HERE]), entry("gone.py", ["3.8"]))
    assert guard(folder, monkeypatch, "baseline", "--prune", f"--target-version=3.9,{HERE}") == 0
    assert [(one["path"], one["targets"]) for one in entries(folder)] == [("a.py", ["3.8", "3.9"])]


def test_nobody_lets_pass_what_nobody_can_tell(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.write("deep.py", "-" * 200_000 + "1")
    folder.write("bad.py", BROKEN)
    assert guard(folder, monkeypatch, "baseline") == 1
    assert "deep.py" in capsys.readouterr().out
    assert [one["path"] for one in entries(folder)] == ["bad.py"]
    assert guard(folder, monkeypatch, "check", "bad.py") == 0
    assert guard(folder, monkeypatch, "check") == 1


def test_a_remembered_tree_hears_of_a_baseline(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write("a.py")
    folder.write("b.py", BROKEN)
    cache = {"cache_dir": str(folder.path.parent / "kept")}
    monkeypatch.chdir(folder.path)

    def again() -> Result:
        return check_paths(["."], load(cache, {"XDG_STATE_HOME": str(folder.path.parent)}, "."))

    assert [not again().ok, not again().ok] == [True, True]
    baseline(folder, entry(), entry("b.py"))
    for _ in range(2):
        result = again()
        assert (result.ok, stale(result)) == (True, [("a.py", "all")])
    baseline(folder, entry())
    assert not again().ok


def test_the_baseline_counts_for_what_an_editor_hands_over(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    baseline(folder, entry("app/a.py"))
    monkeypatch.chdir(folder.path)
    for name, ok in (("app/a.py", True), (str(folder.path / "app/a.py"), True), ("a.py", False), ("<stdin>", False)):
        assert check_stdin(BROKEN.encode(), load({"stdin_filename": name}, {}, ".")).ok == ok, name


def test_a_link_to_a_listed_file_is_another_file(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write("app/a.py", BROKEN)
    folder.write("elsewhere/b.py", BROKEN)
    baseline(folder, entry("app/a.py"))
    (folder.path / "linked").symlink_to("app")
    (folder.path / "b.py").symlink_to("elsewhere/b.py")
    assert found(check(folder, monkeypatch, HERE, "linked/a.py", "app/a.py")) == []
    assert [name for name, *_ in found(check(folder, monkeypatch, HERE, "b.py"))] == ["b.py"]


def test_two_branches_add_entries_and_are_merged(repository: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "cgkmq":
        repository.write(f"{name}.py", BROKEN)
    assert guard(repository, monkeypatch, "baseline") == 0
    first = (repository.path / BASELINE).read_bytes()
    assert guard(repository, monkeypatch, "baseline") == 0
    assert (repository.path / BASELINE).read_bytes() == first, "the order is not stable"
    repository.git("add", ".")
    repository.git("commit", "-qm", "one")
    for branch, name in (("left", "a.py"), ("right", "z.py")):
        repository.git("checkout", "-qb", branch, "main")
        repository.write(name, BROKEN)
        assert guard(repository, monkeypatch, "baseline") == 0
        repository.git("add", ".")
        repository.git("commit", "-qm", branch)
    repository.git("merge", "-q", "left", "-m", "both")
    assert guard(repository, monkeypatch, "check") == 0
    assert len(entries(repository)) == 7


def test_a_baseline_is_no_way_out_of_the_repository(repository: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = repository.path.parent / "outside.py"
    outside.write_text(BROKEN)
    assert guard(repository, monkeypatch, "baseline", str(outside)) == 2
    assert guard(repository, monkeypatch, "baseline", "--isolated") == 2
    assert guard(repository, monkeypatch, "baseline", "--prune") == 2
    assert not os.path.lexists(repository.path / BASELINE)


def test_a_baseline_of_nothing_says_so(folder: Folder) -> None:
    folder.write("a.py")
    said = "syntax-guard: syntax-guard-baseline.json: nothing is broken, so it is empty\n"
    assert folder.guard("baseline").err == said
