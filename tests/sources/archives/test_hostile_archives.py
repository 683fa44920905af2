"""Archives that mean harm: a reason for each member that cannot be had, and every other member is read."""

from __future__ import annotations

import bz2
import gzip
import io
import os
import struct
import sys
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from syntax_guard.sources.archives import bounds
from syntax_guard.sources.archives.kinds import read
from syntax_guard.sources.readers import UnreadableError

from ...memory import in_memory
from .making import entry, executable, link, linked, tar_of, tarred, written, zip_of, zipped

if TYPE_CHECKING:
    from pathlib import Path

CODE = "x = 1\n"
MIB = 1 << 20


def outcome(path: str) -> tuple[set[str | None], dict[str | None, str]]:
    """Which members were read, and why others were not; None is the archive itself."""
    good, bad = set(), {}
    for source in read(path).sources:
        try:
            source.read()
            good.add(source.member)
        except UnreadableError as error:
            bad[source.member] = f"{error.problem.kind}: {error.problem.message}"
    assert all(reason.startswith("Unreadable: ") for reason in bad.values())
    return good, {member: reason.removeprefix("Unreadable: ") for member, reason in bad.items()}


UNSAFE = ["../up.py", "/root.py", "a/../../up.py", "C:/drive.py", "a\\..\\b.py", "a\n::error::x.py", "\x1b[2J.py",
          "a\u202eyp.py"]  # fmt: skip


@pytest.mark.parametrize("name", UNSAFE)
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_name_that_leads_out_or_cannot_be_seen(tmp_path: Path, name: str, kind: str) -> None:
    members = {"good.py": CODE, name: CODE, "other.py": CODE}
    data = zipped(members) if kind == "zip" else tarred(members)
    good, bad = outcome(written(tmp_path, "a.whl" if kind == "zip" else "a.tar.gz", data))
    assert good == {"good.py", "other.py"}
    shown = name.replace("\\", "/") if os.name == "nt" and kind == "zip" else name  # zipfile does so there
    assert set(bad) == {shown}
    assert "name" in bad[shown]


def test_links_and_devices_in_a_zip(tmp_path: Path) -> None:
    data = zip_of([
        (zipfile.ZipInfo("good.py"), b"x = 1\n"), (linked("link.py"), b"/etc/passwd"), (linked("lib.so"), b"lib.so.1"),
        (linked("tool"), b"good.py"),
    ])  # fmt: skip
    good, bad = outcome(written(tmp_path, "a.whl", data))
    assert good == {"good.py"}
    assert set(bad) == {"link.py"}
    assert "link" in bad["link.py"]


