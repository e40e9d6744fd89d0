"""What Alembic runs: the migrations, on the connection that `storage.database` hands over.

There is no alembic.ini and no offline mode, and logging is left as Home Assistant set it up.
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
