"""The checks on modules: what is loaded, and what the next start would find."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from syntax_guard.backend import Check, imports, restart

from ..namespaces import ended
from .serving import PATIENCE
from .test_source_checks import read
from .test_source_checks import shop as shop


@pytest.mark.parametrize("make", [imports, restart])
def test_nothing_to_look_at_is_refused(make: object) -> None:
    with pytest.raises(ValueError, match="at least one"):
        make()  # type: ignore[operator]


def test_a_module_is_imported_once(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "routers/items.py").write_text("print('loaded')")
    check = imports("sg_shop.routers.items")
    assert read(check).healthy
    assert read(check).healthy
    assert capsys.readouterr().out == "loaded\n"


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("(", "SyntaxError"),
        ("import sg_nowhere", "ModuleNotFoundError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("1 / 0", "ZeroDivisionError"),
    ],
    ids=["broken", "missing import", "exits", "raises"],
)
def test_a_module_that_does_not_load_is_named_and_not_run_twice(
    shop: Path, source: str, error: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "routers/items.py").write_text(f"print('side effect')\n{source}")
    check = imports("sg_shop.routers.items")
    for _ in range(2):
        (fault,) = read(check).faults
        assert (fault.error, fault.component) == (error, "sg_shop.routers.items")
    assert capsys.readouterr().out == ("" if error == "SyntaxError" else "side effect\n")


def test_the_module_that_runs_as_main_is_loaded(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shop / "__main__.py").write_text("raise SystemExit('run a second time')")
    main = type(sys)("__main__")
    main.__spec__ = __import__("importlib.util").util.spec_from_file_location("sg_shop.__main__", shop / "__main__.py")
    monkeypatch.setitem(sys.modules, "__main__", main)
    assert read(imports("sg_shop.__main__")).healthy


def test_a_failed_import_names_the_file_and_line_of_its_cause_and_the_log_has_the_traceback(
    shop: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (shop / "routers/items.py").write_text("\nfrom ..models import Gone\n")
    (shop / "models.py").write_text("\n\nimport sg_nowhere\n")
    (fault,) = read(imports("sg_shop.routers.items")).faults
    assert fault.message.endswith(" (sg_shop/models.py, line 3)")
    assert any("Traceback" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("gone", ["routers/items.py", "routers/__init__.py"])
def test_a_module_whose_file_is_gone_would_not_be_found_again(shop: Path, gone: str) -> None:
    check = imports("sg_shop.routers.items")
    assert read(check).healthy
    (shop / gone).rename(shop.parent / "elsewhere")
    (fault,) = read(check).faults
    assert fault.message == "its file is gone"
    assert fault.component == "sg_shop." + gone.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def test_a_module_in_an_archive_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.writestr("sg_zipped/__init__.py", "")
    monkeypatch.syspath_prepend(tmp_path / "app.zip")
    assert read(imports("sg_zipped")).healthy
    del sys.modules["sg_zipped"]


def trial(application: str = "sg_shop.routers.items:app") -> Check:
    return restart(application, deadline=PATIENCE)


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        ({"routers/items.py": "from ..models import Item as app"}, None, ""),
        ({"models.py": ""}, "ImportError", "(sg_shop/routers/items.py, line 1)"),
        ({"models.py": None}, "ModuleNotFoundError", "(sg_shop/routers/items.py, line 1)"),
        ({"routers/items.py": ""}, "AttributeError", "has no attribute 'app'"),
        ({"models.py": "Item = (\n"}, "SyntaxError", "(sg_shop/models.py, line 1)"),
        ({"models.py": "raise SystemExit(3)"}, "SystemExit", "(sg_shop/models.py, line 1)"),
        ({"models.py": "import os; os._exit(7)"}, "RestartError", "exit code 7"),
        ({"models.py": "print('noise'); Item = 1"}, None, ""),
    ],
    ids=["whole", "a name is gone", "a module is gone", "no such application", "broken", "exits", "ends", "prints"],
)
def test_a_restart_is_tried_in_a_process_of_its_own(
    shop: Path, change: dict[str, str | None], error: str | None, told: str
) -> None:
    (shop / "models.py").write_text("Item = 1\n")
    (shop / "routers/items.py").write_text("from ..models import Item\napp = Item\n")
    check = trial()
    assert read(check).healthy
    for name, content in change.items():
        (shop / name).unlink()
        if content is not None:
            (shop / name).write_text(content)
    faults = read(check).faults
    assert [fault.error for fault in faults] == ([error] if error else [])
    assert all(told in fault.message for fault in faults)
    assert "sg_shop.models" not in sys.modules


def test_a_restart_is_tried_once_for_each_change(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syntax_guard.backend.import_checks.AGAIN", 0)  # that is for a trial which came to no end
    count = shop.parent / "count"
    (shop / "routers/items.py").write_text(f"open({str(count)!r}, 'a').write('x')\napp = 1\n")
    check = trial()
    assert read(check).healthy
    assert read(check).healthy
    assert count.read_text() == "x"
    (shop / "__init__.py").write_text("# changed\n")
    assert read(check).healthy
    assert count.read_text() == "xx"


STARTS = """\
import subprocess
with open({!r}, "w") as file:
    child = subprocess.Popen(["sleep", "300"])
    file.write(str(child.pid))
{}
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through Linux's /proc")
@pytest.mark.parametrize(("then", "deadline"), [("child.wait()", 2.0), ("", PATIENCE)], ids=["hangs", "ends"])
def test_a_restart_leaves_nothing_of_what_it_has_started(shop: Path, then: str, deadline: float) -> None:
    started = shop.parent / "started"
    (shop / "routers/items.py").write_text(STARTS.format(str(started), then))
    check = restart("sg_shop.routers.items", deadline=deadline)
    reading = read(check)
    assert reading.healthy is not bool(then)
    assert {fault.error for fault in reading.faults} <= {"TimeoutError", "RestartError"}
    # A busy machine may have ended it before it came so far.
    assert not started.exists() or not started.read_text() or ended([int(started.read_text())], PATIENCE)


def test_a_message_with_a_password_is_logged_without_it(shop: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, logger="syntax_guard.backend")
    (shop / "routers/items.py").write_text("raise OSError('redis://user:hunter2@cache')\n")
    read(imports("sg_shop.routers.items"))
    read(trial("sg_shop.routers.items"))
    assert len(caplog.records) == 2
    assert "hunter2" not in caplog.text


def test_a_restart_of_a_package_that_is_not_there_is_a_fault() -> None:
    (fault,) = read(restart("sg_nowhere.main:app")).faults
    assert (fault.error, fault.component) == ("ModuleNotFoundError", "sg_nowhere.main:app")


def test_a_trial_that_was_killed_is_repeated_though_no_source_has_changed(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = shop.parent / "killed"
    source = "import os\nif not os.path.exists({0!r}):\n    open({0!r}, 'w')\n    os.kill(os.getpid(), 9)\napp = 1\n"
    (shop / "routers/items.py").write_text(source.format(str(killed)))
    check = trial()
    assert [fault.error for fault in read(check).faults] == ["RestartError"]
    assert [fault.error for fault in read(check).faults] == ["RestartError"]  # not at once
    monkeypatch.setattr("syntax_guard.backend.import_checks.AGAIN", 0)
    assert read(check).healthy
