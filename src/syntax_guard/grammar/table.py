"""All the rules."""

from __future__ import annotations

from .annotations import ANNOTATION_RULES
from .blocks import BLOCK_RULES
from .cells import CELL_RULES
from .characters import CHARACTER_RULES
from .constants import CONSTANT_RULES
from .decoded_fields import DECODED_FIELD_RULES
from .encodings import ENCODING_RULES
from .expressions import EXPRESSION_RULES
from .fstrings import FSTRING_RULES
from .lexical import LEXICAL_RULES
from .limits import LIMIT_RULES
from .ll1 import LL1_RULES
from .scopes import SCOPE_RULES
from .statements import STATEMENT_RULES

RULES = (
    *STATEMENT_RULES,
    *EXPRESSION_RULES,
    *FSTRING_RULES,
    *DECODED_FIELD_RULES,
    *SCOPE_RULES,
    *ANNOTATION_RULES,
    *CELL_RULES,
    *BLOCK_RULES,
    *LIMIT_RULES,
    *LL1_RULES,
    *CONSTANT_RULES,
    *LEXICAL_RULES,
    *ENCODING_RULES,
    *CHARACTER_RULES,
)
