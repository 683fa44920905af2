"""Simple commands, one after another or joined by ``&&``; what may keep one from running, or unheard, is not read."""

import pkgutil
import re
from collections.abc import Iterable
from itertools import dropwhile

from syntax_guard.config import toml
from syntax_guard.model import Record

from ..finding import Place

KNOWN = toml.parse(pkgutil.get_data("syntax_guard.doctor", "known.toml") or b"", "known.toml")
TOOL = "syntax-guard"
SPEAKS = re.compile(r"syntax[-_]guard|\b(?:compileall|py_compile)\b")  # the tool, or a gate of the project's own
MOVES = re.compile(  # what is started, from where it imports, or what is left out
    r"\bSYNTAX_GUARD_(?:EXCLUDE|EXPECTED_BROKEN|ALLOW_BROKEN)\b|\b(?:BASH_ENV|GUNICORN_CMD_ARGS|FLASK_APP)\b|"
    r"\bPYTHON(?!UNBUFF|DONTWR|FAULTH|HASHS|IOENC|UTF8)[A-Z]+\b"
)
HIDES = re.compile(rf"{MOVES.pattern}|\b(?:PATH|GIT_(?!DEPTH|SUBM)\w+|PIP_[TPR]\w+|TOX_\w+|\w*MAKE(?:FLAGS|FILES))\b")
_MOST_LINES, _MOST_TEXT = 300, 12_000
_TOKEN = re.compile(
    r"(?P<blank>(?:[ \t]|(?<=[ \t])\\\n|\\\n(?=[ \t])|(?<![^\s;&])#[^\n]*)+)|(?P<joins>&&)|(?P<ends>[;\n])|"
    r"(?P<word>(?:[^\s;&|<>(){}`'\"\\#$]|\$(?!['\"])|(?<=[^\s;&])#|\$\{\w+\}|'[^']*'|\"(?:[^\"$`\\]|\$[\w@]|\$\{\w+\})*\")+)"
    r"|(?P<other>.)"
)  # blanks and comments, operators, and words: bare, in quotes, or with a variable; other text is not read
_UNSURE = re.compile(
    r"if|then|else|elif|fi|for|while|until|do|done|case|esac|function|select|[{}!.]|\[\[|trap|exit|return|eval|source|"
    r"alias|cd|pushd|popd|shopt|enable|break|continue|unset|kill|wait|time|coproc|hash|\$.*"
)
_SHEBANG = re.compile(r"#!\s*(?:/usr)?/bin/(?:env (?:-S )?)?(?:sh|bash|dash)( -e)? *(?:\n|$)")
_WRAPPER = re.compile(
    r"(?:[^\s@]*/)?(?:exec|tini|dumb-init|catatonit|docker-init|nice|uvx|(?:uv|poetry|pdm|hatch|pipenv|rye|pipx|pixi|"
    rf"uv tool) run|env)(?: (?:{'|'.join(KNOWN['options']['wrapper'])}))*(?: [A-Za-z_]\w*=\S*)* |"
    r"(?:\S*/)?python[\d.]*(?:\.exe)? -m "
)  # a known runner or init, and ``python -m``
_BEFORE = re.compile("|".join(KNOWN["options"]["before"]), re.DOTALL)
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=")
_CALL = re.compile(
    rf"(?:[/~$]\S*/|\.?v?env/bin/)?syntax[-_]guard(?:\.exe|[@=]\S+)? (?P<verb>check|run|probe|pre-push(?: \$@)?)(?P"
    rf"<options>(?: (?:{'|'.join(KNOWN['options']['harmless'])}))*)(?P<paths>(?: [^-\s$][^\s$]*)*)(?P<run> --(?!\S).*)?"
)
_NO_CALL = re.compile(r"echo |printf |(?:\S+ ){0,4}(?:install|add|sync) |git |(?:\S+ ){0,2}(?:pre-commit|prek) run ")


class Run(Record):
    """A command of a file, over ``lines``: the words that are executed, none where it is switched off, and its key."""

    words: tuple[str, ...]
    place: Place
    key: str
    lines: int = 1

    @property
    def text(self) -> str:
        """All that is run, as one text of a bounded length."""
        return (inner(self.words) or (" ".join(self.words), False))[0][:4_000]


class Call(Record):
    """A simple command, with what runs before it, and ``behind`` it, or by it, only if it ends well."""

    text: str
    words: tuple[str, ...] = ()
    doubt: str | None = None  # why it may let a broken file pass, or fail unheard
    verb: str = ""
    root: str = ""
    is_staged: bool = False
    paths: tuple[str, ...] = ()
    before: str = ""
    behind: tuple[str, ...] = ()


