"""Checks on what a sensor yields: that it is good, that its keys hold, and that it comes as a stream."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from capteur.accounts import AccountRef
from capteur.conforming.mixing import another_process
from capteur.errors import InputError
from capteur.signals import Signal, accept, as_ref
from capteur.testing.checking import refuse, stand_aside
from capteur.testing.taps import Yielded
from capteur.testing.trials import NEXT_DAY, SensorTrials, facts


class SignalChecks(SensorTrials):
    """About the signals of a good run, and of another one a day later."""

    def _problems(self) -> Iterator[tuple[str, Yielded]]:
        """Everything wrong with the signals of the good run, one sentence each."""
        after = self._good()
        kinds = self._instance().kinds
        for seen in after.ran.record.things:
            if isinstance(seen.thing, Signal):
                try:
                    accept(seen.thing, kinds, self.now)
                except InputError as error:
                    for problem in error.what.split("; "):
                        yield problem, seen

    def _without(self, *words: str, fix: str) -> None:
        for problem, seen in self._problems():
            if problem.startswith(words):
                refuse(f"sensor {self.sensor.name}: it yielded a bad Signal: {problem}", at=seen.at, fix=fix)

    def test_it_detects_something(self) -> None:
        """With the answers of upstream() it yields at least one signal, fact or outcome."""
        ran = self._good().ran
        if self._is_push and not self.deliveries:
            refuse(f"{type(self).__name__} has no deliveries", fix="write deliveries = (A_BODY_AS_IT_WAS_RECEIVED,)")
        if not ran.record.findings:
            refuse(
                f"sensor {self.sensor.name} detected nothing in what upstream() answers{ran.upstream.unanswered}",
                fix="let upstream() answer something that is a signal; where the sensor looks at ages, set `now`",
            )

    def test_every_kind_is_declared(self) -> None:
        """A kind that `kinds` does not name is dropped."""
        self._without("kind:", fix="add it to `kinds`, or correct it")

    def test_every_account_is_a_company(self) -> None:
        """A domain, a URL on it, or an AccountRef."""
        self._without("account:", fix="give the company's domain, or AccountRef(name=..., ids={...})")

    def test_every_moment_has_a_time_zone(self) -> None:
        """occurred_at is aware, or a day; a naive moment would be guessed."""
        fix = "give an aware datetime, ISO 8601 with an offset, or a date; where it is only ahead of the kit's clock, set `now`"
        self._without("occurred_at:", fix=fix)

    def test_every_evidence_url_is_http(self) -> None:
        """A person has to be able to open it."""
        self._without("evidence_url:", fix="give the page's whole address, or None")

    def test_data_is_json(self) -> None:
        """Details are kept as JSON; what has no form there would be kept as its repr."""
        self._without("data:", fix="give a mapping of plain values, at most 64 KB")
        for seen in self._good().ran.record.things:
            data = getattr(seen.thing, "data", None)
            try:
                json.dumps(data, allow_nan=False)
            except (TypeError, ValueError) as error:
                refuse(
                    f"sensor {self.sensor.name}: data is not JSON: {error}",
                    at=seen.at,
                    fix="write moments as isoformat(), and so on",
                )

    def test_nothing_it_yields_is_bad(self) -> None:
        """Whatever core drops and counts: a wrong strength or key, a row that raised in ctx.each, a thing that is no signal."""
        self._without("", fix="correct it")
        ran = self._good().ran
        if ran.total("bad"):
            refuse(f"{ran.total('bad')} of the things it yielded are bad; the first: {ran.error}", fix="correct it")

    def test_keys_are_unique(self) -> None:
        """Two different facts under one key are stored as one."""
        after, instance = self._good(), self._instance()
        seen: dict[str, tuple[str, ...]] = {}
        for found in facts(after.ran.record.findings, instance, self.now):
            other = seen.setdefault(found[0], found)
            grows = found[1] in instance.kinds and instance.kinds[found[1]].grows  # its date may move with its strength
            if other[: 3 if grows else 4] != found[: 3 if grows else 4] and found[1] != "fact":
                refuse(
                    f"sensor {self.sensor.name}: two facts have the key {found[0]!r}: {other[1:]} and {found[1:]}",
                    fix="put into the key what tells them apart: the source's own id of the fact",
                )

    def _day_later(self) -> list[tuple[str, ...]]:
        """What a fresh house detects a day later, in another process as far as hash() tells."""

        def make() -> list[tuple[str, ...]]:
            with another_process(self.sensor):
                after = self._run(later=NEXT_DAY)
            return facts(after.ran.record.findings, self._instance(), self.now + NEXT_DAY)

        return self._once("day later", make)

    def test_keys_are_stable(self) -> None:
        """The same answers give the same keys tomorrow, in another process: else every run stores everything again."""
        first = {found[0] for found in facts(self._good().ran.record.findings, self._instance(), self.now)}
        later = {found[0] for found in self._day_later()}
        if first != later:
            gone, new = sorted(first - later), sorted(later - first)
            refuse(
                f"sensor {self.sensor.name}: a day later the same answers give other keys: {(new or gone)[0]!r} instead of {(gone or new)[0]!r}"
                if gone and new
                else f"sensor {self.sensor.name}: a day later the same answers give {'no' if gone else 'also a'} key {(gone or new)[0]!r}",
                fix="make keys of the source's own ids; not of the time of the run, a counter, uuid4() or hash() (use hashlib)",
            )

    def test_a_fact_keeps_its_date(self) -> None:
        """occurred_at is when it happened, not when it was read. Sensors that only see the present say so: present_only = True."""
        self._good()
        if self.sensor.present_only:
            stand_aside("its source shows only the present")
        first = {found[0]: found for found in facts(self._good().ran.record.findings, self._instance(), self.now)}
        for found in self._day_later():
            before = first.get(found[0], found)
            if before != found:
                refuse(
                    f"sensor {self.sensor.name}: a day later the fact {found[0]!r} is {found[1:]} instead of {before[1:]}",
                    fix="take occurred_at from the source; where it gives none, declare present_only: ClassVar[bool] = True",
                )

    def test_signals_are_about_the_account_asked_for(self) -> None:
        """One call of an AccountSensor looks at one account."""
        if self._instance().shape != "account":
            stand_aside("it is asked about no account")
        account = self._listed()
        for seen in self._good().ran.record.findings:
            given: Any = getattr(seen.thing, "account", None)
            domain = as_ref(given).domain if isinstance(given, str | AccountRef) and given else None
            if domain is not None and domain != account.domain:
                refuse(
                    f"sensor {self.sensor.name}: asked about {account.domain}, it yielded a signal of {domain}",
                    at=seen.at,
                    fix="pass account.domain on; a source about many companies is a FeedSensor",
                )

    def test_it_streams(self) -> None:
        """The first signal is yielded before the last is made, and before the last page is asked for."""
        ran = self._good().ran
        if self._is_push:
            stand_aside("a delivery is read whole")
        found = ran.record.findings
        if len(found) < 2:  # noqa: PLR2004  one is first and last
            stand_aside("with one signal nobody can tell; let upstream() answer two")
        if found[0].built >= len(found):
            refuse(
                f"sensor {self.sensor.name}: all {len(found)} signals were made before the first was yielded",
                at=found[0].at,
                fix="yield each signal when it is made, instead of collecting a list",
            )
        pages = Counter((request.method, request.url.host, request.url.path) for request in ran.upstream.asked)
        place, count = pages.most_common(1)[0] if pages else (("", "", ""), 0)
        if count > 1 and found[0].asked == len(ran.upstream.asked):
            refuse(
                f"sensor {self.sensor.name}: all {count} pages of {place[1]}{place[2]} were asked for before the first signal was yielded",
                at=found[0].at,
                fix="yield a page's signals before asking for the next page: for page in ctx.http.pages(...)",
            )
