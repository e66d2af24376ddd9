"""The schema's history, for Alembic; `capteur.store.schema.HEAD` names the newest revision."""
