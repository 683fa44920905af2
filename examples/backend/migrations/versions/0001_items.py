"""Items and their embeddings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import Vector

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Needs a role that may create the extension, unless it is there."""
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.create_table(
        "items",
        sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("description", sa.String(2000), nullable=False),
        sa.Column("embedding", Vector(64), nullable=False),
    )
    op.create_index(
        "items_by_likeness",
        "items",
        ["embedding"],
        postgresql_using="hnsw",
        postgresql_ops={"embedding": "vector_cosine_ops"},
    )


def downgrade() -> None:
    """The extension stays: others may use it."""
    op.drop_table("items")
