"""Every message that the package can print, taken from its source.

``python -m tests.messages.collect`` writes docs/messages.md, and table.txt for a person who reads all of them: one line
a message, below its module. ``{…}`` stands for what is filled in. An error shows what happened, then ``->`` and what to
do.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import syntax_guard

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(syntax_guard.__file__).parent
TABLE = Path(__file__).with_name("table.txt")
PAGE = Path(__file__).parents[2] / "docs" / "messages.md"
APPLICATIONS = {"CheckError", "Fault", "StartupError", "UnreadableError"}
"""They reach a user as a part of another message, which says what to do: a finding, or an answer of ``/health``."""
_PROSE = re.compile(r"[A-Za-z`'}…]{2,}[,:;]? [a-z`'{(-]{2,}")
_PATTERN = re.compile(r"\\[sdwSbA]|\(\?|\[\^|\)\*|\.\*|\]\+|%[CaefP][dsn]")
_CODE = re.compile(
    r"^\s*(?:import|from \w+ import|SELECT|SET LOCAL|class|def) "
    r"|\b(?:Callable|tuple|Mapping|Iterator)\[|^[\w.]+(?: \| [\w.]+)+$"
)
_FILLED = "{…}"


class Message(NamedTuple):
    """What is printed, and, of an error, what it says to do."""

    module: str
    text: str
    error: str = ""
    """The name of the exception; empty for a text that is no error."""
    hint: str | None = None
    """None where an error says nothing of what to do."""

    def __str__(self) -> str:
        return f"{self.error}: {self.text}" + (f" -> {self.hint}" if self.hint else "") if self.error else self.text


def text_of(node: ast.AST | None) -> str | None:
    """The text that an expression makes; None where it makes no text that could be read here."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name):
        return constants().get(node.id)
    if isinstance(node, ast.FormattedValue):
        return text_of(node.value) if isinstance(node.value, ast.Name) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) or _FILLED for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = [text_of(node.left), text_of(node.right)]
        return None if sides == [None, None] else "".join(side or _FILLED for side in sides)
    if isinstance(node, ast.IfExp):
        sides = [text_of(node.body), text_of(node.orelse)]
        return " | ".join(side or _FILLED for side in sides) if any(sides) else None
    return None


@cache
def constants() -> dict[str, str]:
    """The texts at the top of modules that have a name in capitals, by that name; not those that differ."""
    found: dict[str, set[str]] = {}
    for path in modules():
        for node in tree(path).body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper():
                text = text_of(node.value) if isinstance(node.value, ast.Constant) else None
                found.setdefault(node.targets[0].id, set()).add(text or "")
    return {name: text for name, (text, *more) in found.items() if text and not more}


@cache
def errors() -> set[str]:
    """The exceptions whose words reach a user."""
    found = {"SyntaxGuardError", "UnreadableError", "CheckError", "Fault"}
    classes = [node for path in modules() for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
    before = -1
    while len(found) != before:
        before = len(found)
        found |= {one.name for one in classes if {getattr(base, "id", "") for base in one.bases} & found}
    return found


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes())


def is_prose(text: str) -> bool:
    """Whether people read this: words, and no pattern, program, query or list of names."""
    if len(text.split()) > 40 and not re.search("[.,:;]", text):
        return False
    return bool(_PROSE.search(text)) and text.count("\n") < 3 and not (_PATTERN.search(text) or _CODE.search(text))


@cache
def messages() -> list[Message]:
    """All of them, module by module, in the order of the source."""
    names = errors()
    return [one for path in modules() for one in _of(tree(path), path.relative_to(PACKAGE).as_posix(), names)]


