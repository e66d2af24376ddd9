"""What people saw and heard themselves: touches and asks, written down in one line and taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from capteur import estimating, roster
from capteur.accounts import Account, AccountRef
from capteur.clock import micros, parse_duration, utc
from capteur.errors import ConfigError, InputError, UsageError
from capteur.intent import Estimate
from capteur.kinds import ASK
from capteur.signals import MAX_SUMMARY, Accepted, Signal, accept, clean
from capteur.store import audit
from capteur.store import signals as stored_signals
from capteur.store.ingest import commit
from capteur.store.shapes import Batch, Incoming, SignalRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from capteur.house.core import House

SCOPE = "touch"
"""The scope of what people write down; also how `[privacy] persons` names it."""
QUESTION = "question.asked"
KINDS = {
    "call": "touch.call",
    "meeting": "touch.meeting",
    "booth": "touch.booth",
    "reply": "touch.reply",
    "question": QUESTION,
    "ask": ASK,
}
"""What a person says for a kind."""
MINUTE = 60_000_000
LONGEST = 4000
"""Characters of a question or a statement; a note has those of a summary."""


@dataclass(frozen=True, slots=True)
class Touch:
    """What a person has to say. `word` is one of KINDS; `at` a moment or a day, None = now; `place` of an ask."""

    account: str
    word: str
    text: str | None = None
    at: datetime | date | None = None
    person: str | None = None
    topic: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Touched:
    """What became of it. `state`: noted, known (the same was noted already) or undone; estimates as of now, before and after."""

    account: Account
    signal: SignalRow
    state: str
    model: str
    before: Estimate
    after: Estimate
    as_of: int


def moment_of(text: str, now: datetime) -> datetime | date:
    """When it was, as people write it: a day, a time of this machine's zone or with an offset, `2h` for so long ago.

    Raises InputError for anything else, and for the future: a plan is not a signal.
    """
    said = text.strip()
    try:
        return now - parse_duration(said)
    except (ValueError, OverflowError):
        pass  # not a duration: then it is a moment
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        raise InputError(
            f"{clean(said, 40)!r} is not a moment", fix='write 2026-11-20, "2026-11-20 15:00", or 2h for two hours ago'
        ) from None
    if len(said) == len("2026-11-20"):
        if at.date() > now.astimezone().date():
            raise InputError(
                f"{said} is in the future", why="a plan is not a signal", fix="note it once it has happened"
            )
        return min(at.date(), now.date())
    moment = utc(at if at.tzinfo is not None else at.astimezone())
    if moment > now + timedelta(minutes=1):
        raise InputError(f"{said} is in the future", why="a plan is not a signal", fix="note it once it has happened")
    return min(moment, now)


def touch(house: House, said: Touch) -> Touched:
    """Write a touch or an ask down. The same again (account, kind, text) within a minute of it is one.

    Raises InputError for an unknown account (with the nearest names), a text that is missing or too long, an ask without its
    exact words, place and time; ConfigError for a person where persons are not kept.
    """
    moment = house.clock.now()
    now = micros(moment)
    account = house.store.read(lambda conn: _account(conn, said.account))
    if said.person is not None and not house.settings.privacy.allows(SCOPE):
        raise ConfigError(
            "--person: persons are not kept here",
            why="[privacy] persons does not name touch",
            fix='leave --person out, or set persons = ["touch"] under [privacy] in capteur.toml',
        )
    accepted = _accepted(said, account, moment)
    model, before = _estimate(house, account, now)

    def work(conn: Connection) -> tuple[int, bool]:
        alike = _alike(conn, account, accepted)
        if alike is not None:
            return alike.id, False
        key = _free_key(conn, account, said.word, now)
        commit(conn, Batch(SCOPE, SCOPE, signals=(Incoming(replace(accepted, key=key), account.id),), live=True), now)
        audit.add(conn, now, "touch", account.id, {"kind": accepted.kind})
        (made,) = [row for row in _written(conn, account) if row.key == key]
        return made.id, True

    signal_id, new = house.store.write(work).result()
    return _told(house, account, signal_id, "noted" if new else "known", model, before, now)


def untouch(house: House, label: str, word: str | None = None) -> Touched:
    """Take back what was written down last about an account, of one kind with a `word`. Raises InputError when there is nothing."""
    now = house.now()
    account = house.store.read(lambda conn: _account(conn, label))
    model, before = _estimate(house, account, now)

    def work(conn: Connection) -> int:
        standing = [r for r in _written(conn, account) if r.revoked_at is None and word in (None, _word(r.kind))]
        if not standing:
            raise InputError(f"nothing{f' ({word})' if word else ''} was noted about {account.label} that still stands")
        last = max(standing, key=lambda row: (row.detected_at, row.id))
        stored_signals.revoke(conn, last.id, "taken back", now)
        return last.id

    return _told(house, account, house.store.write(work).result(), "undone", model, before, now)


def _account(conn: Connection, label: str) -> Account:
    try:
        return roster.find(conn, label)
    except InputError as error:
        new = f"capteur accounts add {label.strip()[:80]}"
        error.fix = f"{error.fix} A new one: {new}" if error.fix.endswith("?") else f"{error.fix}; a new one: {new}"
        raise


def _word(kind: str) -> str:
    return next((word for word, name in KINDS.items() if name == kind), kind)


def _accepted(said: Touch, account: Account, now: datetime) -> Accepted:
    text = _text(said)
    data = {QUESTION: {"text": text}, ASK: {"statement": text, "place": said.place}}.get(KINDS[said.word])
    if said.word == "ask" and not said.place:
        raise UsageError("an ask needs its place", why="where did they say so?", fix='--place "booth 12, SaaStr"')
    url = said.place if said.place and said.place.lower().startswith(("http://", "https://")) else None
    at = said.at if said.at is not None else now
    if said.word == "ask" and not isinstance(at, datetime):
        raise UsageError(
            "an ask needs its exact time", why="of the --at given only the day is known", fix='--at "2026-11-20 15:00"'
        )
    signal = Signal(
        kind=KINDS[said.word],
        account=AccountRef(name=account.name, domain=account.domain),
        key="new",
        occurred_at=at,
        summary=text,
        evidence_url=url,
        person=said.person.strip() if said.person else None,
        topic=said.topic,
        data=data,
    )
    return accept(signal, {signal.kind}, now)


def _text(said: Touch) -> str | None:
    text = (said.text or "").strip()
    exact = said.word in ("question", "ask")
    if exact and not text:
        what = "a question needs its words" if said.word == "question" else "an ask needs its exact words"
        raise UsageError(what, fix=f'capteur touch {said.account} {said.word} "..."')
    most = LONGEST if exact else MAX_SUMMARY
    if len(text) > most:
        raise UsageError(f"the text has {len(text)} characters, at most {most}", fix="say it shorter")
    return text or None


def _written(conn: Connection, account: Account) -> list[SignalRow]:
    return stored_signals.rows(conn, account_id=account.id, scope=SCOPE)


def _alike(conn: Connection, account: Account, new: Accepted) -> SignalRow | None:
    """The same, noted within a minute of it; of a day without an hour, on that day."""
    for row in _written(conn, account):
        near = row.occurred_at == new.occurred_at if new.by_day else abs(row.occurred_at - new.occurred_at) < MINUTE
        same = (row.kind, row.summary, row.topic, row.by_day) == (new.kind, new.summary, new.topic, new.by_day)
        if near and same and row.revoked_at is None:
            return row
    return None


def _free_key(conn: Connection, account: Account, word: str, now: int) -> str:
    """A key says whose it is and when it was noted, and never what was said."""
    taken = {row.key for row in _written(conn, account)}
    start, number = f"{account.domain or account.id}:{word}:{now}", 1
    while (key := start if number == 1 else f"{start}:{number}") in taken:
        number += 1
    return key


def _estimate(house: House, account: Account, now: int) -> tuple[str, Estimate]:
    """The account as of now for the first model, `main` where there is one."""
    name = estimating.MAIN if estimating.MAIN in house.models else next(iter(house.models))
    model = house.model(name)
    found, _ = house.store.read(lambda conn: estimating.explain_one(conn, model, account.id, now, replay=False))
    return name, found


def _told(
    house: House, account: Account, signal_id: int, state: str, model: str, before: Estimate, now: int
) -> Touched:
    house.refresh()
    _, after = _estimate(house, account, now)
    rows = house.store.read(lambda conn: _written(conn, account))
    signal = next(row for row in rows if row.id == signal_id)
    return Touched(account, signal, state, model, before, after, now)
