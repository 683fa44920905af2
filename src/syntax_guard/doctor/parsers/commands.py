"""Shell text, where reading it is sure, and what its commands say of this tool.

Sure are simple commands, one after another or joined by ``&&``. Whatever may keep one from running, or swallow how it
ends (``||``, pipes, conditions, functions, substitutions, ``exit``, another folder), makes a text that is not read.
"""

from __future__ import annotations

import posixpath
import re

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
    r"(?:[ \t]|(?<=[ \t])\\\n|\\\n(?=[ \t])|(?<![^\s;&])#[^\n]*)+|(?P<joins>&&)|(?P<ends>[;\n])|"
    r"(?P<word>(?:[^\s;&|<>(){}`'\"\\#$]|\$(?!['\"])|(?<=[^\s;&])#|\$\{\w+\}|'[^']*'|\"(?:[^\"$`\\]|\$[\w@]|\$\{\w+\})*\")+)"
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
_VERBS = ("check", "run", "pre-push", "probe")
_OPTIONS = KNOWN["options"]
_SHOWS = {"-h", "--help", "--version", "--report-only"}
_NO_CALL = re.compile(r"echo |printf |(?:\S+ ){0,4}(?:install|add|sync) |git ")
"""Commands that name the tool and do not run it."""


class Command(Record):
    """A simple command of a text."""

    words: tuple[str, ...]
    line: int
    chain: int
    """The number of its statement; those of one are joined by ``&&``."""
    stops: bool = True
    """Where it fails or is not reached, nothing behind it runs and the text ends with a failure."""


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


class Call(Record):
    """A call of the tool; ``verb`` is empty where it only shows something, ``unsure`` is what may let files out."""

    verb: str
    options: dict[str, str]
    paths: tuple[str, ...]
    unsure: str | None
    line: int = 1
    written: str = ""
    stops: bool = True
    first: bool = True
    """No other command of its text runs before it."""


def script(text: str) -> bool | None:
    """Whether the shell that runs this file stops at an error; None where no shell of POSIX does."""
    found = _SHEBANG.match(text)
    return bool(found["errexit"]) if found else None if text.startswith("#!") else False


def commands(text: str, *, errexit: bool = False) -> tuple[Command, ...] | None:
    """The simple commands of ``text``, or None where reading is not sure.

    ``errexit``: the shell that runs it stops at an error (GitHub's ``bash -e``, husky's ``sh -e``).
    """
    read = _read(text)
    if read is None:
        return None
    found: list[Command] = []
    chains = [one.chain for one in read]
    for index, one in enumerate(read):
        name, last, alone = one.words[0], one.chain == chains[-1], chains.count(one.chain) == 1
        if name == "set":
            if not alone or not re.fullmatch(r"-[eux]+(?:o pipefail)?", " ".join(one.words[1:])):
                return None
            errexit = errexit or "e" in one.words[1]
            continue
        if name == "exec" and index < len(read) - 1:
            return None
        found.append(one.evolve(stops=last or (errexit and alone)))
    return tuple(found)


def _read(text: str) -> list[Command] | None:
    """The commands with their statements; None where there is a token of another kind, or in another place."""
    if len(text) > _MOST_TEXT or text.count("\n") > _MOST_LINES or LEAVES_OUT.search(text):
        return None
    found: list[Command] = []
    words: list[str] = []
    text, at, begin, chain, joined = text + "\n", 0, 0, 0, False
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            return None
        at = token.end()
        if token["word"]:
            begin = begin if words else token.start()
            words.append(re.sub(r"'([^']*)'|\"([^\"]*)\"", r"\1\2", token["word"]))
        elif token["joins"] or token["ends"]:
            while words and re.fullmatch(r"[A-Za-z_]\w*=.*", words[0], re.DOTALL):
                del words[0]
            if (not words and (joined or token["joins"])) or (words and _UNSURE.fullmatch(words[0])):
                return None
            found += [Command(tuple(words), text.count("\n", 0, begin) + 1, chain)] if words else []
            chain, joined, words = chain + bool(token["ends"]), bool(token["joins"]), []
    return found


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


def mentions(text: str) -> bool:
    """Whether ``text`` speaks of the tool at all."""
    return TOOL in text or TOOL.replace("-", "_") in text


def call(words: tuple[str, ...]) -> Call | None:
    """The call that ``words`` are, or None where they are not the tool: wrapped at most by a known runner or init."""
    unsure = "a variable" if LEAVES_OUT.search(" ".join(words)) else None
    while found := _WRAPPER.match(" ".join(words[:8]) + " "):
        words = words[len(found[1].split()) :]
    if len(words) > 2 and re.fullmatch(r"(?:.*/)?python[\d.]*(?:\.exe)?", words[0]) and words[2] == "syntax_guard":
        words = (TOOL, *words[3:]) if words[1] == "-m" else words
    if not words or not re.fullmatch(rf"(?:.*/)?{TOOL}(?:\.exe|@.*|==.*)?", words[0]):
        return None
    end = words.index("--") if "--" in words else len(words)
    verb, before = "".join(words[1:2]), words[1:end]
    if not before or _SHOWS & {*before} or verb.startswith("-"):
        return Call("", {}, (), None)
    unsure = unsure or (None if verb in _VERBS else verb)
    options: dict[str, str] = {}
    paths: list[str] = []
    rest = iter(before[1:])
    for word in rest:
        name, equals, value = word.partition("=")
        if "$" in word and verb != "pre-push":  # which is handed what git says
            unsure = unsure or word
        elif not word.startswith("-") or word == "-":
            paths.append(word)
        elif name in _OPTIONS["valued"]:
            options[name] = value if equals else next(rest, "")
        else:
            options[name] = value
            unsure = unsure or (None if word in _OPTIONS["harmless"] else name)
    return Call(verb, options, (*paths, *words[end + 1 :]) if verb == "check" else (), unsure)


def calls(text: str, *, errexit: bool = False) -> list[Call] | None:
    """The calls of the tool in a shell text, or None where reading is not sure and it speaks of the tool."""
    read = commands(text, errexit=errexit) if mentions(text) else ()
    if read is None:
        return None
    found: list[Call] = []
    for index, command in enumerate(read):
        nested, made = inner(command.words), call(command.words)
        shown = " ".join(command.words)
        if made is None and nested is None and mentions(shown) and not _NO_CALL.match(shown):
            return None
        deeper = calls(nested[0], errexit=nested[1]) if nested else [made] if made else []
        if deeper is None:
            return None
        found += [
            one.evolve(line=command.line, written=shown, stops=one.stops and command.stops, first=not index)
            for one in deeper
        ]
    return found
