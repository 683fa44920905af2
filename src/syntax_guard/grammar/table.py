"""All the rules."""

from __future__ import annotations

from .annotations import ANNOTATION_RULES
from .cells import CELL_RULES
from .characters import CHARACTER_RULES
from .expressions import EXPRESSION_RULES
from .fstrings import FSTRING_RULES
from .lexical import LEXICAL_RULES
from .limits import LIMIT_RULES
from .scopes import SCOPE_RULES
from .statements import STATEMENT_RULES

RULES = (
    *STATEMENT_RULES,
    *EXPRESSION_RULES,
    *FSTRING_RULES,
    *SCOPE_RULES,
    *ANNOTATION_RULES,
    *CELL_RULES,
    *LIMIT_RULES,
    *LEXICAL_RULES,
    *CHARACTER_RULES,
)
