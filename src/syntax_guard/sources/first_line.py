"""Which first line of a file starts a Python, and which program is one."""

from __future__ import annotations

from itertools import pairwise


def has_python_shebang(first: bytes) -> bool:
    """Whether bytes that begin with `first` are a script for Python: by the first line, or the shell's.

    A line ends where it does for the kernel: at a line feed or a null byte. A zip application is an archive.
    """
    line, _, rest = first.partition(b"\n")
    if not line.startswith(b"#!") or rest.startswith(b"PK\x03\x04"):
        return False
    text = line[2:].partition(b"\0")[0].decode("utf-8", "replace")
    words = text.split()
    behind_env = bool(words) and program(words[0]) == "env"
    following = rest.decode("utf-8", "replace").split("\n")
    return _runs_python(_command(split_by_env(text) if behind_env else words), following, of_env=behind_env)


def starting_words(first: bytes) -> list[str]:
    """The words that start the program of a script, which begins with `first`, without those of ``env`` before them.

    Where a shell hands the script to a Python, they are those of the shell's command (``-c``) or line.
    """
    line, _, rest = first.partition(b"\n")
    text = line[2:].partition(b"\0")[0].decode("utf-8", "replace")
    words = text.split()
    command = _command(split_by_env(text)) if words and program(words[0]) == "env" else words
    shell = next((at for at, word in enumerate(command) if program(word) in _SHELLS), None)
    if shell is None:
        return command
    option = _option_of_command(command[shell:])
    lines = [option] if option else rest.decode("utf-8", "replace").split("\n")
    said = next(filter(_hands_itself_on, lines), "")
    return said.replace("'", "").replace('"', "").split() or command


def _runs_python(command: list[str], following: list[str], *, of_env: bool) -> bool:
    """Whether `command` runs as Python the script that goes on with the lines `following`.

    Behind a program that starts another one, as any may that is started `of_env`, what stands behind ``--`` decides,
    else the last word that is the program of a language.
    """
    if not command:
        return False
    name = program(command[0])
    if is_interpreter(name) or _unversioned(name) in _START_PYTHON or command[0] in _WHO_STARTS_IT:
        return True
    if name == "nix-shell":
        return _nix_starts_python([*command, *" ".join(following[:8]).split()])
    python = _starts_python(command, following)
    if python is None and (of_env or name in _STARTERS or name.startswith(_LOADERS)):
        if "--" in command:
            return _runs_python(_command(command[command.index("--") + 1 :]), following, of_env=True)
        programs = [at for at in range(1, len(command)) if not _is_value_for_python(command[:at])]
        last = (_starts_python(command[at:], following) for at in reversed(programs))
        python = next((one for one in last if one is not None), False)
    return bool(python)


def _is_value_for_python(before: list[str]) -> bool:
    """Whether the word after the words `before` is no program, but the value of an option of Python (``-X dev``)."""
    takes_one = before[-1].startswith("-") and before[-1].endswith(("X", "W"))
    return takes_one and any(is_interpreter(program(word)) for word in before)


def _starts_python(command: list[str], following: list[str]) -> bool | None:
    """Whether the program at the start of `command` runs a script as Python; None for what may start another one.

    The script goes on with the lines `following`.
    """
    name, rest = program(command[0]), command[1:]
    if is_interpreter(name) and not {*" ="} & {*command[0]}:
        return True
    if "run" in rest and (name in _RUN_SCRIPTS or (name == "uv" and not _OF_SCRIPTS.isdisjoint(rest))):
        return True
    if name in _RUN_COMMANDS and "run" in rest and all(word.startswith("-") for word in rest[rest.index("run") + 1 :]):
        return True
    if name in _SHELLS:
        return _both(following) or _passes_itself_on(rest)
    return False if _unversioned(name) in _OTHER_LANGUAGES else None


def _passes_itself_on(words: list[str]) -> bool:
    """Whether a shell with these `words` has Python run the script: ``-c 'exec python3 "$0"'``."""
    return _hands_itself_on(_option_of_command(words))


