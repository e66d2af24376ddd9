"""Every table, declared once with SQLModel on a MetaData of its own.

The migrations make the tables and a test holds both to each other; the store's statements are written by hand, because an
object per row costs more than the row (docs/decisions/0001-store.md). So nothing that runs often imports this package.
"""

from capteur.store.tables import daemons, deliveries, estimates, facts, work
from capteur.store.tables.base import METADATA, Micros

__all__ = ["METADATA", "Micros", "daemons", "deliveries", "estimates", "facts", "work"]