def test_links_and_devices_in_a_tar(tmp_path: Path) -> None:
    members = [
        (entry("good.py", CODE), CODE),
        (link("out.py", "../../etc/passwd"), ""),
        (link("absolute.py", "/etc/passwd"), ""),
        (link("nowhere.py", "gone.py"), ""),
        (link("loop.py", "loop2.py"), ""),
        (link("loop2.py", "loop.py"), ""),
        (link("hard.py", "/etc/passwd", tarfile.LNKTYPE), ""),
        (link("fine.py", "good.py"), ""),
        (entry("fifo.py", kind=tarfile.FIFOTYPE), ""),
        (entry("device.py", kind=tarfile.CHRTYPE), ""),
        (entry("other.py", CODE), CODE),
        (link("other.py", "good.py"), ""),
    ]
    good, bad = outcome(written(tmp_path, "a.tar.gz", tar_of(members)))
    assert good == {"good.py", "fine.py", "other.py"}
    assert set(bad) == {
        "out.py", "absolute.py", "nowhere.py", "loop.py", "loop2.py", "hard.py", "fifo.py", "device.py", None,
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["zip", "tar"])
@pytest.mark.parametrize("second", ["x = 1\n", "x = 2\n"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_one_name(tmp_path: Path, kind: str, second: str) -> None:
    pairs = [("a.py", CODE), ("b.py", CODE), ("a.py", second), ("a.py", CODE)]
    if kind == "zip":
        path = written(tmp_path, "a.whl", zip_of([(zipfile.ZipInfo(name), text.encode()) for name, text in pairs]))
    else:
        path = written(tmp_path, "a.tar.gz", tar_of([(entry(name, text), text) for name, text in pairs]))
    good, bad = outcome(path)
    if second == CODE:
        assert (good, bad) == ({"a.py", "b.py"}, {})
    else:
        assert (good, set(bad)) == ({"b.py"}, {"a.py"})


def patched(data: bytes, name: str, offset: int, value: bytes) -> bytes:
    """`data`, a zip, with `value` at `offset` of the entry that its directory has of `name`."""
    at = data.rindex(name.encode()) - 46 + offset
    return data[:at] + value + data[at + len(value) :]


BROKEN_ENTRIES = {
    "encrypted": (8, b"\x01\x00", "encrypted"),
    "unknown compression": (10, b"\x61\x00", ""),
    "wrong CRC": (16, b"\x00\x00\x00\x00", "CRC"),
    "more than there is": (24, struct.pack("<I", 60_000), ""),
    "over the limit": (24, struct.pack("<I", 65 * MIB), "64 MiB"),
    "torn data": (20, struct.pack("<I", 1), ""),
    "points elsewhere": (42, struct.pack("<I", 10 * MIB), ""),
}


@pytest.mark.parametrize("kind", BROKEN_ENTRIES)
def test_an_entry_of_a_zip_that_lies(tmp_path: Path, kind: str) -> None:
    offset, value, words = BROKEN_ENTRIES[kind]
    data = zipped({"good.py": CODE, "zz_bad.py": "y = 2\n" * 100, "other.py": CODE})
    good, bad = outcome(written(tmp_path, "a.whl", patched(data, "zz_bad.py", offset, value)))
    assert good == {"good.py", "other.py"}
    assert set(bad) == {"zz_bad.py"}
    assert words in bad["zz_bad.py"]


BROKEN = "def f(:\n"


def local(name: str, content: str = CODE, *, sizes: bool = True) -> bytes:
    """A member with the header in front of it."""
    data = content.encode()
    said = (zlib.crc32(data), len(data), len(data)) if sizes else (0, 0, 0)
    head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0 if sizes else 8, 0, 0, 0, *said, len(name.encode()), 0)
    return head + name.encode() + data


def directory(entries: list[tuple[str, str, int]], at: int, *, extra: bytes = b"", flags: int = 0) -> bytes:
    """The directory of a zip that begins there: of each member the name, the content and the place. `extra` and `flags`
    are those of the first."""
    listed = b""
    for name, content, place in entries:
        extra, flags = (b"", 0) if listed else (extra, flags)
        data = content.encode()
        sizes = (zlib.crc32(data) if data else 0, len(data), len(data))
        lengths = (len(name.encode()), len(extra), 0)
        listed += struct.pack(
            "<4s4B4H3L5H2L", b"PK\1\2", 20, 3, 20, 0, flags, 0, 0, 0, *sizes, *lengths, 0, 0, 0, place
        )
        listed += name.encode() + extra
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(entries), len(entries), len(listed), at, 0)
    return listed + end


def of_two(first: bytes, name: str, content: str, **more: Any) -> bytes:
    """A zip with `first`, which its directory says to be the member `name` with `content`, and ``good.py``."""
    whole = first + local("good.py")
    return whole + directory([(name, content, 0), ("good.py", CODE, len(first))], len(whole), **more)


