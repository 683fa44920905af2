"""Reading shell text: which programs it calls, and whether a failure of one of them stops the rest.

Far from a shell: enough of the grammar (POSIX.1-2024, chapter 2) to take the commands of hooks, CI steps and
entry points apart. What it does not know it leaves in the words as they stand.
"""

from __future__ import annotations

import re

from syntax_guard.model import Record

_TOKEN = re.compile(
    r"""
      (?P<skip>     \\\r?\n | [ \t\r]+ )
    | (?P<heredoc>  \d*<<-?[ \t]*(?P<quote>['"]?)(?P<word>\w+)(?P=quote) )
    | (?P<redirect> \d*(?:>>|>\||<>|>&|<&|&>>|&>|<<<|<|>)[ \t]* )
    | (?P<operator> && | \|\| | \|& | ;; | [;&|()\n] )
    | (?P<comment>  \#[^\n]* )
    | (?P<single>   '[^']*' )
    | (?P<double>   "(?:[^"\\]|\\.)*" )
    | (?P<escaped>  \\. )
    | (?P<plain>    \$\{[^}\n]*\} | [^\s'"\\;&|()<>] | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_KEYWORDS = frozenset({"if", "elif", "while", "until", "then", "else", "do", "!", "{", "time"})
_ENDINGS = frozenset({"fi", "done", "esac", "}"})
_SAYING = frozenset({"echo", "printf", "cat", "grep", "which", "type", "command", "hash", "test", "["})
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})


class Command(Record):
    """A simple command and how it is joined to the next."""

    words: tuple[str, ...]
    """Without quotes, redirections, leading assignments and keywords."""
    line: int
    joined: str
    """The operator behind it: ``&&``, ``||``, ``;``, ``|``, ``&``; empty at the end."""
    asked: bool
    """Its outcome is asked for: it stands behind ``if``, ``while`` or ``!``."""
    depth: int
    """In how many groups, ``{ …; }`` or ``( … )``, it stands."""


class Call(Record):
    """A call of a program that was looked for."""

    verb: str
    arguments: tuple[str, ...]
    line: int
    ignored: str | None
    """Why its failure does not stop what follows; None where it does."""
    replaces: bool
    """It takes the place of the shell (``exec``)."""
    exec_follows: bool
    """A later command takes the place of the shell."""


def commands(script: str) -> tuple[Command, ...]:
    """The simple commands of ``script`` in the order in which they stand."""
    found: list[Command] = []
    words: list[str] = []
    word: str | None = None
    line, start = 1, 1
    position = 0
    depth = 0
    after_redirect = False
    heredocs: list[str] = []

    def end_word() -> None:
        nonlocal word, after_redirect
        if word is not None and not after_redirect:
            words.append(word)
        if word is not None:
            after_redirect = False
        word = None

    def end_command(operator: str) -> None:
        nonlocal depth
        end_word()
        asked = False
        while words and (words[0] in _KEYWORDS or re.match(r"\w+=", words[0])):
            asked = asked or words[0] in ("if", "elif", "while", "until", "!")
            depth += words[0] == "{"
            del words[0]
        if words and words[0] in _ENDINGS:
            depth -= words[0] == "}"
        elif words:
            found.append(Command(tuple(words), start, operator, asked, depth))
        words.clear()

    while position < len(script):
        match = _TOKEN.match(script, position)
        assert match is not None  # the last alternative takes any character  # noqa: S101
        kind, text = match.lastgroup, match.group()
        if match.group("heredoc"):
            kind = "heredoc"
        position = match.end()
        if kind == "comment" and word is not None:
            kind, text, position = "plain", "#", match.start() + 1
        if not words and word is None:
            start = line
        if kind == "skip":
            if not text.startswith("\\"):
                end_word()
        elif kind == "heredoc":
            end_word()
            heredocs.append(match.group("word"))
        elif kind == "redirect":
            if word is not None and word.isdigit():
                word = None
            end_word()
            after_redirect = True
        elif kind == "operator":
            after_redirect = False
            end_command(";" if text in "\n;;()" else text)
            depth += {"(": 1, ")": -1}.get(text, 0)
            if text == "\n":
                for ending in heredocs:
                    body = re.compile(rf"(?:.*\n)*?[ \t]*{re.escape(ending)}[ \t]*(?:\n|\Z)").match(script, position)
                    position = body.end() if body else len(script)
                    line += body.group().count("\n") if body else 0
                heredocs.clear()
        elif kind == "single":
            word = (word or "") + text[1:-1]
        elif kind == "double":
            word = (word or "") + re.sub(r"\\([\"\\$`\n])", r"\1", text[1:-1])
        elif kind == "escaped":
            word = (word or "") + text[1]
        elif kind == "plain":
            word = (word or "") + text
        line += text.count("\n")
    end_command("")
    return tuple(found)


def named(words: tuple[str, ...], program: str, verbs: frozenset[str]) -> tuple[str, tuple[str, ...]] | None:
    """The verb and the arguments with which ``words`` call ``program``, or None where they do not.

    Runners in front (``uv run``, ``poetry run``, ``exec``, ``tini --``, ``gosu app`` …) are passed over, and
    ``python -m`` is understood. An installation (``pip install syntax-guard``) is no call: it names no verb.
    """
    if not words or words[0] in _SAYING:
        return None
    for index, word in enumerate(words):
        name = re.split(r"[/\\]", word)[-1].removesuffix(".exe").split("@")[0]
        module = index > 0 and words[index - 1] == "-m" and word == program.replace("-", "_")
        if name == program or module:
            for offset, following in enumerate(words[index + 1 :], index + 1):
                if following in verbs:
                    return following, words[offset + 1 :]
                if not following.startswith("-"):
                    break
    return None


def inner(words: tuple[str, ...]) -> tuple[str, bool] | None:
    """The text that ``words`` hand to a shell (``bash -ec "…"``), and whether it stops at an error; or None."""
    for index, word in enumerate(words[:-2]):
        if word.rsplit("/", 1)[-1] in _SHELLS:
            options = ""
            for offset, option in enumerate(words[index + 1 :], index + 1):
                if re.fullmatch(r"-\w*c\w*", option) and offset + 1 < len(words):
                    return words[offset + 1], "e" in options + option
                if not option.startswith("-") and not (options.endswith("o") and option in ("errexit", "pipefail")):
                    break
                options += option
    return None


def calls(script: str, program: str, verbs: frozenset[str], *, errexit: bool = False) -> tuple[Call, ...]:
    """Every call of ``program`` with one of ``verbs``, in ``script`` and in the shells that it starts.

    ``errexit``: the script is run by a shell that stops at an error (GitHub's ``bash -e``, husky's ``sh -e``).
    """
    first = script.split("\n", 1)[0]
    errexit = errexit or bool(re.match(r"#!.*\bsh +-\w*e", first))
    pipefail = False
    every = commands(script)
    found: list[Call] = []
    for index, command in enumerate(every):
        if command.words[0] == "set":
            options = " ".join(command.words[1:])
            errexit = errexit or bool(re.search(r"-\w*e|-o errexit", options))
            pipefail = pipefail or "pipefail" in options
            continue
        ignored = _ignored(every, index, errexit=errexit, pipefail=pipefail)
        replaces = command.words[0] == "exec"
        exec_follows = any(later.words[0] == "exec" for later in every[index + 1 :])
        nested = inner(command.words)
        if nested is not None:
            text, stops = nested
            found += [
                Call(call.verb, call.arguments, command.line, call.ignored or ignored, call.replaces, call.exec_follows)
                for call in calls(text, program, verbs, errexit=stops)
            ]
            continue
        call = named(command.words, program, verbs)
        if call is not None:
            found.append(Call(*call, command.line, ignored, replaces, exec_follows))
    return tuple(found)


def _ignored(every: tuple[Command, ...], index: int, *, errexit: bool, pipefail: bool) -> str | None:
    """Why a failure of command ``index`` does not stop the script, or None where it does."""
    command = every[index]
    following = every[index + 1 :]
    if command.asked or command.words[0] == "exec":
        return None
    if command.joined == "&":
        return "it runs in the background"
    if command.joined == "||" and following:
        instead = [following[0]]
        for later in following[1:]:  # the rest of { …; } or ( … )
            if later.depth <= command.depth:
                break
            instead.append(later)
        ends = any(one.words[0] in ("exit", "return", "false", "kill") and one.words[1:2] != ("0",) for one in instead)
        return None if ends else f"|| {' '.join(following[0].words)} follows"
    if command.joined in ("|", "|&") and not pipefail:
        return "its exit code is lost in a pipe"
    if command.joined == "&&" or not following or errexit:
        return None
    return "the script goes on after it fails (no set -e, no &&)"
