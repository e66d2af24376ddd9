"""The one place that builds settings, registry, store, web and clock, and hands them on.

`open_house(path)` is the public Python door; the command line and the page call nothing else.
"""

from capteur.house.core import House, open_house, upgrade_store
from capteur.house.running import InstanceRun, LocalRunner, Move, Progress, RunReport

__all__ = ["House", "InstanceRun", "LocalRunner", "Move", "Progress", "RunReport", "open_house", "upgrade_store"]