def in_shell(text: str, *, errexit: bool) -> tuple[str, ...]:
    """The words that hand ``text`` to a shell; ``errexit``: it stops at an error (GitHub's ``bash -e``)."""
    return ("sh", "-ec" if errexit else "-c", text)


def of_script(text: str) -> tuple[str, ...] | None:
    """The words that run a file; None where no shell of POSIX does."""
    found = _SHEBANG.match(text)
    return in_shell(text, errexit=bool(found and found[1])) if found or not text.startswith("#!") else None


def inner(words: tuple[str, ...]) -> tuple[str, bool] | None:
    """The text that ``words`` hand to a shell (``bash -ec "…"``), and whether it stops at an error; or None."""
    shell = re.fullmatch(r"(?:\S*/)?(?:ba|da|a)?sh((?: -[eilux]*(?:o pipefail)?)*?) -([eilux]*)c", " ".join(words[:-1]))
    return (words[-1], bool(re.search(r"-\w*e", f"{shell[1]} -{shell[2]}"))) if shell else None


def unwrapped(command: str) -> str:
    """A command without a known runner or init in front."""
    while found := _WRAPPER.match(command):
        command = command[found.end() :]
    return command


def changed(texts: Iterable[str]) -> str | None:
    """Why commands may change the files that are checked behind them; None where they are known not to."""
    odd = (one for one in texts if not _BEFORE.fullmatch(unwrapped(one)))
    return next((f"`{one[:200]}` before it may change files" for one in odd), None)


def commands(words: tuple[str, ...]) -> list[Call] | None:
    """The simple commands that ``words`` run, or None where reading is not sure."""
    text, errexit = inner(words) or ("", False)
    statements = _statements(text) if text else [[words]]
    found, before = list[Call](), ""
    for number, statement in enumerate(statements or (), 1):
        alone, is_last = len(statement) == 1, number == len(statements or ())
        if alone and text and re.fullmatch(r"set -[eux]+(?:o pipefail)?", " ".join(statement[0])):
            errexit = errexit or "e" in statement[0][1]
        elif any(one[0] == "set" or (one[0] == "exec" and not (is_last and one is statement[-1])) for one in statement):
            return None
        else:
            unheard = None if is_last or (errexit and alone) else "what stands behind it may swallow its exit code"
            for one in statement:
                found.append(Call(" ".join(re.sub(r"\s", "_", word) for word in one), one, unheard, before=before))
                before += f"{found[-1].text}\n"
    return None if statements is None else found


def _statements(text: str) -> list[list[tuple[str, ...]]] | None:
    """The statements of a text, each of commands that ``&&`` joins; None where there is text of another kind."""
    if len(text) > _MOST_TEXT or text.count("\n") > _MOST_LINES:
        return None
    found, words = [list[tuple[str, ...]]()], list[str]()
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


def calls(words: tuple[str, ...], *verbs: str) -> list[Call]:
    """What ``words`` call of the tool, or may call, where it is to be called with one of the ``verbs``."""
    whole, found = "\n".join(words), []
    read, hidden = commands(words) if SPEAKS.search(whole) else [], HIDES.search(whole)
    if read is None or (read and hidden):
        return [Call(whole, doubt=f"{hidden[0]} may leave files out" if hidden else "the text around it is not read")]
    for number, one in enumerate(read, 1):
        made = _CALL.fullmatch(bare := unwrapped(one.text))
        if made and made["verb"].split()[0] in verbs and (made["run"] is None or made["verb"] == "run"):
            root = re.search(r"--root[= ](\S+)", made["options"])
            said = (made["verb"].split()[0], root[1] if root else "", "--staged" in made["options"])
            started = _started(one.words[-len(bare.split(" ")) :]) if made["run"] else []
            behind = (*started, *(other.text for other in read[number:]))
            found.append(Call(one.text, (), one.doubt, *said, (*made["paths"].split(),), one.before, behind))
        elif SPEAKS.search(one.text) and not _NO_CALL.match(one.text):
            found.append(Call(one.text, doubt=f"`{one.text[:200]}` may not refuse every broken file"))
    return found


def _started(words: tuple[str, ...]) -> list[str]:
    """The commands that ``run`` starts, in a shell or not; of a text that is not read, that it is not."""
    rest = words[words.index("--") + 1 :]
    if rest and inner(rest):
        rest = (*rest[:-1], re.sub(r"\bcd (?=[\w./-]+ *(?:&&|;))", "chdir ", rest[-1]))
    read = commands(rest) if rest else []
    return ["what is not read", ""] if read is None else [one.text for one in read]
