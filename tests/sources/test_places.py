"""Where a folder really is: the same as the system and git say, however its path is written and in whatever order."""

from __future__ import annotations

import os
import random
import subprocess
from typing import TYPE_CHECKING

import pytest

from syntax_guard.sources.places import Places

if TYPE_CHECKING:
    from pathlib import Path

    from ..conftest import Folder

NAMES = ("a", "b", "c")


def grown(top: Path, dice: random.Random) -> list[str]:
    """Make folders, links among them and repositories below `top`; return paths of all kinds that lead to folders."""
    found = ["."]
    for _ in range(12):
        above = dice.choice(found)
        path = os.path.normpath(os.path.join(above, dice.choice(NAMES)))
        if os.path.lexists(top / path):
            continue
        kind = dice.choice(("folder", "folder", "folder", "link", "repository"))
        if kind == "link":
            (top / path).symlink_to(os.path.realpath(top / dice.choice(found)), target_is_directory=True)
        else:
            (top / path).mkdir()
            if kind == "repository":
                subprocess.run(["git", "init", "-q", "."], cwd=top / path, check=True)
        found.append(path)
    written = [path.replace(os.sep, "/") for path in found]
    deeper = [f"{path}/{name}" for path in written for name in NAMES if (top / path / name).is_dir()]
    return ["", *written[1:], *deeper, *(f"{path}/.." for path in written), *(str(top / path) for path in written)]


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
@pytest.mark.parametrize("seed", range(12))
def test_a_place_is_where_the_path_leads(seed: int, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    dice, top = random.Random(seed), folder.path
    monkeypatch.chdir(top)
    paths = grown(top, dice)
    dice.shuffle(paths)
    places = Places(os.path.realpath(top), ["."])
    for path in paths * 2:
        place = places.of(path)
        real = os.path.realpath(path or ".")
        assert os.path.normpath(os.path.join(place.top, place.below)) == real, path
        asked = subprocess.run(
            ["git", "rev-parse", "--show-toplevel"], cwd=real, capture_output=True, text=True, check=False
        )
        assert place.in_repository == (asked.returncode == 0), path
        nearest = os.path.realpath(top) if os.path.realpath(top) in (real, *parents(real)) else real
        assert place.top == (asked.stdout.rstrip("\n") or nearest), path


def parents(path: str) -> list[str]:
    return [path[:place] for place, letter in enumerate(path) if letter == "/" and place]


def test_without_a_root_each_folder_outside_of_a_repository_is_a_top(folder: Folder) -> None:
    (folder.path / "a" / "b").mkdir(parents=True)
    places = Places(str(folder.path), ())
    for path in ("a", "a/b"):
        place = places.of(path)
        assert (place.top, place.below) == (os.path.realpath(folder.path / path), "")
