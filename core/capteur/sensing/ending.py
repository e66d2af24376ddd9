"""How a unit ended, as everybody hears of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from capteur.clock import micros
from capteur.runner import UnitDone
from capteur.store.shapes import Receipt
from capteur.web import redact

if TYPE_CHECKING:
    from capteur.sensing.intake import Intake
    from capteur.sensing.task import Task, Tools
    from capteur.sensing.verdict import Verdict
    from capteur.web import Session


class Ran(Protocol):
    """A unit that ran: what it was given, took and stored."""

    @property
    def intake(self) -> Intake: ...
    @property
    def session(self) -> Session: ...
    @property
    def total(self) -> Receipt: ...


def unit_done(task: Task, tools: Tools, ran: Ran | None, verdict: Verdict, seconds: float) -> UnitDone:
    """What is told of a unit; `ran` is None for one that did not come to run."""
    total = ran.total if ran else Receipt()
    if tools.sink is not None and ran is not None:
        tools.sink.told([ran.session.redactor(note) for note in ran.intake.notes], ran.session.requests)
    hide = ran.session.redactor if ran else partial(redact, secrets=task.instance.secrets)
    error = verdict.error
    if error is None and ran is not None and ran.intake.notes:
        error = f"sensor {task.instance.name}: {ran.intake.notes[0]}"
    done = UnitDone(
        unit=task.unit,
        status=verdict.status,
        new=total.new,
        updated=total.updated,
        unchanged=total.unchanged,
        revoked=total.revoked,
        bad=ran.intake.bad if ran else 0,
        unmatched=total.unmatched,
        persons=ran.intake.persons if ran else 0,
        expired=ran.intake.expired if ran else 0,
        requests=len(ran.session.requests) if ran else 0,
        seconds=seconds,
        error=hide(error) if error else None,
        fix=hide(verdict.fix) if verdict.fix else None,
        retry_at=micros(tools.clock.now() + verdict.wait) if verdict.wait else None,
        park=verdict.park,
        credentials=verdict.credentials,
        away=verdict.away,
        answered=sum(seen.status is not None for seen in ran.session.requests) if ran else 0,
        unreached=tuple(sorted(ran.session.unreached)) if ran else (),
        notes=tuple(hide(note) for note in ran.intake.notes) if ran else (),
    )
    tools.observe("capteur_run_finished", instance=task.instance.name, done=done)
    return done