OTHER_NAME = struct.pack("<HHBL", 0x7075, 5 + 4, 1, zlib.crc32(b"a.txt")) + b"a.py"
_BY_OTHER_NAME = "a.py" if sys.version_info >= (3, 12) else "a.txt"
"""Python reads that field from 3.12 on."""
CONTRADICTIONS: dict[str, tuple[bytes, str | None]] = {
    "another name": (of_two(local("a.py", BROKEN), "a.txt", BROKEN), "a.txt"),
    "another name yet": (of_two(local("a.txt", BROKEN), "a.txt", BROKEN, extra=OTHER_NAME), _BY_OTHER_NAME),
    "fewer bytes": (of_two(local("a.py", CODE + BROKEN), "a.py", CODE), "a.py"),
    "no bytes": (of_two(local("a.py", BROKEN, sizes=False), "a.py", "", flags=8), None),
    "a member that is not listed": (
        local("a.py", BROKEN) + local("good.py") + directory([("good.py", CODE, len(local("a.py", BROKEN)))],
                                                             len(local("a.py", BROKEN) + local("good.py"))), None,
    ),
    "two zips": (zipped({"a.py": BROKEN}) + zipped({"good.py": CODE}), None),
    "a zip in a comment": (zipped({"a.py": BROKEN}) + b"\0\0" + zipped({"good.py": CODE}), None),
    "a member without a name": (of_two(local("", BROKEN), "", BROKEN), None),
    "a name with a null byte": (of_two(local("a.txt\0.py", BROKEN), "a.txt\0.py", BROKEN), "a.txt\0.py"),
}  # fmt: skip


@pytest.mark.parametrize("kind", CONTRADICTIONS)
def test_a_zip_that_contradicts_itself(tmp_path: Path, kind: str) -> None:
    """Installers differ in what they read, so that one would write what another does not see."""
    data, member = CONTRADICTIONS[kind]
    good, bad = outcome(written(tmp_path, "a.whl", data))
    assert "good.py" in good
    assert set(bad) == {member}


def test_what_a_zip_may_hold_besides(tmp_path: Path) -> None:
    """A program in front, zeros in between, and sizes that stand behind a member, in 32 bits and in 64."""
    first = b"#!/usr/bin/env python3\n# a program\n" + local("a.py") + bytes(7)
    for kind in ("<4s3L", "<4sL2Q"):
        behind = struct.pack(kind, b"PK\7\x08", zlib.crc32(CODE.encode()), len(CODE), len(CODE))
        streamed = local("b.py", sizes=False) + behind
        whole = first + streamed + local("good.py")
        start = first.index(b"PK")
        places = [("a.py", CODE, start), ("b.py", CODE, len(first)), ("good.py", CODE, len(first + streamed))]
        path = written(tmp_path, "tool.pyz", whole + directory(places, len(whole)))
        assert outcome(path) == ({"a.py", "b.py", "good.py"}, {})


@pytest.mark.parametrize("name", ["p/a.py\0.txt", "p/a.txt\0.py"])
def test_a_null_byte_in_a_name_of_a_tar(tmp_path: Path, name: str) -> None:
    """One program ends the name there, and another does not."""
    member = entry("p/x.txt", BROKEN)
    member.pax_headers = {"path": name}
    good, bad = outcome(written(tmp_path, "a.tar", tar_of([(entry("p/good.py", CODE), CODE), (member, BROKEN)], "")))
    assert (good, set(bad)) == ({"p/good.py"}, {name})


@pytest.mark.parametrize("size", ["-5", "0", "abc", "1e9", "9" * 30])
def test_a_size_in_a_pax_header_that_lies(tmp_path: Path, size: str) -> None:
    member = entry("p/a.py", BROKEN)
    member.pax_headers = {"size": size}
    good, bad = outcome(written(tmp_path, "a.tar", tar_of([(entry("p/good.py", CODE), CODE), (member, BROKEN)], "")))
    assert "p/good.py" in good
    assert None in bad


