"""Another image in the place of one: the same names, sizes, times and numbers, and another verdict."""

from __future__ import annotations

import os
import shutil

import pytest

from ..conftest import COMMAND, Folder
from ..namespaces import mounts

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="needs mounts")]
MAKE = {
    "squashfs": "mksquashfs {source} {image} -all-time 0 -noappend -quiet",
    "erofs": "mkfs.erofs -T0 {image} {source}",
    "erofs with nanoseconds": "mkfs.erofs {image} {source}",
}
SHOW = {
    "the kernel": "mount -o loop,ro {image} m",
    "a user-space mount": "{fuse} {image} m",
    "an overlay": "mount -o loop,ro {image} lower && mount -t overlay none -o {layers} m",
    "an overlay with xino": "mount -o loop,ro {image} lower && mount -t overlay none -o xino=on,{layers} m",
}
LAYERS = "lowerdir=lower,upperdir=upper/u,workdir=upper/w"


def built(folder: Folder, kind: str) -> None:
    """Two images that a build would give the same times: ``good`` and ``bad``."""
    make = MAKE[kind]
    if not shutil.which(make.split()[0]):
        pytest.skip(f"there is no {make.split()[0]}")
    for name, content in (("good", "x = 1\n"), ("bad", "x = (\n")):
        folder.write(f"{name}/app/a.py", content)
        for path in (f"{name}/app/a.py", f"{name}/app", name):
            os.utime(folder.path / path, ns=(1_700_000_000_123_456_789,) * 2)
        made = folder.run("sh", "-c", make.format(source=name, image=f"{name}.image"))
        assert made.code == 0, made.err
    for name in ("m", "lower", "upper"):
        (folder.path / name).mkdir()


@pytest.mark.parametrize("how", SHOW)
@pytest.mark.parametrize("kind", MAKE)
def test_another_image_is_not_taken_for_the_one_that_was_valid(kind: str, how: str, folder: Folder) -> None:
    built(folder, kind)
    fuse = {"squashfs": "squashfuse"}.get(kind, "erofsfuse")
    if how == "a user-space mount" and not shutil.which(fuse):
        pytest.skip(f"there is no {fuse}")
    show = [SHOW[how].format(image=f"{name}.image", fuse=fuse, layers=LAYERS) for name in ("good", "bad")]
    check = f"(cd m && stat -c '%d %i %Y %s' app/a.py && {COMMAND} check app; echo code $?)"
    hide = "umount m; while umount lower 2>/dev/null; do :; done"
    upper = "mount -t tmpfs none upper && mkdir upper/u upper/w"
    script = f"{upper} && {show[0]} && {check}; {check}; {hide}; {show[1]} && {check}; {hide}"
    run = folder.run(*mounts(), "sh", "-c", script)
    codes = [line for line in run.out.splitlines() if line.startswith("code")]
    if not codes:
        pytest.skip(f"the kernel allows no such mount here: {run.err.strip().splitlines()[-1]}")
    assert codes == ["code 0", "code 0", "code 1"], run.out + run.err


def test_the_images_cannot_be_told_by_their_stamps(folder: Folder) -> None:
    """Else the tests above could not fail."""
    built(folder, "squashfs")
    stat = "stat -c '%d %i %Y %Z %s' m/app/a.py"
    script = "; ".join(f"mount -o loop,ro {name}.image m && {stat}; umount m" for name in ("good", "bad"))
    run = folder.run(*mounts(), "sh", "-c", script)
    lines = run.out.splitlines()
    if not lines:
        pytest.skip(f"the kernel allows no such mount here: {run.err.strip()}")
    assert len(lines) == 2
    assert lines[0].split()[1:] == lines[1].split()[1:]
