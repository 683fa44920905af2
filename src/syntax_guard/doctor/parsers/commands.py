"""Commands that run somewhere, where reading them is sure, and what they say of this tool.

Every format yields a `Run`: its words, and where they stand. Sure are simple commands, one after another or joined by
``&&``. Whatever may keep one from running, or swallow how it ends (``||``, pipes, conditions, functions, ``exit``,
another folder), makes a text that is not read.
"""

from __future__ import annotations

import posixpath
import re
from itertools import dropwhile

from syntax_guard.model import Record

from ..data import KNOWN
from ..finding import Place

TOOL = "syntax-guard"
WEAK = re.compile(r"\b(?:compileall|py_compile)\b")
"""A gate of the project's own: it knows one Python, and passes over what has a file of bytecode."""
LEAVES_OUT = re.compile(r"SYNTAX_GUARD_(?:EXCLUDE|EXPECTED_BROKEN|ALLOW_BROKEN)\b")
"""Variables that leave files out."""
_MOST_LINES, _MOST_TEXT = 300, 12_000
_TOKEN = re.compile(
    r"(?P<blank>(?:[ \t]|(?<=[ \t])\\\n|\\\n(?=[ \t])|(?<![^\s;&])#[^\n]*)+)|(?P<joins>&&)|(?P<ends>[;\n])|"
    r"(?P<word>(?:[^\s;&|<>(){}`'\"\\#$]|\$(?!['\"])|(?<=[^\s;&])#|\$\{\w+\}|'[^']*'|\"(?:[^\"$`\\]|\$[\w@]|\$\{\w+\})*\")+)"
    r"|(?P<other>.)"
)
"""Blanks and comments, operators, and words: bare, in quotes, or with a variable. Other text is not read."""
_UNSURE = re.compile(
    r"if|then|else|elif|fi|for|while|until|do|done|case|esac|function|select|[{}!.]|\[\[|trap|exit|return|eval|source|"
    r"alias|cd|pushd|popd|shopt|enable|break|continue|unset|kill|wait|time|coproc|hash|\$.*"
)
_SHEBANG = re.compile(r"#!\s*(?:/usr)?/bin/(?:env (?:-S )?)?(?:sh|bash|dash)(?P<errexit> -e)?[ \r]*(?:\n|$)")
_WRAPPER = re.compile(
    r"((?:\S*/)?(?:exec|tini|dumb-init|catatonit|docker-init|nice|uvx|(?:uv|poetry|pdm|hatch|pipenv|rye|pipx|pixi) run|"
    r"uv tool run|env(?! -))(?: -\S+)*(?: [A-Za-z_]\w*=\S*)*) "
)
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=")
_VERBS = ("check", "run", "pre-push", "probe")
_VALUED, _HARMLESS = {*KNOWN["options"]["valued"]}, {*KNOWN["options"]["harmless"]}
_SHOWS = {"-h", "--help", "--version", "--report-only"}
_NO_CALL = re.compile(r"echo |printf |(?:\S+ ){0,4}(?:install|add|sync) |git |(?:\S+ ){0,2}(?:pre-commit|prek) run ")
"""Commands that name the tool and do not run it themselves."""


class Run(Record):
    """A command line of a file: the words that are executed, none where it is switched off, and the key in front."""

    words: tuple[str, ...]
    place: Place
    key: str
    before: bool = False
    """It has to succeed before what serves is started."""

    @property
    def text(self) -> str:
        """All that is run, as one text of a bounded length."""
        nested = inner(self.words)
        return (nested[0] if nested else " ".join(self.words))[:4_000]


class Command(Record):
    """A simple command of a text."""

    words: tuple[str, ...]
    stops: bool = True
    """Where it fails or is not reached, nothing behind it runs and the text ends with a failure."""
    before: str = ""
    """What runs before it."""
    last: bool = True


class Call(Record):
    """A call of the tool; ``verb`` is empty where it only shows something, ``unsure`` is what may let files out."""

    command: Command
    verb: str = ""
    options: dict[str, str] = {}  # noqa: RUF012 - no record changes
    paths: tuple[str, ...] = ()
    unsure: str | None = None

    @property
    def written(self) -> str:
        """The words as one text."""
        return " ".join(self.command.words)


def in_shell(text: str, *, errexit: bool) -> tuple[str, ...]:
    """The words that hand ``text`` to a shell; ``errexit``: it stops at an error (GitHub's ``bash -e``)."""
    return ("sh", "-ec" if errexit else "-c", text)


def of_script(text: str) -> tuple[str, ...] | None:
    """The words that run a file; None where no shell of POSIX does."""
    found = _SHEBANG.match(text)
    return in_shell(text, errexit=bool(found and found["errexit"])) if found or not text.startswith("#!") else None


