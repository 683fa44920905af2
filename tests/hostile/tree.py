"""Builds a tree in which every file means harm but three, which are broken in an ordinary way and come last.

``python tests/hostile/tree.py FOLDER`` builds it for other tools; `KINDS` says what each entry is and which codes a
report may give it. What this machine does not let be made (devices need root) is left out, and named.
"""

from __future__ import annotations

import os
import socket
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

BROKEN = {"syntax-error"}
CODING = {"encoding-error", "syntax-error"}  # versions differ in which half of CPython complains
COMPLEX = {"too-complex", "crashed", "timed-out", "syntax-error"}
SPOKEN = {"syntax-error", "suspicious-character"}
UNREADABLE = {"unreadable"}
LARGE = {"too-complex"}

ORDINARY = ("zz_first.py", "zz_second.py", "zz_third.py")
TRAP = "import os\nopen(os.environ['SPRUNG'], 'a').write(__file__ + '\\n')\n"
"""What files write that nobody should import: where ``SPRUNG`` says, if they are."""
TRAPS = (
    *("sitecustomize.py", "usercustomize.py", "conftest.py", "setup.py", "__init__.py", "__main__.py"),
    *("re.py", "json.py", "enum.py", "argparse.py", "threading.py", "subprocess.py", "queue.py", "signal.py"),
    *(
        "selectors.py",
        "tomllib.py",
        "tomli.py",
        "identify.py",
        "yaml.py",
        "msvcrt.py",
        "secrets.py",
        "unicodedata.py",
    ),
    *("_probe.py", "typing.py", "dataclasses.py", "difflib.py", "evil_codec.py", "resource.py", "identify/__init__.py"),
)


def _nested(levels: int, head: str, body: str) -> str:
    return "def f():\n" + "".join(
        f"{' ' * (depth + 1)}try: {head}\n{' ' * (depth + 1)}finally:\n" for depth in range(levels)
    ) + " " * (levels + 1) + body + "\n"  # fmt: skip


def _chain(unit: str, times: int, head: str = "", tail: str = "1") -> str:
    """A long chain. The line behind it is broken, since some versions of Python get to the end of some chains."""
    return f"{head}{unit * times}{tail}\nbroken = = 1\n"


