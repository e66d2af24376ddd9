"""Business tools: what each is called, and what traces it leaves. Private to the shipped sensors, which share the one table.

`table()` is everything, `named(name)` one tool, `mentions(text)` the tools a text names.
"""

from __future__ import annotations

from capteur_sensors._tools.mentions import mentions
from capteur_sensors._tools.rules import PLACES, Place, Rule, Rules, Tool, Trace
from capteur_sensors._tools.table import name_key, named, nearest, table

__all__ = ["PLACES", "Place", "Rule", "Rules", "Tool", "Trace", "mentions", "name_key", "named", "nearest", "table"]
