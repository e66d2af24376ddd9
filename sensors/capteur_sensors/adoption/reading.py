"""What was read of one account: traces by source, and how far the reading went. A source is one question with one answer.

Sources: `txt`, `mx`, `spf`, `dmarc`, `cname:help`, `page:/`, `page:/pricing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from capteur import CapteurError
from capteur_sensors._tools import Trace

MOST_TRACES = 250
"""Of one source; more is an attack or a mistake, and what is cut off proves nothing."""
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Read:
    """One good answer. Not `whole`: what it shows is there, what it does not show may be. `missing`: no such name (NXDOMAIN)."""

    traces: tuple[Trace, ...] = ()
    whole: bool = True
    missing: bool = False


@dataclass(slots=True)
class Part:
    """What became of one part of the reading, DNS or pages. `failure`: why nothing, or not all, could be read."""

    reads: dict[str, Read] = field(default_factory=dict[str, Read])
    failure: CapteurError | None = None


def read_of(traces: Iterable[Trace], *, whole: bool = True) -> Read:
    """A read of these traces, each once, in an order of their own, within the limits."""
    every = sorted({Trace(trace.place, trace.text[:LONGEST]) for trace in traces})
    return Read(tuple(every[:MOST_TRACES]), whole and len(every) <= MOST_TRACES)


def merged(before: Mapping[str, tuple[Trace, ...]], reads: Mapping[str, Read]) -> dict[str, tuple[Trace, ...]]:
    """What is known after a reading: sources that gave no answer stay as they were, half an answer only adds."""
    after = dict(before)
    for source, read in reads.items():
        if read.missing and source in before:
            continue  # a name that vanished is unknown, not empty
        kept = () if read.whole else before.get(source, ())
        after[source] = read.traces if read.whole else read_of((*read.traces, *kept)).traces
    return after
