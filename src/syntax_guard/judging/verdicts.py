"""An interpreter's replies, read into verdicts. Only this module corrects the odd fields of SyntaxError."""

from __future__ import annotations

from ..model import VALID, Problem, Verdict
from ..sources.text import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..model import Target
    from ..processes.worker import Answer


def verdicts(
    answers: Mapping[str | None, Answer], data: bytes, hidden: tuple[Problem, ...], targets: Sequence[Target]
) -> tuple[Verdict, ...]:
    """Read the answers of interpreters into verdicts.

    Args:
        answers: What was answered, by path of the interpreter; None is this one.
        data: The source.
        hidden: Warnings that hold whatever an interpreter says.
        targets: Those that were asked.

    Returns:
        One verdict for each of `targets`, in that order.
    """
    if not hidden and not any(answers.values()):
        return (VALID,) * len(targets)
    text = Text(data)
    by_interpreter = {
        python: no_answer(answer) if isinstance(answer, Problem) else read(answer, text, hidden)
        for python, answer in answers.items()
    }
    return tuple(
        _for_target(target, by_interpreter[target.interpreter.python], answers[target.interpreter.python])
        for target in targets
    )


def read(reply: Mapping[str, Any] | None, text: Text, hidden: tuple[Problem, ...] = ()) -> Verdict:
    """The verdict that a compile worker's `reply` (see ``_compile_worker.judge``) is, for the source of `text`.

    `hidden` are warnings that hold whatever the interpreter says.
    """
    if reply is None:
        return Verdict("valid", None, hidden) if hidden else VALID
    said = [Problem(one["kind"], one["message"], one["line"] or None) for one in reply["warnings"]]
    warnings = (*said, *hidden)
    error = reply["error"]
    return Verdict("valid", None, warnings) if error is None else Verdict("broken", _problem(text, error), warnings)


def no_answer(problem: Problem) -> Verdict:
    """The verdict where there is no answer: bytes that could not be had, an interpreter that died or hung."""
    return Verdict("undecided", problem)


def _for_target(target: Target, own: Verdict, answer: Answer) -> Verdict:
    """The verdict of `target`, from its interpreter's `own` and what the rules of `grammar` require beyond."""
    if target.exact or own.outcome != "valid" or answer is None:
        return own
    own = _without_later_warnings(own, target)
    for refusal in answer.get("refusals", ()):
        since = refusal["since"]
        if since is None:  # the rules could not be followed to their end
            return Verdict("undecided", Problem(refusal["kind"], refusal["message"]), own.warnings)
        if tuple(refusal["first"]) <= target.version < tuple(since):
            fields = {**refusal, "since": tuple(since)}
            del fields["first"]
            return Verdict("broken", Problem(**fields), own.warnings)
    return own


def _without_later_warnings(own: Verdict, target: Target) -> Verdict:
    """The interpreter's `own` verdict without the warnings that `target` does not give."""
    if not own.warnings:
        return own
    from ..grammar.later_warnings import is_given

    kept = tuple(one for one in own.warnings if is_given(one.message, target.version))
    return own if len(kept) == len(own.warnings) else Verdict(own.outcome, own.error, kept)


def _problem(text: Text, error: Mapping[str, Any]) -> Problem:
    kind, line, end_line, quoted = error["kind"], error["line"], error["end_line"], error["text"]
    message = _without_name(error["message"]) or kind
    if not line or line < 1:
        return Problem(kind, message)
    column = _column(text.line(line), error["column"], quoted)
    if column is None or not end_line or not error["end_column"] or end_line < line:
        return Problem(kind, message, line, column)
    end = _column(text.line(end_line), error["end_column"], quoted if end_line == line else text.line(end_line))
    if end is None or (end_line, end) <= (line, column):
        return Problem(kind, message, line, column)
    return Problem(kind, message, line, column, end_line, end)


def _column(shown: str | None, column: int | None, quoted: str | None) -> int | None:
    """CPython's `column` in the line `shown`, counting characters; None where it is a column of something else.

    `quoted` is ``SyntaxError.text``. It is missing where the compiler or the symbol table complains, and those count
    the bytes of the line in UTF-8.
    """
    if not column or column < 1 or shown is None:
        return None
    if quoted is None:
        before = shown.encode("utf-8", "surrogatepass")[: column - 1]
        return len(before.decode("utf-8", "ignore")) + 1
    first = quoted.split("\n", 1)[0].strip()
    if not shown.strip().startswith(first):
        return None  # before 3.12, a replacement field of an f-string is parsed on its own, in parentheses
    return min(column, len(shown) + 1)


def _without_name(message: str) -> str:
    """Take out the stand-in file name where a message quotes it (``ensure_utf8`` in CPython's tokenizer)."""
    from ..processes._compile_worker import NAME  # only a red source gets here

    return message.replace(f" in file {NAME}", "").replace(NAME, "the source")
