"""The public API: what it takes, what it gives, and that nothing runs when it is imported."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

import syntax_guard
from syntax_guard import Diagnostic, Result, Settings, SourcesError, check_paths, check_source


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
