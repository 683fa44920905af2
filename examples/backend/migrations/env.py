"""Alembic asks the database that DATABASE_URL names."""

from __future__ import annotations

import os

from alembic import context
from app.models import Base

from syntax_guard.backend import create_engine

if context.is_offline_mode():
    context.configure(dialect_name="postgresql", target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    # A migration may take longer than a request may: no statement_timeout.
    engine = create_engine(os.environ["DATABASE_URL"], application_name="items migrations", statement_timeout=0)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()