def _option_of_command(words: list[str]) -> str:
    """What the option ``-c`` of a shell says, among its `words`."""
    at = next((at for at, word in enumerate(words) if word.startswith("-") and word.endswith("c")), len(words))
    return " ".join(words[at + 1 : at + 2])


def _hands_itself_on(line: str) -> bool:
    """Whether a `line` of the shell starts a Python with its own script: ``exec "$(dirname "$0")/python3" -u "$0"``."""
    words = line.replace("'", "").replace('"', "").split()
    ends = [end for end, word in enumerate(words) if word.rstrip(";&|)`") in ("$0", "${0}", "$BASH_SOURCE")]
    return any(_starts_alone(words[at:end]) for end in ends for at in range(end))


def _starts_alone(words: list[str]) -> bool:
    """Whether `words` of the shell are a Python and its options, and no script of another name stands behind."""
    name = program(words[0]).rstrip(")`}")
    if not is_interpreter(name) and not ("$" in words[0] and ("python" in name or "pypy" in name)):
        return "run" in words and bool(_starts_python(words, []))
    return all(
        word.startswith(("-", "$(", "`")) or (before[0] == "-" and before.endswith(("X", "W")))
        for before, word in pairwise(words)
    )


def _nix_starts_python(words: list[str]) -> bool:
    """Whether the ``-i`` of ``nix-shell`` is a Python: the packages after its ``-p`` are there for any language."""
    return any(
        word in ("-i", "--interpreter") and is_interpreter(program(words[at])) for at, word in enumerate(words[:-1], 1)
    )


def _unversioned(name: str) -> str:
    return name.rstrip("0123456789.")


