"""What the words of a start become: an application, something that ends by itself, or a runtime that is not Python."""

from __future__ import annotations

import posixpath
import re

from . import shell

_WRAPPERS = frozenset({"exec", "env", "tini", "dumb-init", "catatonit", "gosu", "su-exec", "setpriv", "nice", "ionice"})
_RUNNERS = frozenset({"uv", "poetry", "pdm", "hatch", "pipenv", "rye", "pixi", "conda", "micromamba"})
_ENDING = frozenset({
    "pytest", "tox", "nox", "alembic", "coverage", "ruff", "mypy", "flake8", "black", "pylint", "pre-commit", "prek",
    "migrate", "test", "collectstatic", "unittest", "pip", "sleep", "tail", "true",
})  # fmt: skip
_WAITING_FOR_PEOPLE = frozenset({"sh", "bash", "ash", "zsh", "python", "python3", "ipython"})
_FOREIGN = frozenset({
    "node", "npm", "npx", "yarn", "pnpm", "bun", "deno", "nginx", "httpd", "apache2-foreground", "java", "ruby",
    "rails", "bundle", "php", "php-fpm", "dotnet", "postgres", "redis-server", "mysqld", "mongod", "caddy", "haproxy",
    "traefik",
})  # fmt: skip
_PYTHON = re.compile(r"\b(?:python3?|uvicorn|gunicorn|hypercorn|granian|daphne|fastapi|flask|celery|syntax-guard)\b")


def ends(argv: tuple[str, ...]) -> bool:
    """It does its work and ends (tests, a migration), or is a shell for people."""
    words = _words(argv)
    return bool(words) and (words[0] in _ENDING or (words[0] in _WAITING_FOR_PEOPLE and len(words) == 1))


def is_python(argv: tuple[str, ...]) -> bool | None:
    """Whether the words start Python; None where they do not say."""
    words = _words(argv)
    if any(_PYTHON.search(posixpath.basename(word)) for word in argv):
        return True
    return False if words and words[0] in _FOREIGN else None


def _words(argv: tuple[str, ...]) -> tuple[str, ...]:
    """The words of the last program, without what wraps it; ``python -m name`` and ``python manage.py name`` are
    called by that name."""
    nested = shell.inner(argv)
    if nested is not None:
        commands = shell.commands(nested[0])
        argv = commands[-1].words if commands else ()
    words = [posixpath.basename(word) for word in argv]
    while words and (words[0] in _WRAPPERS or words[0].startswith("-") or re.match(r"\w+=", words[0])):
        del words[0]
    if words and words[0] in _RUNNERS and "run" in words:
        words = words[words.index("run") + 1 :]
        while words and words[0].startswith("-"):
            del words[0]
    if len(words) > 2 and re.fullmatch(r"python[\d.]*", words[0]) and words[1] in ("-m", "manage.py"):
        words = words[2:]
    return tuple(words)
