"""What the gates at git's hooks share: what pre-commit and prek are told of this tool, and what git would run."""

import re
from textwrap import indent

from syntax_guard.config.documents import Mapping
from syntax_guard.model import Record
from syntax_guard.sources.git_hooks import READ_BY_BOTH, READ_BY_PREK, installed

from ..finding import Advice, Finding, Place, missing, nothing, ok, unsure
from ..parsers.commands import KNOWN, SPEAKS, calls, changed, of_script, unwrapped
from ..repository import Repository

_STAGES = {"pre-commit": "syntax-guard", "pre-merge-commit": "syntax-guard", "pre-push": "syntax-guard-tree"}
_SHORT = {"commit": "pre-commit", "merge-commit": "pre-merge-commit", "push": "pre-push"}
_OURS = re.compile(r"(?:^|/)syntax-guard(?:\.git)?/?$")
_TRY = "syntax-guard doctor --try=all runs it in a scratch clone, and says what happens"


class Configuration:
    """What pre-commit and prek are told; nothing where there is no file of theirs. Raises Unreadable."""

    def __init__(self, repository: Repository) -> None:
        self.table = repository.mapping(READ_BY_BOTH)
        listed = [(repo, hook) for repo in self.table.sections("repos") for hook in repo.sections("hooks")]
        self.others = {hook.text("id") or "" for _, hook in listed
                       if not SPEAKS.search(" ".join(word for key in hook for word in hook.words(key)))}  # fmt: skip
        self.ours = [(repo, hook) for repo, hook in listed
                     if (hook.text("id") or "") not in self.others | {"", "syntax-guard-dist"}]  # fmt: skip

    def at(self, stage: str) -> tuple[Mapping, str | None] | None:
        """Our hook at a stage of git's, the one that sees all files if there is one; and what may leave files out."""
        found = []
        for repo, hook in self.ours:
            own = [one for one, name in _STAGES.items() if hook.text("id") == name or repo.text("repo") == "local"]
            stages = hook.words("stages") or self.table.words("default_stages") or own
            odd = [] if _OURS.search(repo.text("repo") or "") else [f"repo: {repo.text('repo')}"]
            odd += sorted({*hook} - {*KNOWN["hooks"]["listed"]} | ({*self.table} - {*KNOWN["hooks"]["above"]}))
            found += [(hook, "".join(odd[:1]))] if stage in (_SHORT.get(one, one) for one in stages) else []
        return min(found, key=lambda one: bool(one[1]), default=None)


def run_by(repository: Repository, command: str) -> tuple[str, tuple[str, ...] | None] | None:
    """The configuration whose hooks a command runs, and the call of ours that this surely is; None for no hooks."""
    name, verb, *given = [*unwrapped(command).split(), "", ""]
    if name not in ("pre-commit", "prek") or verb != "run":
        return None
    for path in [path for path in READ_BY_PREK if name == "prek" and repository.text(path) is not None]:
        return (path, None) if SPEAKS.search(repository.text(path) or "") else None
    configuration = Configuration(repository)
    mine = configuration.at("pre-commit")
    sure = mine and not mine[1] and {"-a", "--all-files"} & {*given} and {*given} <= {*KNOWN["hooks"]["run"], ""}
    return (READ_BY_BOTH, ("syntax-guard", "check") if sure else None) if configuration.ours else None


class HookGate(Record):
    """A gate at a hook of git's; ``command`` is what has to stand in a hook of one's own."""

    name: str
    stage: str
    why: str
    command: str = "check --staged"

    def examine(self, repository: Repository) -> list[Finding]:
        """The answer about the hook, as it is written."""
        if not repository.in_git:
            return [nothing(self.name, "no git repository")]
        there, configuration = installed(repository.top, self.stage), Configuration(repository)
        mine, odd = configuration.at(self.stage) or (None, None)
        place, advice = mine.place_of("id") if mine else None, self._advice(repository, is_listed=bool(mine))
        lacks = f"no {self.stage} hook is installed in this clone"
        if there and not there.executable:
            lacks, place = "the hook is not executable, so git does not run it", Place(there.path)
            advice = Advice(commands=(f"chmod +x {there.path}",))
        elif there and there.manager and mine and odd:
            does = "hides files from" if re.search("exclude|files|types", odd) else "may change what is checked by"
            doubt = f"whether all is checked: `{odd}` {does} the {self.stage} hook; {_TRY.replace('=all', '')}"
            return [unsure(self.name, doubt, place)]
        elif there and there.manager and mine:
            hint = f"; in others too, with {self.stage} in default_install_hook_types before `{there.manager} install`"
            shared = configuration.table.words("default_install_hook_types") or ("pre-commit",)
            said = f"{there.manager} runs {mine.text('id')} in this clone{'' if self.stage in shared else hint}"
            return [ok(self.name, said, place)]
        elif there and there.manager:
            lacks, place = f"no hook of syntax-guard is listed for {self.stage}", configuration.table.place
        elif there:
            lacks, place = "the hook does not run syntax-guard", Place(there.path)
            for one in calls(of_script(there.text) or (), self.command.split()[0]):
                whole = one.is_staged == ("--staged" in self.command) and not (one.doubt or one.root or one.paths)
                if whole and not (changed(one.before.splitlines()) if one.is_staged else one.before):
                    return [ok(self.name, f"the hook of this clone runs {one.text}; only --try=all tries it", place)]
            if mine or SPEAKS.search(there.text) or "\n" in there.text.strip():
                return [unsure(self.name, f"whether all is checked: the {self.stage} hook is not read; {_TRY}", place)]
        return [missing(self.name, lacks, place, self.why, advice)]

    def _advice(self, repository: Repository, *, is_listed: bool) -> Advice:
        """What installs the hook: in the configuration that is there, else as a plain hook of git's."""
        text, command = repository.text(READ_BY_BOTH), f"pre-commit install --hook-type {self.stage}"
        url, name = "https://github.com/syntax-guard/syntax-guard", _STAGES[self.stage]
        if is_listed:
            return Advice(commands=(command,))
        if text is None:
            for path in filter(repository.text, READ_BY_PREK):
                return Advice(pattern=f"list {name} of {url} in {path}; then prek install --hook-type {self.stage}")
            path, plain = f".git/hooks/{self.stage}", f"#!/bin/sh\nexec syntax-guard {self.command}"
            return Advice(pattern=f"in {path}:\n{plain}\nthen: chmod +x {path}")
        added, lines = f"- repo: {url}\n  rev: v0.1.0\n  hooks:\n  - id: {name}\n", text.rstrip("\n").split("\n")
        last = next((number for number in range(len(lines), 0, -1) if re.match(r"\s*- repo:", lines[number - 1])), None)
        if last is None or any(re.match(r"[^\s-]", line) for line in lines[last:]):
            return Advice(pattern=f"in {READ_BY_BOTH}, under repos: {' '.join(added.split())}; then {command}")
        edit = repository.edit(READ_BY_BOTH, len(lines) + 1, 0, indent(added, lines[last - 1].partition("-")[0]))
        return Advice((edit,), (command,))
