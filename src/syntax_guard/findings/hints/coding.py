"""The file is in another coding than it says, or than Python takes it for."""

from __future__ import annotations

import re

from ...grammar.coding import declared_coding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .look import Look


def another_coding(look: Look) -> str | None:
    """The coding line does not fit the bytes."""
    named = (declared_coding(look.data) or "")[:40]
    if "with BOM" in look.message:
        return f"the file starts with the mark of UTF-8, and its coding line says `{named}`: remove the coding line"
    if named and ("unknown encoding" in look.message or "encoding problem" in look.message):
        return f"the coding line names `{named}`, which Python does not know: remove it and save the file as UTF-8"
    if look.kind != "UnicodeDecodeError" and not re.search(r"Non-UTF-8|can't decode", look.message):
        return None
    try:
        look.data.decode("utf-8")
    except UnicodeDecodeError as error:
        if named:
            return f"the bytes are not `{named}`, which the coding line names"
        number = look.data.count(b"\n", 0, error.start) + 1
        return f"line {number} is not UTF-8, perhaps Windows-1252 or Latin-1: save the file as UTF-8"
    return f"the bytes are UTF-8, but the coding line says `{named}`: remove it" if named else None
