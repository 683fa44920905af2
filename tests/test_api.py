"""The public API: what it takes, what it gives, and that nothing runs when it is imported."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import syntax_guard
from syntax_guard import Diagnostic, Result, Settings, SourcesError, check_paths, check_source, check_sources

if TYPE_CHECKING:
    from typing import Any

    from .conftest import Folder


def test_every_public_name_is_there() -> None:
    assert all(getattr(syntax_guard, name) is not None for name in syntax_guard.__all__)


def test_importing_it_imports_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import syntax_guard; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["syntax_guard"], "its modules are imported when they are used"


def test_the_version_is_that_of_the_distribution() -> None:
    from importlib.metadata import version

    assert syntax_guard.__version__ == version("syntax-guard")


def test_check_source() -> None:
    (found,) = check_source(b"x = = 1\n", "app.py")
    assert isinstance(found, Diagnostic)
    assert (found.path, found.line, found.column, found.code) == ("app.py", 1, 5, "syntax-error")
    assert check_source(b"x = 1\n") == ()


def test_check_source_in_a_thread() -> None:
    found: list[tuple[Diagnostic, ...]] = []
    thread = threading.Thread(target=lambda: found.append(check_source(b"x = = 1\n")))
    thread.start()
    thread.join()
    assert [one.code for one in found[0]] == ["syntax-error"]


def test_check_source_leaves_the_interpreter_as_it_was() -> None:
    import warnings

    sys.set_int_max_str_digits(5000)
    filters = list(warnings.filters)
    try:
        assert check_source(b"x = " + b"9" * 4500)[0].code == "syntax-error"
        assert sys.get_int_max_str_digits() == 5000
        assert list(warnings.filters) == filters
    finally:
        sys.set_int_max_str_digits(4300)


def test_check_paths(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("x = 1\n")
    (tmp_path / "bad.py").write_text("x = = 1\n")
    result = check_paths([tmp_path])
    assert isinstance(result, Result)
    assert not result.ok
    assert (result.summary.checked, result.summary.broken) == (2, 1)
    assert [Path(one.path).name for one in result.diagnostics] == ["bad.py"]
    assert check_paths([tmp_path / "good.py"]).ok


def test_no_paths_are_an_answer() -> None:
    result = check_paths([])
    assert (result.ok, result.summary.checked) == (True, 0)
    assert result.notices == ("nothing was checked: no path is given",)


@pytest.mark.parametrize("ask", [
    (check_source, "x = 1"), (check_source, None), (check_source, b"", b"a.py"), (check_source, b"", Path("a.py")),
    (check_paths, [b"a.py"]), (check_paths, [1]),
])  # fmt: skip
def test_what_is_not_of_the_type_that_is_expected_is_named(ask: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError, match=r"a source is its bytes|name of a source is a str|path is a str"):
        ask[0](*ask[1:])


@pytest.mark.parametrize("one", ["a.py", b"a.py", Path("a.py")])
def test_one_path_is_not_several(one: object) -> None:
    with pytest.raises(TypeError, match="several paths are expected, such as "):
        check_paths(one)  # type: ignore[arg-type]


def test_a_source_may_be_held_in_any_bytes() -> None:
    assert check_source(bytearray(b"x = 1")) == check_source(memoryview(b"x = 1")) == ()


def test_check_paths_takes_settings(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = '\\d'\n")
    assert not check_paths([tmp_path], Settings(warnings="error")).ok


def test_check_paths_says_what_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(SourcesError, match=r"nowhere\.py"):
        check_paths([tmp_path / "nowhere.py"])


def test_values_are_frozen_and_comparable() -> None:
    (found,) = check_source(b"x = = 1\n")
    with pytest.raises(AttributeError):
        found.line = 2  # type: ignore[misc]
    assert found == check_source(b"x = = 1\n")[0]
    assert hash(found) == hash(check_source(b"x = = 1\n")[0])
    assert "syntax-error" in repr(found)


def test_nothing_is_executed(tmp_path: Path) -> None:
    mark = tmp_path / "executed"
    assert check_source(f"open({str(mark)!r}, 'w')\n".encode()) == ()
    assert not mark.exists()


OLD = b'# /// script\n# requires-python = ">=3.8"\n# ///\n'
MATCH = b"match 1:\n    case 1: pass\n"


def test_check_paths_asks_each_file_by_its_own_project(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.path)
    folder.write("old/pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
    folder.write("old/a.py", MATCH)
    folder.write("b.py", MATCH)
    folder.write("script.py", OLD + MATCH)
    for paths in (["."], ["old/a.py", "b.py", "script.py"]):
        result = check_paths(paths)
        found = [(one.path, one.code, one.line) for one in result.diagnostics]
        assert [Path(path).name for path, _, _ in found] == ["a.py", "script.py"]
        assert folder.check(*paths).found == found


def test_check_paths_asks_what_settings_say(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.path)
    folder.write("pyproject.toml", '[project]\nrequires-python = ">=3.8"\n')
    folder.write("a.py", MATCH)
    assert check_paths(["a.py"], Settings()).ok
    assert not check_paths(["a.py"], Settings(target_version=("3.9",))).ok


@pytest.mark.parametrize(
    ("settings", "labels"),
    [(None, ["3.8"]), (Settings(), ["3.8"]), (Settings(target_version=("3.9",)), ["3.9"]),
     (Settings(requires_python=">=3.9"), ["3.9"])],
    ids=["none", "no targets", "a target", "a floor"],
)  # fmt: skip
def test_the_block_of_a_source_counts_unless_settings_name_targets(
    settings: Settings | None, labels: list[str]
) -> None:
    (found,) = check_source(OLD + MATCH, settings=settings)
    assert [target.label for target in found.targets] == labels
    (one,) = check_sources([("a.py", OLD + MATCH)], settings)
    assert one.verdict == "broken"
    assert [label for label, outcome in one.by_target if outcome == "broken"] == labels


def test_a_source_for_a_python_that_is_not_here_is_undecided() -> None:
    (one,) = check_sources([("a.py", OLD.replace(b"3.8", b"3.98"))])
    assert (one.verdict, one.by_target) == ("undecided", (("3.98", "undecided"),))
