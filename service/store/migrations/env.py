"""How Alembic runs a migration here: on a connection that the store hands over, inside its transaction."""

from alembic import context

attributes = context.config.attributes
context.configure(connection=attributes["connection"], version_table=attributes["version_table"], transactional_ddl=False)
context.run_migrations()
