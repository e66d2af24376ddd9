"""Checks on bad days: refused, throttled, broken, cut off, changed, stopped; and that no secret and no connection leaks."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from capteur.testing.bench import Ran
from capteur.testing.checking import refuse, stand_aside
from capteur.testing.listening import listening
from capteur.testing.taps import let_go
from capteur.testing.trials import SensorTrials
from capteur.testing.upstream import OTHER_FORM, Fault, cut_in_half, hang, other_form, refused, status

GOOD = ("ok", "skipped")
SHORTEST_SECRET = 4
"""A shorter "secret" of a test would be found in any file by chance."""
ASK_THROUGH_CTX = "let the errors of ctx.http pass; catch only what you can answer, and never Exception around it"


@dataclass(frozen=True, slots=True)
class BadDay:
    """A run on a bad day: how it went, whether it passes for a good one, and what it moved or changed."""

    ran: Ran
    passes: bool
    moved: bool
    changed: int


class FailureChecks(SensorTrials):
    """About what is not the sensor's fault, and must not become its user's."""

    def _bad_day(self, fault: Fault, since: int = 1) -> BadDay:
        """A run after a good one in which requests from number `since` on fail."""
        self._asks()
        first = self._good()
        with self._bench(first.file) as bench:
            ran = bench.run(self._upstream(fault, since), self._how(), later=bench.instance.every)
            row = bench.watch()
        if not ran.upstream.asked:
            stand_aside("a second run asks nothing")
        moved = (row.cursor, row.newest) != (first.watch.cursor, first.watch.newest)
        changed = ran.total("revoked") + (ran.total("new") if since == 1 else 0)
        return BadDay(ran, ran.status in GOOD and not ran.total("bad"), moved and not ran.total("bad"), changed)

    def _nothing_moved(self, day: BadDay) -> None:
        """What a failed run may not do, however it ended."""
        if day.moved:
            refuse(f"sensor {self.sensor.name}: a run that failed moved the cursor", fix=ASK_THROUGH_CTX)
        if day.changed:
            refuse(
                f"sensor {self.sensor.name}: a run that could read nothing changed {day.changed} signals",
                fix="take no failed answer for an empty one",
            )

    def _ends(self, fault: Fault, what: str, *expected: str) -> None:
        day = self._bad_day(fault)
        if day.ran.status not in expected:
            refuse(
                f"sensor {self.sensor.name}: when the source {what}, the run ends {day.ran.status!r} instead of {expected[0]!r}"
                + (f": {day.ran.error}" if day.ran.error else ""),
                fix=ASK_THROUGH_CTX,
            )
        self._nothing_moved(day)

    def _refused(self, code: int) -> None:
        """With a credential of ours it parks; where there is none, a site's doorman says something about that page only."""
        expected = ("parked",) if self._instance().secrets else ("parked", "backoff", "bug")
        self._ends(status(code), f"answers {code}", *expected)

    def test_a_401_parks_it(self) -> None:
        """A credential that is refused is asked about no more until its owner has looked."""
        self._refused(401)

    def test_a_403_parks_it(self) -> None:
        """As a 401."""
        self._refused(403)

    def test_a_429_makes_it_wait(self) -> None:
        """The host said how long; that is no failure."""
        self._ends(status(429, retry_after="3600"), "answers 429", "waiting")

    def test_a_500_backs_off(self) -> None:
        """It is tried again, later and later."""
        self._ends(status(500), "answers 500", "backoff")

    def test_a_503_backs_off(self) -> None:
        """As a 500."""
        self._ends(status(503), "answers 503", "backoff")

    def test_a_refused_connection_backs_off(self) -> None:
        """The network is down, not the sensor."""
        self._ends(refused, "cannot be reached", "backoff")

    def test_half_an_answer_is_an_error(self) -> None:
        """What is cut off is not taken for all there is."""
        if self._is_push:
            self._deliver(lambda body: body[: len(body) // 2], "half a delivery")
            return
        day = self._bad_day(cut_in_half)
        if day.passes:
            refuse(
                f"sensor {self.sensor.name}: half an answer passes for a whole one",
                fix="read JSON by get_json() or answer.json(), and let SourceChanged pass",
            )
        self._nothing_moved(day)

    def test_an_answer_of_another_form_is_an_error(self) -> None:
        """The source changed: silence would look like an account without signals for months."""
        if self._is_push:
            self._deliver(lambda _: json.dumps(OTHER_FORM).encode(), "a delivery of another form")
            return
        day = self._bad_day(other_form)
        if day.passes and not self._empty_says_nothing():
            refuse(
                f"sensor {self.sensor.name}: an answer of another form passes for an empty one",
                fix='read what has to be there by answer["rounds"], not .get("rounds", []); or raise SourceChanged',
            )

    def _empty_says_nothing(self) -> bool:
        """Whether the source itself answers an empty object where there is nothing."""
        bodies = self._run(empty=True).ran.upstream.bodies
        return any(body.strip() in {b"{}", b""} for body in bodies)

    def _deliver(self, spoil: Any, what: str) -> None:
        self._good()
        spoilt = [replace(d, id=f"{d.id}-spoilt", body=spoil(d.body)) for d in self._received()]
        with self._bench() as bench:
            ran = bench.run(self._upstream(), self._how(deliveries=spoilt))
        if ran.status in GOOD and not ran.total("bad"):
            refuse(
                f"sensor {self.sensor.name}: {what} passes for one that says nothing",
                fix='read it by delivery.json() and ["name"], or raise SourceChanged',
            )

    def test_an_error_on_the_way_moves_no_cursor(self) -> None:
        """When the last request of a run fails, the next run begins where this one did."""
        last = len(self._asks().upstream.asked)
        day = self._bad_day(status(500), last)
        if len(day.ran.upstream.asked) >= last and day.passes:
            refuse(
                f"sensor {self.sensor.name}: its request number {last} failed, and the run ends {day.ran.status!r}"
                + (" and moves the cursor" if day.moved else ""),
                fix=ASK_THROUGH_CTX,
            )
        self._nothing_moved(day)

    def test_its_secrets_stay_secret(self) -> None:
        """No message, log, print or stored row holds one, on good days and bad ones."""
        secrets = {s for s in self._instance().secrets if len(s) >= SHORTEST_SECRET}
        if not secrets:
            stand_aside("its configuration has no secret")
        forms = {form: s for s in secrets for form in (s, quote(s, safe=""))}

        def look(text: str, where: str) -> None:
            if any(form in text for form in forms):
                refuse(
                    f"sensor {self.sensor.name}: a secret got into {where}",
                    fix="pass the SecretStr itself to ctx.http (token=, headers=, params=); get_secret_value() nowhere else",
                )

        self._good()
        for fault in (None, status(401), status(500), other_form):
            with self._bench() as bench, listening() as (records, printed):
                ran = bench.run(self._upstream(fault), self._how())
                stored = bench.content()
            look(" ".join(repr(seen.thing) for seen in ran.record.things), "what it yields")
            look(" ".join(f"{u.error} {u.fix}" for u in ran.units), "a message")
            look("\n".join(records), "a log")
            look(printed.getvalue(), "what it prints")
            look(stored.decode("utf-8", "replace"), "the database")

    def test_all_http_goes_through_ctx(self) -> None:
        """A connection of its own has no deadline, no limits, no redaction, and reaches the private network."""
        ran = self._good().ran
        for bypass in ran.bypasses:
            refuse(
                f"sensor {self.sensor.name} went to {bypass.to} by itself",
                at=bypass.at,
                fix="ask through ctx.http or ctx.ahttp",
            )
        if self._is_push and ran.upstream.asked:
            refuse(
                f"sensor {self.sensor.name}: receive() asked for {ran.upstream.asked[0].url}",
                fix="read the delivery only: a delivery is read again when it is replayed",
            )

    def test_it_stops_when_told(self) -> None:
        """When capteur stops, the call in flight raises Stopped; a sensor lets it pass."""
        last = len(self._asks().upstream.asked)
        upstream = self._upstream(since=last)

        def arm(stop: Any) -> None:
            upstream.fault = hang(stop)

        with self._bench() as bench:
            ran = bench.run_and_stop(upstream, arm)
        if ran.record.stopped and not let_go(ran.record.end):
            refuse(
                f"sensor {self.sensor.name}: told to stop, it "
                + (
                    "did not come back"
                    if ran.record.end is None
                    else "went on"
                    if isinstance(ran.record.end, str)
                    else f"raised {type(ran.record.end).__name__}"
                ),
                at=ran.record.things[-1].at if ran.record.things else "",
                fix="catch Exception at most: a bare `except:` or `except BaseException` swallows Stopped",
            )
