"""NotifierConformance: derive from it, name the notifier, and say what the other end answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import quote

from capteur.clock import ManualClock
from capteur.conforming.declared import DeclaredChecks
from capteur.conforming.mixing import changed, state_of
from capteur.errors import AuthError, CapteurError, Stopped, TryLater
from capteur.notifier import Notice, Notifier
from capteur.options import Options
from capteur.registry import secrets_of
from capteur.registry.shapes import Group
from capteur.testing.checking import Conformance, refuse, stand_aside
from capteur.testing.guard import Bypass, guarded
from capteur.testing.listening import listening
from capteur.testing.upstream import Fault, Upstream, hang, new_router, refused, status
from capteur.web import Web, WebSettings

if TYPE_CHECKING:
    import respx

NOW = datetime(2030, 1, 1, 8, 0, tzinfo=UTC)
TIME_S = 10.0
"""How long one notice may take to be handed over, where nothing waits for a network."""
ITEM: Mapping[str, Any] = {
    "account": "acme.example", "name": "Acme", "model": "main", "as_of": "2030-01-01T08:00:00+00:00", "status": "scored", "intent": 6.4,
    "low": 5.1, "high": 7.5, "evidence": "some", "inferred": 6.4, "ask": 0.0, "trend": "rising",
    "contributions": [{"label": "raised funding", "kind": "funding.raised", "intent": 6.4, "signal": "r1", "occurred_at": "2029-12-20",
                       "evidence_url": "https://rounds.example/r1", "kept": 0.8}],
    "coverage": {"rounds": "ok"}, "estimator": "evidence@1", "version": "1a2b3c",
}  # fmt: skip
HOSTILE = "\x1b[2J Acme \u202eemcA <b>&amp;\" '\\ \u2028 " + "long " * 2000
ORDINARY = Notice("n1", "estimate.moved", NOW, "Acme rose from 3.1 to 6.4", items=(ITEM,))
NOTICES = (
    ORDINARY,
    Notice("n2", "instance.parked", NOW, "sensor rounds: 401 from rounds.example"),
    Notice("n3", "estimate.moved", NOW, HOSTILE, items=({**ITEM, "account": "x", "name": HOSTILE, "intent": None},)),
)


@dataclass(frozen=True, slots=True)
class Handed:
    """What came of handing over one notice."""

    error: BaseException | None
    upstream: Upstream
    bypasses: list[Bypass]
    came_back: bool = True


class NotifierConformance(Conformance, DeclaredChecks):
    """The checks every notifier passes.

    Attributes:
        notifier: the class.
        config: its options, as in `[notifiers.NAME]`, with values in the place of `env:NAME`.
        notices: what it is given; by default a moved estimate, a parked sensor, and one full of control characters.
    """

    notifier: ClassVar[type[Notifier]]
    config: ClassVar[Mapping[str, Any]] = {}
    notices: ClassVar[Sequence[Notice]] = NOTICES

    def upstream(self, router: respx.MockRouter) -> None:
        """Say what the other end answers to a notice it takes."""

    def _plugin(self) -> tuple[type[Options], Group, Mapping[str, Any]]:
        if getattr(self, "notifier", None) is None:
            refuse(f"{type(self).__name__} does not say what it is about", fix="write notifier = YourNotifier")
        return self.notifier, "notifiers", self.config

    def _built(self) -> Notifier:
        return cast("Notifier", self._options())

    def _who(self) -> str:
        return f"notifier {self.notifier.name}"

    def _hand(
        self, notice: Notice, fault: Fault | None = None, *, notifier: Notifier | None = None, stop: bool = False
    ) -> Handed:
        """Hand one notice over as the outbox does: from a thread, with the real client."""
        router, given = new_router(), notifier or self._built()
        self.upstream(router)
        upstream = Upstream(router, fault)
        outcome: list[BaseException | None] = []
        over = threading.Event()

        async def main() -> None:
            clock = ManualClock(NOW)
            async with Web(WebSettings(attempts=1), clock, transport=upstream.transport()) as web:
                session = web.session(
                    secrets=list(secrets_of(given)), validators={}, deadline=None, instance=given.name
                )
                if stop:
                    upstream.fault = hang(session.stop)

                def work() -> None:
                    try:
                        given.notify(notice, session.http)
                    except BaseException as error:  # noqa: BLE001  whatever it is, the check looks at it
                        outcome.append(error)
                    over.set()

                threading.Thread(target=work, daemon=True, name="notifier").start()
                await asyncio.to_thread(over.wait, TIME_S)

        with guarded() as bypasses:
            asyncio.run(main())
        return Handed(outcome[0] if outcome else None, upstream, bypasses, over.is_set())

    def _asks(self) -> Handed:
        handed = self._once("ordinary", lambda: self._hand(ORDINARY))
        if not handed.upstream.asked:
            stand_aside("it asks nothing over HTTP")
        return handed

    def test_it_delivers_every_notice(self) -> None:
        """With items and without, and with text that would repaint a terminal: none is refused."""
        for notice in self.notices:
            handed = self._hand(notice)
            if not handed.came_back:
                refuse(
                    f"{self._who()} does not come back from notify()",
                    fix="deliver and return; waiting is the outbox's work",
                )
            if handed.error is not None and not handed.bypasses:
                refuse(
                    f"{self._who()}: notice {notice.id} ({notice.kind}) fails with {type(handed.error).__name__}: {handed.error}{handed.upstream.unanswered}",
                    fix="cope with notices without items, with intent None and with long text; let upstream() answer what it asks for",
                )

    def _raises(self, fault: Fault, what: str, *expected: type[CapteurError]) -> None:
        self._asks()
        error = self._hand(ORDINARY, fault).error
        if not isinstance(error, expected):
            found = "nothing" if error is None else type(error).__name__
            refuse(
                f"{self._who()}: when the other end {what}, it raises {found} instead of {expected[0].__name__}",
                fix="let the errors of http pass: a notice whose error is swallowed counts as delivered",
            )

    def test_a_401_is_an_auth_error(self) -> None:
        """Its owner has to renew the credential."""
        self._raises(status(401), "answers 401", AuthError)

    def test_a_429_is_delivered_later(self) -> None:
        """The outbox waits as long as it was told to."""
        self._raises(status(429, retry_after="3600"), "answers 429", TryLater)

    def test_a_500_is_delivered_later(self) -> None:
        """The outbox delivers it again."""
        self._raises(status(500), "answers 500", TryLater)

    def test_a_refused_connection_is_delivered_later(self) -> None:
        """The outbox delivers it again."""
        self._raises(refused, "cannot be reached", TryLater)

    def test_all_http_goes_through_http(self) -> None:
        """A connection of its own has no deadline, no limits and no redaction."""
        for bypass in self._once("ordinary", lambda: self._hand(ORDINARY)).bypasses:
            refuse(f"{self._who()} went to {bypass.to} by itself", at=bypass.at, fix="use the http it is given")

    def test_the_same_notice_twice_is_the_same_request(self) -> None:
        """Delivery is at least once: what depends on the moment or on chance would look like two notices."""
        first, again = self._asks(), self._hand(ORDINARY)
        if [(r.method, str(r.url), r.content) for r in first.upstream.asked] != [
            (r.method, str(r.url), r.content) for r in again.upstream.asked
        ]:
            refuse(
                f"{self._who()}: the same notice makes another request the second time",
                fix="build it from notice.id, created_at and items only",
            )

    def test_it_keeps_no_state(self) -> None:
        """Nothing on self or on the class remembers a notice."""
        notifier = self._built()
        before = state_of(notifier)
        for notice in self.notices:
            self._hand(notice, notifier=notifier)
        for culprit in changed(before, state_of(notifier)):
            refuse(f"{self._who()}: a notice changed {culprit}", fix="keep nothing between notices")

    def test_its_secrets_stay_secret(self) -> None:
        """No error, log or print holds one."""
        secrets = {s for s in secrets_of(self._built()) if len(s) > 3}  # noqa: PLR2004  shorter ones are found anywhere
        if not secrets:
            stand_aside("its configuration has no secret")
        for fault in (None, status(401), status(500)):
            with listening() as (records, printed):
                handed = self._hand(ORDINARY, fault)
            for text, where in (
                (str(handed.error), "an error"),
                ("\n".join(records), "a log"),
                (printed.getvalue(), "what it prints"),
            ):
                if any(form in text for s in secrets for form in (s, quote(s, safe=""))):
                    refuse(
                        f"{self._who()}: a secret got into {where}",
                        fix="pass the SecretStr itself to http; get_secret_value() nowhere else",
                    )

    def test_it_stops_when_told(self) -> None:
        """When capteur stops, the call in flight raises Stopped; a notifier lets it pass."""
        self._asks()
        handed = self._hand(ORDINARY, stop=True)
        if not handed.came_back or not isinstance(handed.error, Stopped):
            refuse(
                f"{self._who()}: told to stop, it went on",
                fix="catch Exception at most: `except BaseException` swallows Stopped",
            )
