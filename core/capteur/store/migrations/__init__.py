"""The schema's history, for Alembic; `head()` names the newest revision."""
