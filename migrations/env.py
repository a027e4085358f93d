"""Alembic's entry: one transaction over the engine the program hands in."""

from alembic import context
from sqlmodel import SQLModel

from app.kernel.db.engines import Database

database: Database = context.config.attributes["database"]
with database.engine().connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=database.is_sqlite,
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