SOURCES: dict[str, tuple[str | bytes, set[str]]] = {
    # Depth.
    "deep_terms.py": (_chain("1+", 100_000), COMPLEX),
    "deep_minus.py": (_chain("-", 100_000), COMPLEX),
    "deep_minus_small.py": (_chain("-", 30_000), COMPLEX),
    "deep_not.py": (_chain("not ", 50_000), COMPLEX),
    "deep_power.py": (_chain("1**", 100_000), COMPLEX),
    "deep_parentheses.py": ("(" * 100_000 + "1" + ")" * 100_000 + "\n", COMPLEX),
    "deep_unclosed.py": ("(" * 100_000, COMPLEX),
    "deep_unclosed_braces.py": ("{" * 60, COMPLEX),
    "deep_lists.py": ("[" * 5000 + "]" * 5000 + "\n", COMPLEX),
    "deep_dicts.py": ("{1:" * 5000 + "1" + "}" * 5000 + "\n", COMPLEX),
    "deep_calls_inside.py": ("f(" * 5000 + ")" * 5000 + "\n", COMPLEX),
    "deep_lambda.py": (_chain("lambda x=1: ", 10_000), COMPLEX),
    "deep_attributes.py": (_chain(".a", 100_000, "a", ""), COMPLEX),
    "deep_calls.py": (_chain("()", 100_000, "a", ""), COMPLEX),
    "deep_subscripts.py": (_chain("[0]", 100_000, "a", ""), COMPLEX),
    "deep_ternary.py": (_chain("1 if 1 else ", 20_000), COMPLEX),
    "deep_await.py": (_chain("await ", 20_000, "async def f(): ", "x"), COMPLEX),
    "deep_comprehension.py": (_chain("for a in a ", 5000, "[a ", "]"), COMPLEX),
    "deep_elif.py": (_chain("elif 1: pass\n", 20_000, "if 1: pass\n", "x"), COMPLEX),
    "deep_indentation.py": ("".join(" " * n + "if 1:\n" for n in range(120)) + " " * 120 + "pass\n", COMPLEX),
    "deep_fstring.py": ("f'{" * 160 + "1" + "}'" * 160 + "\n", COMPLEX),
    "deep_fstring_format.py": ("f'" + "{a:" * 200 + "}" * 200 + "'\n", COMPLEX),
    "deep_match.py": (_chain("a|", 20_000, "match x:\n case ", "a: pass"), COMPLEX),
    # Time and memory out of proportion.
    "huge_finally_return.py": (_nested(18, "return a", "a"), COMPLEX),
    "huge_finally.py": (_nested(22, "a", "a"), COMPLEX),
    "huge_import.py": (_chain("a.", 60_000, "import ", "a"), COMPLEX),
    "huge_number.py": ("x = " + "9" * 1_000_000 + "\nbroken = = 1\n", COMPLEX),
    "huge_name.py": ("class " + "a" * 1_000_000 + " broken\n", BROKEN),
    "huge_line.py": ("x = [" + "1, " * 300_000 + "] broken\n", BROKEN),
    "huge_marks.py": ("a" + "\u0301" * 20_000 + "\u0323" * 20_000 + " = = 1\n", COMPLEX),
    "huge_warnings.py": ("1 is 1\n" * 20_000 + "broken = = 1\n", BROKEN | {"syntax-warning"}),
    "huge_arguments.py": ("f(" + "a=1, " * 20_000 + ")\n", BROKEN),
    "huge_folding.py": (_chain("*9", 20_000, "x = (1,)", ""), COMPLEX),
    # Codings, and bytes that are no text.
    "bytes_utf_16.py": ("\ufeffx = 1\n".encode("utf-16-le"), CODING),
    "bytes_utf_32.py": ("\ufeffx = 1\n".encode("utf-32-le"), CODING),
    "bytes_latin_1.py": ("x = '\xe9'\n".encode("latin-1"), CODING),
    "bytes_surrogate.py": (b"x = '\xed\xa0\x80'\n", CODING),
    "bytes_overlong.py": (b"x = '\xc0\xaf'\n", CODING),
    "bytes_cut.py": (b"x = '\xe2\x82", CODING),
    "bytes_null.py": (b"x = 1\0\n", CODING),
    "bytes_nulls.py": (b"\0" * 4096, CODING),
    "bytes_null_end.py": (b"x = (\n\0", CODING),
    "bytes_random.py": (bytes((7 * n * n + n) % 256 for n in range(5000)), CODING),
    "bytes_controls.py": (bytes(range(1, 32)) + b"\n", CODING),
    "bytes_carriage_returns.py": (b"x = 1\ry = (\r", BROKEN),
    "coding_unknown.py": (b"# coding: no-such-coding\nx = 1\n", CODING),
    "coding_project.py": (b"# coding: evil_codec\nx = 1\n", CODING),
    "coding_hex.py": (b"# coding: hex\n00\n", CODING),
    "coding_rot13.py": (b"# coding: rot13\nk = 1\n", CODING),
    "coding_zip.py": (b"# coding: zip\nk = 1\n", CODING),
    "coding_undefined.py": (b"# coding: undefined\nx = 1\n", CODING),
    "coding_utf_7.py": (b"# coding: utf-7\nx = = +AAA-1\n", CODING),
    "coding_mark.py": (b"\xef\xbb\xbf# coding: latin-1\nx = 1\n", CODING),
    "coding_long.py": (b"# coding: " + b"a" * 100_000 + b"\nx = 1\n", CODING),
    # Words for whoever reads the report.
    "says_error.py": ("  ::error file=a.py::all is well (\n", BROKEN),
    "says_stop.py": ("::stop-commands::x\n", BROKEN),
    "says_group.py": ("x = ##[error]all is well\n", BROKEN),
    "says_escape.py": ("x = = '\x1b[2J\x1b]0;title\x07'\n", BROKEN),
    "says_return.py": ("x = = '\x08\x08\x0c\x0b'\n", BROKEN),
    "says_bidi.py": ("x = 1  # \u202e\u2066 nothing to see \u2069\n", SPOKEN),
    "says_invisible.py": ("x = '\u200b\ufeff\u2060'\n", SPOKEN),
}  # fmt: skip


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the address of a socket has room for 108 bytes
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(path.name)
    finally:
        os.chdir(here)