def inner(words: tuple[str, ...]) -> tuple[str, bool] | None:
    """The text that ``words`` hand to a shell (``bash -ec "…"``), and whether it stops at an error; or None."""
    if len(words) < 3 or posixpath.basename(words[0]) not in ("sh", "bash", "dash", "ash"):
        return None
    for index, option in enumerate(words[1:-1], 1):
        if re.fullmatch(r"-\w*c", option):
            return words[index + 1], "e" in "".join(words[1 : index + 1])
        if not re.fullmatch(r"-\w+|pipefail|errexit", option):
            return None
    return None


def commands(words: tuple[str, ...]) -> list[Command] | None:
    """The simple commands that ``words`` run, or None where reading is not sure."""
    text, errexit = inner(words) or ("", False)
    if not text:
        return [Command(words)]
    statements = _statements(text)
    every = [(statement, one) for statement in statements or [] for one in statement]
    found: list[Command] = []
    before = ""
    for number, (statement, one) in enumerate(every, 1):
        alone, is_last = len(statement) == 1, number == len(every)
        if one[0] == "set" and alone and re.fullmatch(r"-[eux]+(?:o pipefail)?", " ".join(one[1:])):
            errexit = errexit or "e" in one[1]
        elif one[0] == "set" or (one[0] == "exec" and not is_last):
            return None
        else:
            found.append(Command(one, statement is every[-1][0] or (errexit and alone), before, is_last))
            before += " ".join(one) + "\n"
    return None if statements is None else found


def _statements(text: str) -> list[list[tuple[str, ...]]] | None:
    """The statements of a text, each of commands that ``&&`` joins; None where there is text of another kind."""
    if len(text) > _MOST_TEXT or text.count("\n") > _MOST_LINES or LEAVES_OUT.search(text):
        return None
    found: list[list[tuple[str, ...]]] = [[]]
    words: list[str] = []
    for token in _TOKEN.finditer(text + "\n"):
        if token["word"]:
            words.append(re.sub(r"'([^']*)'|\"([^\"]*)\"", r"\1\2", token["word"]))
        elif not token["blank"]:
            one = tuple(dropwhile(_ASSIGNED.match, words)) or tuple(words)
            if token["other"] or (_UNSURE.fullmatch(one[0]) if one else token["joins"]):
                return None
            found[-1] += [one] if one else []
            found += [[]] if one and token["ends"] else []
            words = []
    return found if found[-1] else found[:-1]


def mentions(text: str) -> bool:
    """Whether ``text`` speaks of the tool at all."""
    return TOOL in text or TOOL.replace("-", "_") in text


def calls(words: tuple[str, ...]) -> list[Call] | None:
    """The calls of the tool that ``words`` make, or None where that is not sure and they speak of the tool."""
    read = commands(words) if any(map(mentions, words)) else []
    if read is None:
        return None
    found: list[Call] = []
    for one in read:
        made, shown = call(one), " ".join(one.words)
        deeper = [made] if made else calls(one.words) if inner(one.words) and one.words != words else []
        if deeper is None or (mentions(shown) and not deeper and not _NO_CALL.match(shown)):
            return None
        for each in deeper:
            below = each.command
            stops, last = one.stops and below.stops, one.last and below.last
            found.append(each.evolve(command=Command(one.words, stops, one.before + below.before, last)))
    return found


def unwrapped(words: tuple[str, ...]) -> tuple[str, ...]:
    """The program and its words without a known runner or init in front, and without ``python -m``."""
    while found := _WRAPPER.match(" ".join(words[:8]) + " "):
        words = words[len(found[1].split()) :]
    if words[1:2] == ("-m",) and len(words) > 2 and re.fullmatch(r"(?:.*/)?python[\d.]*(?:\.exe)?", words[0]):
        words = (words[2].replace("_", "-"), *words[3:])
    return words


def call(command: Command) -> Call | None:
    """The call that ``command`` is, or None where it is not the tool: wrapped at most by a known runner or init."""
    words = unwrapped(command.words)
    if not words or not re.fullmatch(rf"(?:.*/)?{TOOL}(?:\.exe|@.*|==.*)?", words[0]):
        return None
    end = words.index("--") if "--" in words else len(words)
    verb, given = "".join(words[1:2]), words[2:end]
    if not verb or verb.startswith("-") or _SHOWS & {*given}:
        return Call(command)
    options: dict[str, str] = {}
    paths: list[str] = []
    rest = iter(given)
    for word in rest:
        name, equals, value = word.partition("=")
        if word.startswith("-") and word != "-":
            options[name] = next(rest, "") if name in _VALUED and not equals else value
        else:
            paths.append(word)
    odd = [*LEAVES_OUT.findall(" ".join(command.words)), *(() if verb in _VERBS else (verb,))]
    odd += [name for name in options if name not in _VALUED | _HARMLESS]
    odd += [word for word in given if "$" in word and verb != "pre-push"]  # which is handed what git says
    checked = (*paths, *words[end + 1 :]) if verb == "check" else ()
    return Call(command, verb, options, checked, odd[0] if odd else None)