@pytest.mark.parametrize("said", ["1\n0\n8\n", "999999999\n", "1\n0\n1152921504606846976\n", "x"])
def test_a_sparse_member_of_a_tar(tmp_path: Path, said: str) -> None:
    """Its holes are filled, within the size that a source may have."""
    content = said.encode() + bytes(-len(said) % 512) + BROKEN.encode()
    member = entry("p/GNUSparse.0/a.py", content)
    size = said.split("\n")[2] if said.count("\n") == 3 else "8"
    member.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "p/a.py",
                          "GNU.sparse.realsize": size}  # fmt: skip
    path = written(tmp_path, "a.tar", tar_of([(entry("p/good.py", CODE), CODE), (member, content)], ""))
    good, bad = outcome(path)
    assert "p/good.py" in good
    assert bad or dict.fromkeys(good) == dict.fromkeys(["p/good.py", "p/a.py"])
    assert limited(path)[0] <= 2


def test_metadata_that_is_a_folder(tmp_path: Path) -> None:
    members = {"d-1.dist-info/RECORD/x": "", "d-1.dist-info/WHEEL/y": "", "d-1.dist-info/METADATA/z.py": CODE}
    good, bad = outcome(written(tmp_path, "d-1-py3-none-any.whl", zipped({"good.py": CODE, **members})))
    assert (good, bad) == ({"good.py", "d-1.dist-info/METADATA/z.py"}, {})


@pytest.mark.parametrize("name", ["a.whl", "a.tar.gz", "a.tar", "a.tar.bz2", "a.tar.xz", "a.conda", "a.egg", "a.pyz"])
@pytest.mark.parametrize(
    "data", [b"", b"x = 1\n", b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\x00", os.urandom(9000)]
)
def test_what_is_no_archive(tmp_path: Path, name: str, data: bytes) -> None:
    good, bad = outcome(written(tmp_path, name, data))
    assert good == set()
    assert set(bad) == {None}


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"", "an empty file"), (b"x = 1\n", "not a complete zip file; build it again"),
     (zipped({"a.py": CODE})[:-9], "not a complete zip file; build it again")],
)  # fmt: skip
def test_a_wheel_that_is_empty_or_torn_is_called_so(tmp_path: Path, data: bytes, said: str) -> None:
    assert outcome(written(tmp_path, "a-1-py3-none-any.whl", data)) == (set(), {None: said})


