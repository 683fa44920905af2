"""The one table."""

from __future__ import annotations

from typing import Any

from pgvector.sqlalchemy import Vector
from sqlalchemy import Identity, Index, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from .embeddings import DIMENSIONS


class Base(DeclarativeBase):
    """What Alembic compares the database with."""


class Item(Base):
    """A thing with a description that can be searched by likeness."""

    __tablename__ = "items"
    __table_args__ = (
        Index(
            "items_by_likeness",
            "embedding",
            postgresql_using="hnsw",
            postgresql_ops={"embedding": "vector_cosine_ops"},
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(String(2000))
    embedding: Mapped[Any] = mapped_column(Vector(DIMENSIONS))
