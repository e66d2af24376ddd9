"""Checks on an estimator: forty made-up accounts show whether it does what an estimator has to."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar, cast

from capteur.clock import MICROS_PER_DAY as DAY
from capteur.conforming.checks import refuse
from capteur.conforming.declared import DeclaredChecks
from capteur.conforming.histories import (
    ACCOUNTS,
    ALWAYS,
    AS_OF,
    CLOSE,
    difference,
    fold_all,
    history,
    is_revoked,
    moved,
    past,
    row_of,
    standing,
)
from capteur.conforming.mixing import changed, state_of
from capteur.estimator import Estimator, SignalColumns
from capteur.intent import Estimate, State, shown
from capteur.kinds import CATALOGUE, is_kind_name
from capteur.options import Options
from capteur.registry.shapes import Group
from capteur.signals import Observation

MOMENTS = (30 * DAY, AS_OF, 400 * DAY)
YEAR = 364 * DAY
"""So many weeks that weekdays stay what they are."""
TOP = 10.0
NUMBERED = ("scored", "declared", "vetoed")


class EstimatorChecks(DeclaredChecks):
    """The checks every estimator passes.

    Attributes:
        estimator: the class.
        config: its options, as in `[models.NAME]`.
        kinds: the kinds its accounts' signals have; the catalogue and what it declares by default.
    """

    estimator: ClassVar[type[Estimator]]
    config: ClassVar[Mapping[str, Any]] = {}
    kinds: ClassVar[Sequence[str]] = ()

    def _plugin(self) -> tuple[type[Options], Group, Mapping[str, Any]]:
        if getattr(self, "estimator", None) is None:
            refuse(f"{type(self).__name__} does not say what it is about", fix="write estimator = YourEstimator")
        return self.estimator, "estimators", self.config

    def _built(self) -> Estimator:
        return self._once("estimator", lambda: cast("Estimator", self._options()))

    def _market(self) -> list[list[Observation]]:
        """The accounts' histories; the first is empty."""
        kinds = sorted(filter(is_kind_name, {*(self.kinds or (*CATALOGUE, *self._built().declared()))}))
        return self._once("market", lambda: [[], *(history(seed, kinds) for seed in range(1, ACCOUNTS))])

    def _who(self) -> str:
        return f"estimator {self.estimator.name}"

    def _alike(self, one: Estimate, other: Estimate, when: str, fix: str, *, lines: bool = True) -> None:
        differs = difference(one, other, lines=lines)
        if differs:
            refuse(f"{self._who()}: {when}, {differs}", fix=fix)

    def test_nothing_in_gives_no_number(self) -> None:
        """An account without signals has no number: neither 0 nor an error."""
        estimator, fix = self._built(), 'answer Estimate("no_signal", None, None, None, "thin")'
        for view, estimate in (("explain([])", estimator.explain([], AS_OF)), ("read({})", estimator.read({}, AS_OF))):
            if estimate.intent is not None or estimate.low is not None or estimate.high is not None:
                refuse(f"{self._who()}: {view} gives the number {estimate.intent} out of nothing", fix=fix)
            if estimate.status != "no_signal" or estimate.contributions:
                refuse(f"{self._who()}: {view} has the status {estimate.status!r} instead of 'no_signal'", fix=fix)
        if estimator.estimate(SignalColumns.of({}), AS_OF).account.size:
            refuse(
                f"{self._who()}: estimate() of no signals has rows", fix="one row per account that occurs in `signals`"
            )
        if estimator.fold(self._kinds()[0], [], None) is not None:
            refuse(f"{self._who()}: fold() of no signals has a state", fix="return None when nothing is left")

    def _kinds(self) -> list[str]:
        return sorted({signal.kind for signals in self._market() for signal in signals}) or ["visit.page"]

    def test_something_in_gives_a_number(self) -> None:
        """At least one of the accounts gets an intent above 0."""
        best = max((self._built().explain(signals, AS_OF).intent or 0.0 for signals in self._market()), default=0.0)
        if best <= 0:
            refuse(
                f"{self._who()}: none of {ACCOUNTS} accounts has an intent above 0",
                fix="name the kinds it reads: kinds = (...)",
            )

    def test_the_number_is_on_the_scale(self) -> None:
        """0 <= low <= intent <= high <= 10, and a number exactly for scored, declared and vetoed."""
        for signals in self._market():
            e = self._built().explain(signals, AS_OF)
            told = f"{self._who()}: status {e.status!r} with intent {e.intent}, low {e.low}, high {e.high}"
            if len({e.intent is None, e.low is None, e.high is None, e.status not in NUMBERED}) > 1:
                refuse(told, fix="a number and its range go with scored, declared and vetoed, and with nothing else")
            if e.intent is None or e.low is None or e.high is None:
                continue
            if not 0 <= e.low <= e.intent <= e.high <= TOP:
                refuse(
                    told, fix="keep 0 <= low <= intent <= high <= 10; let evidence saturate instead of cutting it off"
                )

    def test_the_order_of_signals_changes_nothing(self) -> None:
        """Signals come in any order."""
        for seed, signals in enumerate(self._market()):
            shuffled = list(signals)
            random.Random(seed).shuffle(shuffled)  # noqa: S311  the same order in every run is the point
            one, other = self._built().explain(signals, AS_OF), self._built().explain(shuffled, AS_OF)
            self._alike(
                one,
                other,
                "with the same signals in another order",
                "sort by (occurred_at, key) first; add up with fsum()",
            )

    def test_it_does_not_look_ahead(self) -> None:
        """Only what occurred and was known at `as_of` is read; a revocation that was still to come did not count yet."""
        fix = "skip what has occurred_at or known_at after as_of; heed revoked_at only when it is not after as_of"
        for signals in self._market():
            for as_of in MOMENTS[:2]:
                one, other = self._built().explain(signals, as_of), self._built().explain(past(signals, as_of), as_of)
                self._alike(one, other, "with and without what came later", fix)

    def test_revoked_signals_do_not_count(self) -> None:
        """What was taken back is as if it had never been."""
        for signals in self._market():
            left = [s for s in signals if not is_revoked(s, AS_OF)]
            one, other = self._built().explain(signals, AS_OF), self._built().explain(left, AS_OF)
            self._alike(one, other, "with and without revoked signals", "skip what has revoked_at not after as_of")

    def test_only_as_of_tells_the_time(self) -> None:
        """The same history a year later, read a year later, is the same estimate."""
        for signals in self._market():
            one = self._built().explain(signals, AS_OF)
            other = self._built().explain(moved(signals, YEAR), AS_OF + YEAR)
            self._alike(one, other, "a year later", "take ages from as_of, not from a clock")

    def test_it_is_pure(self) -> None:
        """The same question has the same answer, whatever was asked in between; nothing is remembered and nothing changed."""
        estimator, before, kept = self._built(), state_of(self._built()), [list(signals) for signals in self._market()]
        first = [estimator.explain(signals, AS_OF) for signals in self._market()]
        again = [estimator.explain(signals, AS_OF) for signals in reversed(self._market())][::-1]
        for one, other in zip(first, again, strict=True):
            self._alike(one, other, "asked twice", "let the answer depend on the arguments and the options alone")
        if kept != self._market():
            refuse(
                f"{self._who()}: explain() changed the list it was given",
                fix="work on a copy: sorted(...), not .sort()",
            )
        culprits = changed(before, state_of(estimator))
        if culprits:
            refuse(f"{self._who()}: explain() changed {culprits[0]}", fix="keep nothing between calls")

    def test_the_contributions_add_up(self) -> None:
        """To the intent, and as printed with 0 to 4 digits; from history and from state."""
        estimator = self._built()
        for signals in self._market():
            states = fold_all(estimator, standing(signals, AS_OF))
            for view, e in (
                ("explain()", estimator.explain(signals, AS_OF)),
                ("read()", estimator.read(states, AS_OF)),
            ):
                if e.intent is None:
                    continue
                values = [line.intent for line in e.contributions]
                total = math.fsum(values)
                if not math.isclose(total, e.intent, rel_tol=CLOSE, abs_tol=CLOSE):
                    fix = "share the intent out over the lines; a veto or a cap is a line of its own"
                    refuse(
                        f"{self._who()}: the contributions of {view} add up to {total}, its intent is {e.intent}",
                        fix=fix,
                    )
                for digits in range(5):
                    cells, rounded = shown(values, e.intent, digits)
                    if sum(cells) != rounded:
                        refuse(
                            f"{self._who()}: the lines of {view} do not add up as printed with {digits} digits",
                            fix="give finite lines",
                        )

    def test_every_line_is_a_signal(self) -> None:
        """A contribution of explain() names a signal it was given, by key and kind, or is of a kind that derived() tells."""
        derived = self._built().derived()
        for signals in self._market():
            known = {(s.kind, s.key) for s in signals}
            for line in self._built().explain(signals, AS_OF).contributions:
                if (line.kind, line.key) not in known and line.kind not in derived:
                    refuse(
                        f"{self._who()}: the line {line.key!r} ({line.kind}) is no signal of the account",
                        fix="key=signal.key, kind=signal.kind",
                    )

    def test_columns_agree(self) -> None:
        """estimate() gives every account of the columns what explain() gives it, in ascending order of its id."""
        market = {number: signals for number, signals in enumerate(self._market()) if signals}
        for as_of in MOMENTS:
            many = self._built().estimate(SignalColumns.of(market), as_of)
            if many.account.tolist() != sorted(market):
                refuse(
                    f"{self._who()}: estimate() has other accounts, or another order, than its columns",
                    fix="one row per account, ascending",
                )
            for i, number in enumerate(sorted(market)):
                one = self._built().explain(market[number], as_of)
                self._alike(
                    one, row_of(many, i), "by explain() and by estimate()", "use one formula for both", lines=False
                )

    def test_running_state_agrees(self) -> None:
        """read() of folded states gives what explain() gives from the history: now, and later without news."""
        estimator = self._built()
        for signals in self._market():
            for as_of in MOMENTS:
                states = fold_all(estimator, standing(signals, as_of))
                one, other = estimator.explain(signals, as_of), estimator.read(states, as_of)
                self._alike(one, other, "by explain() and by read()", "use one formula for both", lines=False)

    def test_folding_on_agrees(self) -> None:
        """A state folded onto an older one, from its sealed day on, reads like one folded from the beginning."""
        estimator, fix = self._built(), "seal whole days only, and hand the sealed sums on"
        for seed, signals in enumerate(self._market()):
            rows = standing(signals, AS_OF)
            for kind in sorted({s.kind for s in rows}):
                own = [s for s in rows if s.kind == kind]
                cut = random.Random(seed).randint(0, len(own))  # noqa: S311  the same cut in every run is the point
                before = estimator.fold(kind, own[:cut], None)
                start = ALWAYS if before is None else before.sealed_day * DAY
                after = estimator.fold(kind, [s for s in own if s.occurred_at >= start], before)
                whole = estimator.fold(kind, own, None)
                if (after is None) != (whole is None) or (after and whole and after.n != whole.n):
                    refuse(f"{self._who()}: {kind} folded on counts other signals than folded whole", fix=fix)
                if after is not None and whole is not None:
                    one, other = estimator.read({kind: after}, AS_OF), estimator.read({kind: whole}, AS_OF)
                    self._alike(one, other, f"{kind} folded on and folded whole", fix, lines=False)

    def test_the_ceiling_holds(self) -> None:
        """Without news the ceiling never rises, and no later intent exceeds it: the walk to the top of the list relies on it."""
        estimator = self._built()
        for signals in self._market():
            states = fold_all(estimator, standing(signals, AS_OF))
            before = math.inf
            for day in (0, 1, 5, 30, 90, 400):
                now = estimator.ceiling(states, AS_OF + day * DAY)
                intent = estimator.read(states, AS_OF + day * DAY).intent or 0.0
                if not intent <= now <= before:
                    refuse(
                        f"{self._who()}: after {day} days the ceiling is {now}, before it was {before}, and the intent is {intent}",
                        fix="return an upper bound that can only fall; what grows with age must be in it from the start",
                    )
                before = now

    def test_options_and_states_survive_json(self) -> None:
        """Hyper-parameters name a version and states are rows: both are written as JSON and read back."""
        estimator = self._built()
        if type(estimator).model_validate_json(estimator.model_dump_json()) != estimator:
            refuse(
                f"{self._who()}: its options are not the same after JSON",
                fix="use plain types, tuples, dicts and pydantic models",
            )
        for signals in self._market():
            for kind, state in fold_all(estimator, standing(signals, AS_OF)).items():
                back = json.loads(json.dumps(asdict(state)))
                read = State(back["sealed_day"], tuple(back["sealed"]), back["at"], tuple(back["total"]), back["n"])
                if read != state:
                    refuse(
                        f"{self._who()}: the state of {kind} is not the same after JSON",
                        fix="tuples of finite floats, whole numbers",
                    )