def _both(lines: list[str]) -> bool:
    """Whether a script of the shell that goes on with `lines` is Python at once.

    pip writes such a script where the path of the interpreter is too long for a first line. To Python, all that the
    shell runs is a text, so it begins with a quote; a script of the shell alone does not, and never with three. The
    text may begin behind words that both read, as in ``if "true" : '''\\'``.
    """
    begin = next((line.lstrip() for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    if begin.startswith(("'''", '"""')):
        return True
    is_text = begin[:1] in ("'", '"') or "'''" in begin or '"""' in begin
    return is_text and any(map(_hands_itself_on, lines))


_OF_SCRIPTS = frozenset({"--script", "-s", "--gui-script"})
"""``uv run`` needs one of these options to take what follows for a script."""
_RUN_SCRIPTS = ("pipx", "marimo", "streamlit", "coverage", "memray")
"""What takes the script after ``run`` for Python without another word."""
_RUN_COMMANDS = ("hatch", "pdm")
"""The same where no command stands between ``run`` and the script."""
_START_PYTHON = ("ipython", "py", "pyw", "bpython", "ptpython", "fades", "pip-run")
"""What starts a Python that it chooses."""
_WHO_STARTS_IT = ("/proc/self/exe", "/proc/thread-self/exe")
"""The program that starts the script: a Python, where a Python does."""
_STARTERS = (
    "sudo", "doas", "nice", "ionice", "nohup", "setsid", "time", "timeout", "stdbuf", "chronic", "xvfb-run",
    "poetry", "pdm", "hatch", "pipenv", "rye", "conda", "mamba", "micromamba", "pixi", "uv", "uvx", "busybox",
    "mise", "asdf", "pyenv", "nix", "flock", "authbind", "unbuffer", "taskset", "chrt", "setarch", "ld.so",
    "linux32", "linux64", "i386", "x86_64", "tini", "dumb-init", "catatonit", "gosu", "su-exec", "prlimit", "setpriv",
    "runuser", "chpst", "unshare", "nsenter", "choom",
    "devbox", "direnv", "doppler", "op", "chamber", "aws-vault", "srun", "mpirun", "mpiexec", "numactl", "strace",
    "catchsegv", "fakeroot", "proxychains4", "torsocks", "spack", "guix", "distrobox-enter", "toolbox", "firejail",
)  # fmt: skip
"""What starts the program that its arguments name, on a first line without ``env``. Behind ``env``, any program may."""
_LOADERS = ("ld-linux", "ld-musl", "ld64.so")
"""How the dynamic loader is called, which starts the program that it is given."""
_OTHER_LANGUAGES = (
    "fish", "csh", "tcsh", "pwsh", "xonsh", "elvish", "node", "nodejs", "deno", "bun", "ts-node", "tsx", "perl",
    "ruby", "php", "lua", "luajit", "awk", "gawk", "mawk", "nawk", "sed", "make", "gmake", "just", "tclsh", "wish",
    "expect", "rscript", "julia", "java", "groovy", "kotlin", "scala", "swift", "go", "guile", "racket", "sbcl",
    "emacs", "osascript", "elixir", "escript", "runghc", "runhaskell", "ocaml", "nu", "jq", "gnuplot", "gdb",
    "octave", "rexx", "dotnet", "cargo", "rust-script",
)  # fmt: skip
"""Programs that run a script as another language, whatever words follow them, without their versions."""
_SHELLS = ("sh", "bash", "dash", "ash", "zsh", "ksh")
_PYTHONS = ("python", "pythonw", "pypy", "graalpy", "platform-python", "scons")
_BUILDS = ("", "t", "d", "td", "w", "-dbg", "t-dbg", "-debug", "-jit", "-32", "-64", "-arm64", "-intel64", ".exe")


_SPLITS = "--split-string"
_TAKE_A_WORD = ("-u", "--unset", "-C", "--chdir", "-P", "-a", "--argv0")


def _command(words: list[str]) -> list[str]:
    """`words` of a first line without each ``env`` at their start, its options and variables."""
    rest = words
    while rest and program(rest[0]) == "env":
        rest = rest[1:]
        while rest:
            word = rest[0]
            option, _, text = word.partition("=")
            short = word[1:].lstrip("0iv") if word.startswith("-") else ""
            if (len(option) > 2 and _SPLITS.startswith(option)) or short.startswith("S"):
                text = short[1:] if short.startswith("S") else text
                rest = [*split_by_env(text), *rest[1:]]
            elif word in _TAKE_A_WORD:
                rest = rest[2:]
            elif word.startswith("-") or "=" in word:
                rest = rest[1:]
            else:
                break
    return rest


_APART = " \t\n\v\f\r"


def split_by_env(text: str) -> list[str]:
    """The words of `text` as ``env -S`` has them, with nothing in the place of its variables."""
    if not {*"\\\"'#$"} & {*text}:
        return text.split()
    words, word, quote, at = [], "", "", 0
    while at < len(text):
        char, following = text[at], text[at + 1 : at + 2]
        at += 1
        if char == "\\" and following and (quote != "'" or following in "\\'"):
            at += 1
            if following == "c" and not quote:
                break
            char = " " if following == "_" else following
            if following != "_" or quote:
                word += char
                continue
        elif char == quote:
            quote = ""
            continue
        elif char in "\"'" and not quote:
            quote = char
            continue
        elif char == "$" and following == "{" and quote != "'":
            at = text.find("}", at) + 1 or len(text)
            continue
        elif char == "#" and not quote and not word:
            break
        if quote or char not in _APART:
            word += char
        elif word:
            words.append(word)
            word = ""
    return [*words, word] if word else words


def program(word: str) -> str:
    """The name of the program that `word` of a command starts, in lower case and without its folder."""
    return word.replace("\\", "/").rpartition("/")[2].lower()


def is_interpreter(name: str) -> bool:
    """Whether a program called `name` is a Python: ``python3.12t``, ``platform-python``, ``pypy3``."""
    for python in _PYTHONS:
        if name.startswith(python):
            rest = name[len(python) :]
            build = rest.lstrip("0123456789.")
            if build in _BUILDS or rest == ".exe":
                return True
    return False