def _device(kind: int, major: int, minor: int) -> Callable[[Path], None]:
    return lambda path: os.mknod(path, kind | 0o666, os.makedev(major, minor))


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def _sparse(size: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(size)

    return make


def _content(content: str | bytes, mode: int = 0o644) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        path.chmod(mode)

    return make


def _folder_without_rights(path: Path) -> None:
    path.mkdir()
    _content("x = (\n")(path / "inside.py")
    path.chmod(0)


def _folder_with_file(path: Path) -> None:
    path.mkdir()
    _content("x = (\n")(path / "inside.py")


def _deep_folder(path: Path) -> None:
    """Folders in folders until their path is longer than the 4,096 bytes that a system call takes."""
    here = Path.cwd()
    path.mkdir()
    os.chdir(path)
    try:
        for _ in range(20):
            Path("d" * 250).mkdir()
            os.chdir("d" * 250)
        _content("x = (\n")(Path("inside.py"))
    finally:
        os.chdir(here)


def _named(name: str) -> tuple[Callable[[Path], None], set[str]]:
    return _content(f"name = {len(name)} (\n"), BROKEN


FILES: dict[str, tuple[Callable[[Path], None], set[str]]] = {
    "file_fifo.py": (_fifo, UNREADABLE),
    "file_socket.py": (_socket, UNREADABLE),
    "file_device_full.py": (_device(stat.S_IFCHR, 1, 7), UNREADABLE),
    "file_device_tty.py": (_device(stat.S_IFCHR, 5, 0), UNREADABLE),
    "file_device_block.py": (_device(stat.S_IFBLK, 7, 200), UNREADABLE),
    "file_sparse.py": (_sparse(65 << 20), LARGE),
    "file_sparse_terabyte.py": (_sparse(1 << 40), LARGE),
    "file_sparse_nulls.py": (_sparse(5 << 20), CODING),
    "file_secret.py": (_content("x = (\n", 0), UNREADABLE | BROKEN),  # root reads it
    "link_zero.py": (_link("/dev/zero"), UNREADABLE),
    "link_fifo.py": (_link("file_fifo.py"), UNREADABLE),
    "link_memory.py": (_link("/proc/self/mem"), UNREADABLE),
    "link_kernel.py": (_link("/proc/kallsyms"), UNREADABLE | BROKEN | CODING),
    "link_environment.py": (_link("/proc/self/environ"), UNREADABLE | CODING | BROKEN),
    "script": (_content("#!/usr/bin/env python3\nx = (\n", 0o755), BROKEN),
    "folder_secret": (_folder_without_rights, UNREADABLE | BROKEN),
    "folder.py": (_folder_with_file, BROKEN),
    "folder_deep": (_deep_folder, UNREADABLE),
    "-x.py": _named("an option"),
    "--quiet.py": _named("a long option"),
    " .py": _named("blank"),
    "na\nme ::error::all is well\n.py": _named("line breaks"),
    "na\rme.py": _named("carriage return"),
    "na\x1b[31mme.py": _named("escape"),
    "na\u202eme.py": _named("bidirectional"),
    "na##[error]me.py": _named("command"),
    "na\udcffme.py": _named("no UTF-8"),
    "n" * 252 + ".py": _named("long"),
    "na<&>'\"me.py": _named("markup"),
}
KINDS = {name: codes for kinds in (SOURCES, FILES) for name, (_, codes) in kinds.items()}


def build(folder: Path) -> dict[str, str]:
    """Build the tree in `folder`, which exists and is empty. Returns what could not be made, and why."""
    left_out: dict[str, str] = {}
    for name, (content, _) in SOURCES.items():
        _content(content)(folder / name)
    for name, (make, _) in FILES.items():
        try:
            make(folder / name)
        except OSError as error:  # no rights to make it, or a file system that has no such thing
            left_out[name] = error.strerror or str(error)
    for name, target in (("itself", "itself"), ("pair_a", "pair_b"), ("pair_b", "pair_a")):  # skipped as dead links
        (folder / f"link_{name}.py").symlink_to(f"link_{target}.py")
    (folder / "link_nowhere.py").symlink_to("nowhere")
    (folder / "link_up").symlink_to("..")
    for name in TRAPS:
        (folder / name).parent.mkdir(exist_ok=True)
        _content(TRAP)(folder / name)
    _content("import os; open(os.environ['SPRUNG'], 'a').write('pth')\n")(folder / "evil.pth")
    for number, name in enumerate(ORDINARY):
        _content("\n" * number + "x = (\n")(folder / name)
    return left_out


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True)
    for each, why in build(target).items():
        sys.stderr.write(f"left out {each!r}: {why}\n")
