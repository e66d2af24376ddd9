"""The store: every table, and the only room that speaks SQL.

`open_store` opens one; `Store.read` and `Store.write` run functions of the rooms below on a connection. All of it is
synchronous; the house bridges it.
"""

from capteur.store.faults import Fenced
from capteur.store.opening import Store, open_store

__all__ = ["Fenced", "Store", "open_store"]
