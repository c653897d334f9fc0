"""Runs migrations in the connection that :meth:`grader.service.database.Database.migrate` passes."""

from alembic import context

from grader.service.tables import Table

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Table.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
