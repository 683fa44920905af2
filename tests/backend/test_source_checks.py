"""The check on sources: files on disk, none of them imported."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path

import pytest

from syntax_guard.backend import Check, Checkup, Reading, sources

from .serving import Client, served
from .test_health import app


def read(check: Check) -> Reading:
    return asyncio.run(Checkup(check).readings())[0]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package ``sg_shop`` with routers, importable; forgotten afterwards."""
    package = tmp_path / "sg_shop"
    (package / "routers").mkdir(parents=True)
    for name in ("__init__.py", "routers/__init__.py", "routers/items.py"):
        (package / name).write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    yield package
    for name in [name for name in sys.modules if name.partition(".")[0] == "sg_shop"]:
        del sys.modules[name]


@pytest.mark.usefixtures("shop")
def test_sources_that_parse_are_counted() -> None:
    reading = read(sources("sg_shop"))
    assert reading.healthy
    assert reading.counts == {"checked": 3, "broken": 0}


def test_a_broken_source_is_named_from_its_package_with_its_line(shop: Path) -> None:
    (shop / "routers/items.py").write_text("def list(:\n")
    reading = read(sources("sg_shop.routers"))
    (fault,) = reading.faults
    assert (fault.error, fault.component) == ("SyntaxError", "sg_shop/routers/items.py")
    assert "line 1" in fault.message
    assert not fault.may_pass
    assert reading.counts == {"checked": 2, "broken": 1}


def test_every_broken_source_is_named(shop: Path) -> None:
    for name in ("routers/items.py", "__init__.py"):
        (shop / name).write_text("(")
    assert {fault.component for fault in read(sources("sg_shop")).faults} == {
        "sg_shop/__init__.py",
        "sg_shop/routers/items.py",
    }


def test_what_the_baseline_of_the_image_names_is_let_pass(shop: Path) -> None:
    (shop / "routers/items.py").write_text("(")
    entry = '{"path": "sg_shop/routers/items.py", "class": "syntax", "targets": "all"}'
    (shop.parent / "syntax-guard-baseline.json").write_text(f'{{"version": 1, "broken": [{entry}]}}')
    assert read(sources("sg_shop")).healthy
    (shop / "__init__.py").write_text("(")
    assert {fault.component for fault in read(sources("sg_shop")).faults} == {"sg_shop/__init__.py"}
    (shop.parent / "syntax-guard-baseline.json").write_text("{")
    assert not read(sources("sg_shop")).healthy


def test_sources_imports_nothing(shop: Path) -> None:
    (shop / "__init__.py").write_text("raise SystemExit('imported')")
    assert read(sources("sg_shop.routers.items")).healthy
    assert "sg_shop" not in sys.modules


@pytest.mark.parametrize(
    "content",
    [b"x = '\xff'\n", b"# coding: nonsense\n", b"\0"],
    ids=["not UTF-8", "unknown coding", "null byte"],
)
def test_what_cannot_be_decoded_is_broken(shop: Path, content: bytes) -> None:
    (shop / "routers/items.py").write_bytes(content)
    assert [fault.error for fault in read(sources("sg_shop")).faults] == ["SyntaxError"]


@pytest.mark.parametrize("name", [b"not_utf8_\xff.py", b"line\nbreak.py", b"\x1b[2J.py"], ids=ascii)
def test_an_odd_file_name_loses_no_reply(shop: Path, name: bytes, caplog: pytest.LogCaptureFixture) -> None:
    Path(os.fsdecode(os.path.join(os.fsencode(shop), name))).write_text("(")
    with served(app(sources("sg_shop"))) as client:
        reply = client.get("/health")
        assert reply.status_code == 503
        assert reply.json()["checks"]["sources:responseTime"][0]["errorType"] == "SyntaxError"
    assert caplog.messages
    assert all(message.isprintable() for message in caplog.messages)


@pytest.mark.parametrize("name", ["sg_nowhere", "sg_shop.nowhere", "sg_shop.routers.items.deeper"])
@pytest.mark.usefixtures("shop")
def test_a_package_that_is_not_there_is_a_fault(name: str) -> None:
    (fault,) = read(sources(name)).faults
    assert (fault.error, fault.component) == ("ModuleNotFoundError", name)


@pytest.mark.parametrize(("name", "meant"), [("./sg_no", "sg_no"), ("sg_no/a.py", "sg_no.a")])
def test_a_path_is_answered_with_the_name_of_an_import(name: str, meant: str) -> None:
    (fault,) = read(sources(name)).faults
    assert fault.message == f"no module named {name}; name it as in an import: {meant}"


def test_an_application_that_is_installed_in_a_virtual_environment_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / ".venv/lib/site-packages/sg_installed"
    package.mkdir(parents=True)
    (tmp_path / ".venv/pyvenv.cfg").touch()
    (package / "__init__.py").write_text("(")
    monkeypatch.syspath_prepend(package.parent)
    monkeypatch.chdir(tmp_path)
    (fault,) = read(sources("sg_installed")).faults
    assert (fault.error, fault.component) == ("SyntaxError", "sg_installed/__init__.py")


class Finder:
    """As an editable install leaves behind: it knows of one package that is on no path."""

    def __init__(self, package: Path) -> None:
        self._package = package

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name != "sg_editable":
            return None
        return spec_from_file_location(
            name, self._package / "__init__.py", submodule_search_locations=[str(self._package)]
        )


def test_a_package_that_an_editable_install_finds_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "routers").mkdir()
    for name in ("__init__.py", "routers/__init__.py"):
        (tmp_path / name).touch()
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder(tmp_path)])
    assert read(sources("sg_editable")).counts == {"checked": 2, "broken": 0}
    assert read(sources("sg_editable.routers")).counts == {"checked": 1, "broken": 0}


def test_what_has_not_changed_is_not_judged_again() -> None:
    started: list[str] = []
    sys.addaudithook(lambda event, _: started.append(event) if event == "subprocess.Popen" else None)
    check = sources("starlette")  # whose files are older than a moment
    first = read(check)
    assert started
    started.clear()
    again = read(check)
    assert started == []
    assert first.healthy
    assert again.healthy
    assert again.counts == first.counts


def test_a_change_that_keeps_size_and_time_is_seen(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syntax_guard.storage.stamps.TICK", 0)
    file = shop / "routers/items.py"
    file.write_text("()")
    time.sleep(0.05)  # longer than a tick of the file system's clock
    check = sources("sg_shop")
    before = file.stat()
    assert read(check).healthy
    file.write_text("((")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert [fault.component for fault in read(check).faults] == ["sg_shop/routers/items.py"]


def test_sources_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        sources()


def test_a_running_application_turns_red_with_the_file_and_green_when_it_is_fixed(shop: Path) -> None:
    broken = shop / "routers/items.py"

    def faults(client: Client) -> list[tuple[str, str]]:
        (nodes,) = client.get("/health").json()["checks"].values()
        return [(node["errorType"], node["componentId"]) for node in nodes if node["status"] == "fail"]

    with served(app(sources("sg_shop"))) as client:
        assert client.get("/health").status_code == 200
        broken.write_text("def list(:\n")
        assert client.get("/health").status_code == 503
        assert faults(client) == [("SyntaxError", "sg_shop/routers/items.py")]
        assert str(shop.parent) not in client.get("/health").text
        assert client.get("/health/ready").status_code == 200  # what is loaded still serves
        broken.write_text("def list(): ...\n")
        assert client.get("/health").status_code == 200
