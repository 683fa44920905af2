"""Items: create, list, read, delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import select

from ..dependencies import Embedded, Session, within_rate
from ..models import Item

router = APIRouter(prefix="/items", tags=["items"])

ItemId = Annotated[int, Path(ge=1, le=2**31 - 1)]
ANSWERS: dict[int | str, dict[str, Any]] = {
    429: {"description": "Too many requests; Retry-After says when to come back"},
    503: {"description": "The embedding service is not available"},
}
# PostgreSQL's text holds no null character.
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
Text = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]


class NewItem(BaseModel):
    """What a client sends."""

    name: Name
    description: Text = ""


class StoredItem(NewItem):
    """What a client gets."""

    model_config = ConfigDict(from_attributes=True)

    id: int


@router.post("", status_code=201, response_model=StoredItem, responses=ANSWERS, dependencies=[Depends(within_rate)])
async def create(new: NewItem, session: Session, embeddings: Embedded) -> Item:
    """Store an item, with the embedding of its name and description."""
    vector = await embeddings.of(f"{new.name} {new.description}")
    item = Item(name=new.name, description=new.description, embedding=vector)
    session.add(item)
    await session.commit()
    return item


@router.get("", response_model=list[StoredItem])
async def list_items(
    session: Session,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Sequence[Item]:
    """Items by id, from the one after ``after``."""
    return (await session.scalars(select(Item).where(Item.id > after).order_by(Item.id).limit(limit))).all()


@router.get("/{item_id}", response_model=StoredItem, responses={404: {"description": "No such item"}})
async def read(item_id: ItemId, session: Session) -> Item:
    """One item."""
    item = await session.get(Item, item_id)
    if item is None:
        raise HTTPException(404, "no such item")
    return item


@router.delete("/{item_id}", status_code=204, responses={404: {"description": "No such item"}})
async def delete(item_id: ItemId, session: Session) -> None:
    """Remove an item."""
    item = await session.get(Item, item_id)
    if item is None:
        raise HTTPException(404, "no such item")
    await session.delete(item)
    await session.commit()
