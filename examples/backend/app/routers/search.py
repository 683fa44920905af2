"""Search by likeness, with pgvector."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import StringConstraints
from sqlalchemy import select

from ..dependencies import Embedded, Session, within_rate
from ..models import Item
from .items import ANSWERS, StoredItem

router = APIRouter(prefix="/search", tags=["search"])


class FoundItem(StoredItem):
    """An item and how far it is: 0 is the same, 2 the opposite (cosine distance)."""

    distance: float


@router.get("", responses=ANSWERS, dependencies=[Depends(within_rate)])
async def search(
    text: Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00]+$"), Query()],
    session: Session,
    embeddings: Embedded,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
) -> list[FoundItem]:
    """The items that are most like the text."""
    distance = Item.embedding.cosine_distance(await embeddings.of(text))
    rows = await session.execute(select(Item, distance.label("distance")).order_by(distance).limit(limit))
    return [FoundItem(id=item.id, name=item.name, description=item.description, distance=away) for item, away in rows]