@pytest.mark.parametrize("compression", ["", "gz", "bz2", "xz"])
def test_a_torn_tar(tmp_path: Path, compression: str) -> None:
    """Wherever it is torn, that is said; what comes before is read."""
    whole = tarred({f"m{number}.py": os.urandom(600).hex() for number in range(20)}, compression)
    read_so_far = set()
    for end in range(1, len(whole) - (10240 if not compression else 0), max(1, len(whole) // 40)):
        good, bad = outcome(written(tmp_path, "a.tar", whole[:end]))
        assert None in bad, end
        read_so_far |= good
    assert len(read_so_far) > 10 or compression == "bz2"  # whose blocks are larger than all of it


def test_a_tar_with_a_header_of_noise_in_the_middle(tmp_path: Path) -> None:
    """``tarfile`` takes it for the end, and says nothing."""
    first = tarred({"a.py": CODE}, "")[:1024]
    data = first + os.urandom(512) + tarred({"b.py": "(\n"}, "")
    good, bad = outcome(written(tmp_path, "a.tar", data))
    assert good == {"a.py"}
    assert set(bad) == {None}


def test_a_compressed_tar_with_a_wrong_checksum(tmp_path: Path) -> None:
    data = bytearray(tarred({"a.py": CODE}))
    data[-8] ^= 1
    good, bad = outcome(written(tmp_path, "a.tar.gz", bytes(data)))
    assert good == {"a.py"}
    assert set(bad) == {None}


def sized(name: str, size: int) -> bytes:
    """The header of a member that says that it is so large."""
    member = entry(name)
    member.size = size
    return member.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("size", [65 * MIB, 1 << 40, (1 << 62)])
def test_a_tar_that_promises_more_than_it_holds(tmp_path: Path, size: int) -> None:
    data = tarred({"a.py": CODE}, "")[:1024] + sized("huge.py", size)
    good, bad = outcome(written(tmp_path, "a.tar", data))
    assert good == {"a.py"}
    assert set(bad) == {"huge.py", None}
    assert "64 MiB" in bad["huge.py"]


HEADERS = {
    "a long name": (tarfile.GNUTYPE_LONGNAME, 300 * MIB),
    "a pax header": (tarfile.XHDTYPE, 300 * MIB),
    "a global pax header": (tarfile.XGLTYPE, 300 * MIB),
    "a negative size": (tarfile.REGTYPE, -1024),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", HEADERS)
def test_a_header_that_is_a_bomb(tmp_path: Path, kind: str) -> None:
    type_, size = HEADERS[kind]
    member = entry("bomb.py", kind=type_)
    member.size = abs(size)
    header = bytearray(member.tobuf(tarfile.GNU_FORMAT))
    if size < 0:
        header[124:136] = b"\xff" * 4 + struct.pack(">q", size)
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
    data = io.BytesIO()
    with gzip.GzipFile(fileobj=data, mode="wb", compresslevel=1) as file:
        file.write(tarred({"a.py": CODE}, "")[:1024] + header)
        for _ in range(abs(size) // MIB):
            file.write(bytes(MIB))
    good, bad = outcome(written(tmp_path, "a.tar.gz", data.getvalue()))
    assert good == {"a.py"}
    assert None in bad


def test_headers_within_headers(tmp_path: Path) -> None:
    """Each names the next one; ``tarfile`` follows them by calling itself."""
    name = entry("n", b"x\0", kind=tarfile.GNUTYPE_LONGNAME)
    chain = (name.tobuf(tarfile.GNU_FORMAT) + b"x\0" + bytes(510)) * 20_000
    data = tarred({"a.py": CODE}, "")[:1024] + chain + tarred({"b.py": CODE}, "")
    good, bad = outcome(written(tmp_path, "a.tar", data))
    assert good == {"a.py"}
    assert set(bad) == {None}


COUNTED = """
import sys
from syntax_guard.sources.archives.kinds import read
archive = read(sys.argv[1])
kept = sum(type(source).__name__ == "Held" for source in archive.sources)
print(kept, len(archive.sources) - kept)
"""


def limited(path: str) -> tuple[int, int]:
    """How many members are read, and how many are not, in a process that may use 500 MiB."""
    kept, refused = map(int, in_memory(500 * MIB, COUNTED, path).split())
    return kept, refused


@pytest.mark.slow
def test_a_zip_bomb_of_many_members(tmp_path: Path) -> None:
    """Each of them may be as large as a source may; all of them together would not fit."""
    bomb = bytes(60 * MIB)
    members = [(zipfile.ZipInfo(f"m{number}.py"), bomb) for number in range(6)]
    for member, _ in members:
        member.compress_type = zipfile.ZIP_DEFLATED
    kept, refused = limited(written(tmp_path, "a.whl", zip_of([*members, (zipfile.ZipInfo("good.py"), b"x = 1\n")])))
    assert kept + refused == 7
    assert refused >= 4
    good, _ = outcome(os.path.join(tmp_path, "a.whl"))
    assert "good.py" in good


@pytest.mark.slow
@pytest.mark.parametrize("name", ["bomb.py", "bomb.bin"])
def test_a_tar_bomb(tmp_path: Path, name: str) -> None:
    """That unpacks to 2.5 GiB, and says that it has 20."""
    head = tarred({"a.py": CODE}, "")[:1024] + sized(name, 20 << 30)
    path = written(tmp_path, "a.tar.gz", gzip.compress(head) + gzip.compress(bytes(64 * MIB), 9) * 40)
    kept, refused = limited(path)
    assert kept == 1
    assert refused >= 1


@pytest.mark.slow
def test_a_bomb_in_bzip2(tmp_path: Path) -> None:
    head = tarred({"a.py": CODE}, "")[:1024] + sized("bomb.bin", 20 << 30)
    path = written(tmp_path, "a.tar.bz2", bz2.compress(head) + bz2.compress(bytes(32 * MIB)) * 640)
    kept, refused = limited(path)
    assert (kept, refused) == (1, 1)


def test_archives_in_archives_are_not_opened(tmp_path: Path) -> None:
    data = zipped({"__main__.py": CODE})
    for _ in range(50):
        data = zipped({"inner.zip": data, "good.py": CODE})
    archive = read(written(tmp_path, "a.zip", data))
    assert [source.member for source in archive.sources] == ["good.py"]
    assert [one.reason for one in archive.skipped] == ["nested-archive"]


@pytest.mark.slow
def test_a_hundred_thousand_members(tmp_path: Path) -> None:
    path = written(tmp_path, "a.whl", zipped({f"p{number}.py": b"" for number in range(100_000)}, zipfile.ZIP_STORED))
    assert limited(path) == (100_000, 0)


def test_more_members_than_any_artifact_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    members = {f"p{number}.py": b"" for number in range(60)}
    whole, packed = written(tmp_path, "a.whl", zipped(members)), written(tmp_path, "a.tar.gz", tarred(members))
    from syntax_guard.sources.archives import tars, zips

    monkeypatch.setattr(tars, "MEMBERS", 50)
    monkeypatch.setattr(zips, "MEMBERS", 50)
    assert outcome(whole) == (set(), {None: "more than 50 members"})
    good, bad = outcome(packed)
    assert len(good) == 50
    assert "more than 50 members" in bad[None]


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_script_over_the_limit(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"syntax_guard.sources.archives.{kind}s.SIZE_LIMIT", 100)
    texts = {"demo/tool": "#!/usr/bin/env python3\n" + "#" * 100, "demo/program": "\x7fELF" + "\0" * 100}
    if kind == "zip":
        data = zip_of([(executable(name), text.encode()) for name, text in texts.items()])
    else:
        data = tarred(texts, mode=0o755)
    good, bad = outcome(written(tmp_path, {"zip": "a.whl", "tar": "a.tar.gz"}[kind], data))
    assert (good, set(bad)) == (set(), {"demo/tool"})


def test_a_directory_that_would_fill_the_memory(tmp_path: Path) -> None:
    entry_ = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 3, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    count = bounds.DIRECTORY_BYTES // len(entry_) + 1000
    directory = entry_ * count
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, len(directory), 0, 0)
    path = written(tmp_path, "a.whl", directory + end)
    assert limited(path) == (0, 1)
    assert "directory" in outcome(path)[1][None]


def test_zip64(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("a.py", "b.py"):
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(CODE.encode())
    assert outcome(written(tmp_path, "a.whl", file.getvalue())) == ({"a.py", "b.py"}, {})


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFO here")
def test_a_fifo_in_place_of_an_archive(tmp_path: Path) -> None:
    path = os.path.join(tmp_path, "a.whl")
    os.mkfifo(path)
    assert outcome(path) == (set(), {None: "a FIFO and not a regular file"})


@pytest.mark.parametrize(
    "text", ["a: b", "", "Requires-Python:", "\xff\xfe", "Requires-Python: " + "9" * 5000, "[" * 9999]
)
def test_metadata_of_nonsense(tmp_path: Path, text: str) -> None:
    data = text.encode("latin-1")
    assert read(written(tmp_path, "a-1-py3-none-any.whl", zipped({"a.dist-info/METADATA": data}))).sources == ()
    packed: dict[str, str | bytes] = {"info/index.json": data, "lib/a.py": CODE}
    assert len(read(written(tmp_path, "a-1-0.tar.bz2", tarred(packed, "bz2"))).sources) == 1
