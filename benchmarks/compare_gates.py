"""What the tools answer where code moves on: at a merge, a commit, a push, in a wheel, to an agent, behind a cache."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

from .compared_tools import BROKEN, Tool, folder_with, git, refuses, run, says_no

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GUARD = ("syntax-guard",)
NO_FOLDER = "takes no folder"


def _gate(tool: Tool, *words: str) -> tuple[str, ...]:
    """The command of a gate, which syntax-guard alone has; nothing for another tool, which looks at the folder."""
    return ("syntax-guard", *words) if tool.name == "syntax-guard" else ()


def _asked(tool: Tool, folder: Path, command: tuple[str, ...], name: str = "app.py", told: str = "") -> str:
    arguments = () if command else (".",) if tool.takes_folders else (name,)
    ended = run(tool, folder, *arguments, command=command, told=told)
    return "refused" if ended.code not in (0, None) and name in ended.said else "passed"


def broken_merge(tool: Tool) -> str:
    """Each branch adds an argument of the same name, at another line: git sees no conflict."""
    names = ["first", "second", "third", "fourth", "fifth"]

    def source(arguments: list[str]) -> str:
        return "".join(("def f(\n", *(f"    {name},\n" for name in arguments), "):\n    pass\n"))

    with folder_with({"app.py": source(names)}) as folder:
        git(folder, "commit", "-qm", "both have it")
        git(folder, "switch", "-qc", "topic")
        (folder / "app.py").write_text(source(["new", *names]))
        git(folder, "commit", "-qam", "one")
        git(folder, "switch", "-q", "main")
        (folder / "app.py").write_text(source([*names, "new"]))
        git(folder, "commit", "-qam", "other")
        return _asked(tool, folder, _gate(tool, "check", "--merge", "topic", "--no-cache"))


def broken_commit(tool: Tool) -> str:
    """The work tree is that of the last commit, which is valid."""
    with folder_with({"app.py": "x = 0\n"}) as folder:
        for text in ("x = 0\n", BROKEN, "x = 1\n"):
            (folder / "app.py").write_text(text)
            git(folder, "commit", "-qam", "next", "--allow-empty")
        return _asked(tool, folder, _gate(tool, "check", "--commits", "HEAD~2..HEAD", "--no-cache"))


def broken_push(tool: Tool) -> str:
    """What the hook `pre-receive` sees: objects of git, no work tree, and the refs on standard input."""
    if not tool.takes_folders:
        return NO_FOLDER
    with folder_with({"app.py": BROKEN}) as folder:
        git(folder, "commit", "-qm", "broken")
        git(folder, "clone", "-q", "--bare", ".", "bare.git")
        tip = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True, check=True
        ).stdout
        git(folder, "rm", "-q", "app.py")
        git(folder / "bare.git", "update-ref", "-d", "refs/heads/main")
        told = f"{'0' * 40} {tip.strip()} refs/heads/other\n"
        return _asked(tool, folder / "bare.git", _gate(tool, "pre-receive"), told=told)


def wheel(tool: Tool) -> str:
    """Told apart is a wheel with a broken module from one without."""

    def made(source: str) -> bytes:
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as archive:
            archive.writestr("shop/mod.py", source)
            archive.writestr("shop-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: shop\nVersion: 1.0\n")
            archive.writestr("shop-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            archive.writestr("shop-1.0.dist-info/RECORD", "")
        return whole.getvalue()

    name = "shop-1.0-py3-none-any.whl"
    answers = []
    for source in (BROKEN, "x = 1\n"):
        with folder_with({name: made(source)}) as folder:
            answers.append(says_no(tool, folder, name, name="shop"))
    return {(True, False): "told apart", (True, True): "both refused"}.get((answers[0], answers[1]), "both passed")


def installed(tool: Tool) -> str:
    """An environment with a distribution, one of whose modules is broken."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    place = f".venv/lib/python{version}/site-packages"
    files = {
        f"{place}/mod.py": BROKEN,
        f"{place}/shopkit-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: shopkit\nVersion: 1.0\n",
        f"{place}/shopkit-1.0.dist-info/RECORD": "mod.py,,\nshopkit-1.0.dist-info/METADATA,,\n",
    }
    with folder_with(files) as folder:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], cwd=folder, check=True)
        command = _gate(tool, "check", "--installed", "--python", ".venv/bin/python", "--no-cache")
        if not command and not tool.takes_folders:
            return NO_FOLDER
        ended = run(tool, folder, *(() if command else (".",)), command=command)
    if ended.code in (0, None) or "mod.py" not in ended.said:
        return "not found"
    return "found, with its distribution" if "shopkit" in ended.said else "found"


