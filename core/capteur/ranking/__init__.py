"""Order accounts under capacity, and say why each stands where it stands."""

from capteur.ranking.ordering import NUMBERED, SORTS, Sort, everyone_now, order, threshold, top_now, unpacked
from capteur.ranking.shapes import Discoveries, Explanation, Found, Line, Ranking, Row, adoption, item
from capteur.ranking.telling import WEEK, detail, forecast, lines_of, reasons, uncounted, unranked, with_status

__all__ = [
    "NUMBERED",
    "SORTS",
    "WEEK",
    "Discoveries",
    "Explanation",
    "Found",
    "Line",
    "Ranking",
    "Row",
    "Sort",
    "adoption",
    "detail",
    "everyone_now",
    "forecast",
    "item",
    "lines_of",
    "order",
    "reasons",
    "threshold",
    "top_now",
    "uncounted",
    "unpacked",
    "unranked",
    "with_status",
]