def _of(module: ast.Module, name: str, errors: set[str]) -> Iterator[Message]:
    taken: set[ast.AST] = set()
    found: list[tuple[int, int, Message]] = []
    own = _variables(ast.Module([node for node in module.body if isinstance(node, ast.Assign)], []))
    variables: dict[ast.AST, dict[str, str]] = {}
    for node in ast.walk(module):  # from the outside to the inside
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            taken.add(node.value)  # a docstring
        if isinstance(node, (ast.AnnAssign, ast.arg)) and node.annotation:
            taken.update(ast.walk(node.annotation))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.returns:
            taken.update(ast.walk(node.returns))
        if node in taken:
            continue
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            theirs = {**own, **_variables(node)}
            for inner in ast.walk(node):
                variables[inner] = theirs
        made = _error(node, name, errors, variables.get(node, own)) if isinstance(node, ast.Call) else None
        text = None if made or isinstance(node, ast.Name) else text_of(node)
        if text is not None and is_prose(text):
            made = Message(name, text)
        if made:
            found.append((node.lineno, node.col_offset, made))  # type: ignore[attr-defined]
            if made.error:
                taken.update(inner for argument in node.args[:3] for inner in ast.walk(argument))  # type: ignore[attr-defined]
            else:
                taken.update(ast.walk(node))
    seen: set[str] = set()
    for _, _, one in sorted(found, key=lambda each: each[:2]):
        if str(one) not in seen:
            seen.add(str(one))
            yield one


def _error(call: ast.Call, module: str, errors: set[str], variables: dict[str, str]) -> Message | None:
    function = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if function not in errors or not call.args:
        return None
    at = 1 if function in ("Fault", "SettingsFileError") and len(call.args) > 1 else 0
    text = text_of(call.args[at])
    if text is None:
        return None
    if function == "SettingsFileError":  # the place is its first argument
        text = f"{_FILLED}: {text}"
    hints = [*call.args[at + 1 : at + 2], *(word.value for word in call.keywords if word.arg == "hint")]
    told = hints and not (isinstance(hints[0], ast.Constant) and hints[0].value is None)
    if told and isinstance(hints[0], ast.Name) and hints[0].id in variables:
        return Message(module, text, function, variables[hints[0].id])
    return Message(module, text, function, (text_of(hints[0]) or f"{{{ast.unparse(hints[0])}}}") if told else None)


def _variables(function: ast.AST) -> dict[str, str]:
    """The texts of variables that get one value in a function or at the top of a module, by name."""
    found: dict[str, list[str]] = {}
    for node in ast.walk(function):
        if isinstance(node, (ast.Assign, ast.NamedExpr)):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            text = text_of(node.value)
            if isinstance(target, ast.Name) and text is not None:
                found.setdefault(target.id, []).append(text)
    return {name: texts[0] for name, texts in found.items() if len(texts) == 1}


def table() -> str:
    """The messages as table.txt holds them."""
    lines: list[str] = []
    module = ""
    for one in messages():
        if one.module != module:
            module = one.module
            lines += [""] * bool(lines) + [f"# {module}"]
        lines.append(str(one).replace("\n", "\\n"))
    return "\n".join(lines) + "\n"


def refusals(found: list[Message]) -> list[Message]:
    """The errors that end a run with exit code 2."""
    return [one for one in found if one.error and one.error not in APPLICATIONS and re.search("[a-z]{3}", one.text)]


def page() -> str:
    """docs/messages.md: each such error, and what to do."""
    rows = {f"| {_cell(one.text)} | {_advice(one.hint)} |" for one in refusals(messages())}
    return _HEAD + "\n".join(sorted(rows, key=lambda row: row.lower())) + "\n"


_HEAD = """# Error messages

These messages mean that a question could not be asked. The exit code is 2, and nothing was judged. Most messages end
with what to do, in parentheses. Here `…` stands for a name, a path or a number. A message about a setting begins with
the place of the setting: a file and its line (`pyproject.toml:12: …`), a variable or a flag.
`python -m tests.messages.collect` writes this page.

| message | what to do |
|---|---|
"""


def _advice(hint: str | None) -> str:
    return _cell(hint) if hint and not re.fullmatch(r"\{(?!…).*\}", hint) else "as the message says"


def _cell(text: str) -> str:
    """The text as code in a cell of a table."""
    told = text.replace(_FILLED, "…").replace(" | ", "; or: ").replace("|", "\\|").replace("\n", " ")
    return f"`` {told} ``" if "`" in told else f"`{told}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    TABLE.write_text(table(), encoding="utf-8")
