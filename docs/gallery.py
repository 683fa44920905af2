"""Write docs/gallery.md: everyday mistakes, and what CPython, ruff and syntax-guard print of each.

Run it as ``python docs/gallery.py`` with the package installed. CPython 3.8, 3.14 and ruff are asked anew where they
are found on PATH; where one is missing, what it said before stays, and the page names the version that said it.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from syntax_guard import check_source
from syntax_guard.config.settings import Settings
from syntax_guard.model import Result, Summary
from syntax_guard.reports.formats import render

HERE = Path(__file__).resolve().parent
PAGE = HERE / "gallery.md"
RECORDED = HERE / "gallery.json"
"""What others printed, by the name of the mistake, and which version of each said so."""
OTHERS = {"python3.8": "CPython 3.8", "python3.14": "CPython 3.14", "ruff": "ruff"}

MISTAKES = {
    "A misspelt keyword": "def total(items):\n    retrun sum(items)\n",
    "`else if`": "if x > 1:\n    y = 1\nelse if x > 0:\n    y = 2\n",
    "`x++`": "count = 0\ncount++\n",
    "`&&`": "if ready && count > 3:\n    go()\n",
    "`!x`": "if !ready:\n    wait()\n",
    "A function of JavaScript": "function total(items) {\n  return items.length;\n}\n",
    "A comment of C": "// the number of items\ncount = 3\n",
    "A declared variable": "let count = 3\n",
    "A choice of C": "label = done ? 'yes' : 'no'\n",
    "A merge conflict": "x = 1\n<<<<<<< HEAD\ny = 2\n=======\ny = 3\n>>>>>>> topic\n",
    "A typographic quote": "print(\u201chello\u201d)\n",
    "`print` of Python 2": "print 'hello'\n",
    "A prompt that was copied": ">>> x = 1\n",
    "Tabs and spaces": "def f():\n\tx = 1\n        y = 2\n",
    "A magic of a notebook": "import pandas as pd\n%matplotlib inline\n",
    "A file in Windows-1252": "name = 'Ren\udce9'\n",
    "A bracket that stays open": "rows = call(1,\n            2\nprint(rows)\n",
    "A missing colon": "for item in items\n    print(item)\n",
    "A string that stays open": "name = 'Ada\nprint(name)\n",
    "An assignment in a condition": "if count = 3:\n    stop()\n",
}
"""Each mistake: the file that makes it. A byte that is not UTF-8 is written as Python's names of files have it."""
HEAD = """\
# Everyday mistakes

What does a person read who makes an everyday mistake? `python docs/gallery.py` writes this page. It gives each of
twenty mistakes to each tool. {versions}.

syntax-guard ran on CPython {ran_by}.

Readers who had never seen syntax-guard said which of the four they prefer. The last one preferred syntax-guard for
fifteen of the twenty. These are the other five, and why:

- [A misspelt keyword](#a-misspelt-keyword), [an open bracket](#a-bracket-that-stays-open) and
  [a missing colon](#a-missing-colon): CPython 3.14 says the same. syntax-guard says it on older ones, too.
- [`print` of Python 2](#print-of-python-2): CPython 3.8 writes the same call.
- [An open string](#a-string-that-stays-open): the words of ruff are plainer. syntax-guard keeps the words of CPython.

A finding ends with the name of the interpreter, which this page leaves out.
"""


def main() -> int:
    """Write the page; with ``--check`` say whether it is as it would be written, from what is recorded of others."""
    recorded = json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {"versions": {}, "said": {}}
    if sys.argv[1:] == ["--check"]:
        if PAGE.read_text(encoding="utf-8") == page_of(recorded):
            return 0
        sys.exit(f"{PAGE.name} is not what CPython {sys.version.split()[0]} writes: run python docs/gallery.py")
    for program in OTHERS:
        found = shutil.which(program)
        if found:
            recorded["versions"][program] = version_of(found)
            for name, source in MISTAKES.items():
                recorded["said"].setdefault(name, {})[program] = asked(program, found, source)
    RECORDED.write_text(json.dumps(recorded, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page_of(recorded), encoding="utf-8")
    return 0


def page_of(recorded: dict[str, Any]) -> str:
    """The page, from what is recorded and what this package says now."""
    versions = ", ".join(recorded["versions"].values())
    lines = [HEAD.format(versions=f"The tools are {versions}", ran_by=".".join(map(str, sys.version_info[:2])))]
    for name, source in MISTAKES.items():
        lines.append(f"## {name}\n\n```\n{_bytes(source).decode(errors='replace')}```\n")
        lines.append("<table>\n<tr><th>tool</th><th>what it prints</th></tr>")
        for program, called in OTHERS.items():
            said = recorded["said"].get(name, {}).get(program, "not asked")
            lines.append(f"<tr><td>{called}</td><td><pre>{html.escape(said.rstrip())}</pre></td></tr>")
        lines.append("</table>\n\nsyntax-guard:\n")
        lines.append(f"```\n{ours(name)}```\n")
    return "\n".join(lines)


def ours(name: str) -> str:
    """What this package prints of a mistake, whichever Python runs it: the name of that is left out."""
    found = check_source(_bytes(MISTAKES[name]), "app.py", Settings(cache=False))
    result = Result((), Summary(1, 1, 0, 0, 0, 0, 0.0), found)
    return re.sub(r" \(CPython [\d.]+\S*\)", "", "".join(render("full", result)).rstrip("\n")) + "\n"


def _bytes(source: str) -> bytes:
    return source.encode("utf-8", "surrogateescape")


def version_of(program: str) -> str:
    """What `program` says of its version, such as ``CPython 3.14.0``."""
    said = subprocess.check_output([program, "--version"], text=True).strip()
    return said.replace("Python", "CPython")


def asked(program: str, path: str, source: str) -> str:
    """What `program`, at `path`, prints of a file with this `source`."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "app.py").write_bytes(_bytes(source))
        options = ["check", "--isolated", "--no-cache", "--quiet"] if program == "ruff" else []
        environment = {**os.environ, "NO_COLOR": "1", "PYTHON_COLORS": "0", "PYTHONIOENCODING": "utf-8"}
        command = [path, *options, "app.py"]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False, env=environment)
        said = (
            (done.stdout + done.stderr)
            .decode(errors="replace")
            .replace(os.path.realpath(folder) + os.sep, "")
            .replace(folder + os.sep, "")
        )
        return re.sub(r" +$", "", said, flags=re.MULTILINE)


if __name__ == "__main__":
    sys.exit(main())
