"""The one place that builds settings, registry, store, web and clock, and hands them on.

`open_house(path)` is the public Python door; the command line and the page call nothing else.
"""

from capteur.house.backfilling import BackfillReport, WindowRun
from capteur.house.core import House
from capteur.house.opening import open_house
from capteur.house.reports import InstanceRun, Move, Progress, RunReport
from capteur.house.running import LocalRunner
from capteur.house.trying import Recording, Trial
from capteur.house.weighing import Shift, Weighed

__all__ = [
    "BackfillReport",
    "House",
    "InstanceRun",
    "LocalRunner",
    "Move",
    "Progress",
    "Recording",
    "RunReport",
    "Shift",
    "Trial",
    "Weighed",
    "WindowRun",
    "open_house",
]
