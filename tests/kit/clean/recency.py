"""A clean estimator, small enough to see the whole of it: strength, halved every month, saturating."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from capteur import Contribution, Estimate, Estimates, Estimator, Observation, SignalColumns, State

DAY = 86_400_000_000


@dataclass(frozen=True)
class Line:
    key: str
    kind: str
    at: int
    signal_id: int
    worth: float


class Recency(Estimator):
    """Every signal is worth its strength, halved every 30 days; worth 4 is an intent of 5."""

    name = "recency@1"

    half_life_days: float = 30.0
    half_point: float = 4.0

    def left(self, age: int) -> float:
        return 2.0 ** (-age / (self.half_life_days * DAY))

    def explain(self, signals: Sequence[Observation], as_of: int) -> Estimate:
        rows = self.counted(signals, as_of)
        lines = [self.line(s, as_of) for s in rows]
        return self.estimated(lines, len(rows))

    def line(self, s: Observation, as_of: int) -> Line:
        return Line(s.key, s.kind, s.occurred_at, s.signal_id, s.strength * self.left(as_of - s.occurred_at))

    def counted(self, signals: Iterable[Observation], as_of: int) -> list[Observation]:
        rows = [
            s
            for s in signals
            if s.occurred_at <= as_of and s.known_at <= as_of and (s.revoked_at is None or s.revoked_at > as_of)
        ]
        rows.sort(key=lambda s: (s.occurred_at, s.key))
        best: dict[str, Observation] = {}
        for s in rows:
            if s.event is not None and (s.event not in best or s.strength > best[s.event].strength):
                best[s.event] = s
        return [s for s in rows if s.event is None or best[s.event] is s]

    def estimated(self, lines: Sequence[Line], count: int) -> Estimate:
        if not lines:
            return Estimate("no_signal", None, None, None, "thin")
        mass = fsum(line.worth for line in lines)
        intent = 10.0 * mass / (mass + self.half_point)
        return Estimate(
            status="scored",
            intent=intent,
            low=0.8 * intent,
            high=intent + 0.2 * (10.0 - intent),
            evidence="thin" if count < 3 else "some" if count < 10 else "solid",
            inferred=intent,
            n_eff=mass,
            mass=mass,
            contributions=tuple(
                Contribution(line.key, line.kind, intent * line.worth / mass, line.at, 1.0, line.signal_id)
                for line in lines
            ),
        )

    def estimate(self, signals: SignalColumns, as_of: int) -> Estimates:
        return Estimates.of({account: self.explain(rows, as_of) for account, rows in signals.by_account().items()})

    def fold(self, kind: str, signals: Sequence[Observation], sealed: State | None) -> State | None:
        base, before, start = (sealed.sealed[0], int(sealed.sealed[1]), sealed.sealed_day) if sealed else (0.0, 0, 0)
        if not signals:
            return State(start, (base, float(before)), start * DAY, (base,), before) if before else None
        day, at = signals[-1].occurred_at // DAY, signals[-1].occurred_at
        old, new = (
            [s for s in signals if s.occurred_at // DAY < day],
            [s for s in signals if s.occurred_at // DAY == day],
        )
        seal = fsum(
            [base * self.left((day - start) * DAY), *(s.strength * self.left(day * DAY - s.occurred_at) for s in old)]
        )
        total = fsum([seal * self.left(at - day * DAY), *(s.strength * self.left(at - s.occurred_at) for s in new)])
        return State(day, (seal, float(before + len(old))), at, (total,), before + len(signals))

    def read(self, states: Mapping[str, State], as_of: int) -> Estimate:
        lines = [Line(kind, kind, s.at, 0, s.total[0] * self.left(as_of - s.at)) for kind, s in sorted(states.items())]
        return self.estimated(lines, sum(s.n for s in states.values()))

    def ceiling(self, states: Mapping[str, State], as_of: int) -> float:
        return (self.read(states, as_of).intent or 0.0) * (1 + 1e-12)