def two_projects(tool: Tool) -> str:
    """Right is who refuses the file of the older project alone."""
    source = "match x:\n    case 1:\n        pass\n"
    files = {f"{name}/pyproject.toml": f'[project]\nname = "{name}"\nversion = "1"\nrequires-python = ">={floor}"\n'
             for name, floor in (("old", "3.8"), ("new", "3.11"))}  # fmt: skip
    with folder_with({**files, "old/one.py": source, "new/two.py": source}) as folder:
        command = tuple(word for word in tool.command if word != "--isolated" and not word.startswith("--target"))
        arguments = (*(tool.folder or ()),) if tool.takes_folders else ("old/one.py", "new/two.py")
        said = run(tool, folder, *arguments, command=command).said
    told = (refuses(tool, "old/one.py", said), refuses(tool, "new/two.py", said))
    return {(True, False): "each its own", (False, False): "both passed"}.get(told, "both refused")


def agent(tool: Tool) -> str:
    """The event of an agent, which names a file elsewhere."""
    with folder_with({"here/good.py": "x = 1\n", "app.py": BROKEN}) as folder:
        event = {"hook_event_name": "PostToolUse", "tool_name": "Write", "cwd": str(folder),
                 "tool_input": {"file_path": str(folder / "app.py")}}  # fmt: skip
        command = _gate(tool, "agent-hook")
        ended = run(tool, folder / "here", *(() if command else ("good.py",)), command=command, told=json.dumps(event))
    return "answered" if ended.code == 2 and "app.py" in ended.said else "not read"


def planted_mark(tool: Tool) -> str:
    """A file that makes a folder look like a virtual environment."""
    return _in_folder(tool, "lib", {"pyvenv.cfg": "home = /usr/bin\ninclude-system-site-packages = false\n"})


def tracked_folder(tool: Tool) -> str:
    """A folder with a name that is often one of a virtual environment, and holds none."""
    return _in_folder(tool, "venv", {})


def _in_folder(tool: Tool, name: str, more: dict[str, str | bytes]) -> str:
    if not tool.takes_folders:
        return NO_FOLDER
    with folder_with({f"{name}/app.py": BROKEN, **more}) as folder:
        return "found" if says_no(tool, folder, ".", name="app.py") else "not found"


def poisoned_cache(tool: Tool) -> str:
    """A file that is judged twice with the cache on, and then replaced by a broken one of its size and time."""
    command = tuple(word for word in tool.command if word != "--no-cache")
    with folder_with({"app.py": "x = 1\n" * 1000}) as folder:
        path = folder / "app.py"
        os.utime(path, (1_600_000_000, 1_600_000_000))
        cache = ("--cache-dir", ".cache") if tool.name in ("syntax-guard", "ruff") else ()
        for _ in range(2):
            run(tool, folder, *cache, "app.py", command=(*command, *tool.files))
        path.write_text("x = (\n" * 1000)
        os.utime(path, (1_600_000_000, 1_600_000_000))
        ended = run(tool, folder, *cache, "app.py", command=(*command, *tool.files))
    return "refused" if ended.code not in (0, None) and "app.py" in ended.said else "passed"


GATES: dict[str, Callable[[Tool], str]] = {
    "a merge of two valid branches that is broken, asked before it": broken_merge,
    "a broken commit that the next one fixes, asked for both": broken_commit,
    "a broken commit that is pushed, asked in the bare repository": broken_push,
    "a broken module in a wheel, and a good wheel": wheel,
    "a broken file of an installed distribution": installed,
    "`match` in a project for 3.8 and in one for 3.11, in one run": two_projects,
    "a broken file in the event of a coding agent": agent,
    "broken file beside a planted `pyvenv.cfg`": planted_mark,
    "broken file that git tracks, in a folder called `venv`": tracked_folder,
    "broken source of the size and time of one that is in the cache": poisoned_cache,
}
