"""Where a folder really is: what the system says of links, however a path is written and in whatever order."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from syntax_guard.config.repository import is_top
from syntax_guard.sources.places import Places

if TYPE_CHECKING:
    from ..conftest import Folder

NAMES = ("a", "b", "c")
KINDS = ("folder", "folder", "repository", *(() if os.name == "nt" else ("link",)))


def grown(top: Path, dice: random.Random) -> list[str]:
    """Make folders, links among them and repositories below `top`; return paths of all kinds that lead to folders."""
    found = ["."]
    for _ in range(16):
        path = os.path.normpath(os.path.join(dice.choice(found), dice.choice(NAMES)))
        if os.path.lexists(top / path):
            continue
        kind = dice.choice(KINDS)
        if kind == "link":
            (top / path).symlink_to(os.path.realpath(top / dice.choice(found)), target_is_directory=True)
        else:
            (top / path).mkdir()
            if kind == "repository":
                for part in ("objects", "refs"):
                    (top / path / ".git" / part).mkdir(parents=True)
                (top / path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
        found.append(path)
    written = [path.replace(os.sep, "/") for path in found]
    deeper = [f"{path}/{name}" for path in written for name in NAMES if (top / path / name).is_dir()]
    return ["", *written[1:], *deeper, *(f"{path}/.." for path in written), *(str(top / path) for path in written)]


@pytest.mark.parametrize("seed", range(20))
def test_a_place_is_where_the_path_leads(seed: int, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    dice, start = random.Random(seed), os.path.realpath(folder.path)
    monkeypatch.chdir(start)
    paths = grown(Path(start), dice)
    dice.shuffle(paths)
    places = Places(start, ["."])
    for path in paths:
        place, real = places.of(path), os.path.realpath(path or ".")
        above = [real, *map(str, Path(real).parents)]
        top = next(filter(is_top, above), None)
        assert os.path.normpath(os.path.join(place.top, place.below)) == real, path
        assert place.top == (top or (start if start in above else real)), path
        assert place.in_repository == (top is not None), path


def test_without_a_root_each_folder_outside_of_a_repository_is_a_top(folder: Folder) -> None:
    (folder.path / "a" / "b").mkdir(parents=True)
    places = Places(str(folder.path), ())
    for path in ("a", "a/b"):
        place = places.of(path)
        assert (place.top, place.below) == (os.path.realpath(folder.path / path), "")
