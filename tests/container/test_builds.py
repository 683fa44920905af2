"""Checks in an image's build, as docs/tree.md and docs/shipping.md say to write them: built by Podman."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

import pytest

from ..documents.pages import run_by
from .conftest import EXAMPLE

if TYPE_CHECKING:
    from pathlib import Path

    from .engine import Engine


def build_with(
    title: str, engine: Engine, build: list[str | Path], folder: Path, *options: str, before: str = ""
) -> tuple[int, str]:
    """Build an image that ends with the lines of the page; its exit code and what it said."""
    (lines,) = [block.text for block in run_by(".ci/container") if block.title == title]
    top = re.findall(r"^(?:ARG|FROM) .*\n", (EXAMPLE / "Dockerfile").read_text(), re.MULTILINE)
    setting = "ENV SYNTAX_GUARD_VERBOSE=1\nWORKDIR /srv\nRUN pip install --quiet syntax-guard\nCOPY . .\n"
    (folder / "Dockerfile").write_text("".join(top[:2]) + setting + before + lines)
    built = engine.call(*build, "--no-cache", *options, "--tag", "checked", folder)
    return built.returncode, built.stdout + built.stderr


def test_a_build_cache_counts_under_the_secret_of_the_build_alone(
    engine: Engine, build: list[str | Path], tmp_path: Path
) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").write_text("a = 1\n")
    known: list[tuple[str, str]] = []
    said = ""
    one, two = (tmp_path / name for name in ("one", "two"))
    for key in (one, two):
        key.write_text(secrets.token_hex())
    for key in (one, one, two):
        code, said = build_with("a build with a cache", engine, build, tmp_path, f"--secret=id=cache-key,src={key}")
        assert code == 0, said
        known += re.findall(r"1 file: (\d) judged, (\d) remembered", said)
    assert known == [("1", "0"), ("0", "1"), ("1", "0")]
    assert "is not believed" in said
    (tmp_path / "app" / "main.py").write_text("a = (\n")
    code, said = build_with("a build with a cache", engine, build, tmp_path, f"--secret=id=cache-key,src={one}")
    assert (code != 0, "app/main.py:1:5: syntax-error" in said) == (True, True), said


BREAK = "RUN echo 'a = (' > \"$(python3 -c 'import identify; print(identify.__path__[0])')/cli.py\"\n"


@pytest.mark.parametrize("before", ["", BREAK], ids=["valid", "broken"])
def test_a_build_ends_where_an_installed_package_is_broken(
    before: str, engine: Engine, build: list[str | Path], tmp_path: Path
) -> None:
    code, said = build_with("an image whose packages are checked", engine, build, tmp_path, before=before)
    assert (code != 0, "identify/cli.py:1:5: syntax-error" in said) == (bool(before), bool(before)), said
