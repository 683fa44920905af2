"""Why git failed: of all that it says, the line that tells a person what to do."""

from __future__ import annotations

from ..errors import GitError

_REASONS = ("fatal: ", "error: ")
"""How the lines of git begin that say why it fails, the better ones first; others are hints and warnings."""
_NOT_FETCHED = ("promisor remote", "transport '", "unable to read tree", "not a tree object", "Could not read ")
"""What it says where it lacks an object: gits before 2.44 that they would fetch it, newer ones that it is not there."""


def failure(command: str, complaint: bytes, status: int) -> GitError:
    """The error for a git `command` that ended with `status`, and wrote `complaint`."""
    lines = [line.strip() for line in complaint.decode(errors="replace").splitlines() if line.strip()]
    if any("not a git repository" in line for line in lines):
        return GitError("this is not a git repository", "run it in a work tree; `syntax-guard check PATH` needs none")
    reasons = [line for start in _REASONS for line in lines if line.startswith(start)]
    if any(said in line for line in reasons for said in _NOT_FETCHED):
        lacking = next((line for line in reasons if _NOT_FETCHED[0] in line), reasons[0])
        return GitError(f"git {command} failed: {lacking}", "ask in a whole clone: nothing is fetched here")
    remedy = next((line for line in lines if line.startswith("git config ")), None)
    others = (line for line in lines if not line.startswith("hint:"))
    said = reasons[0] if reasons else next(others, f"it ended with {status}")
    return GitError(f"git {command} failed: {said}", remedy and f"git says: {remedy}")
