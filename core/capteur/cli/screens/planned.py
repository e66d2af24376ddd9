"""`capteur run --plan`: whom a run would look at first, why, and what it would take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text

from capteur.cli.grid import Column, grid
from capteur.cli.screen import Cell, Screen
from capteur.cli.screens.parts import fix_lines, hint, mark, paragraph
from capteur.cli.theme import join, text, text_line
from capteur.wording import counted

if TYPE_CHECKING:
    from capteur.house.planning import InstancePlan, Plan, Planned

SHOWN = 20


class Plans(Screen):
    """Each instance with what it would take, and its first accounts; a pipe gets all of them."""

    header: ClassVar[tuple[str, ...]] = ("instance", "place", "account", "name", "reason", "fits")

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.as_of = plan.as_of

    def rows(self) -> Iterator[Sequence[Cell]]:
        for of in self.plan.instances:
            for place, look in enumerate(of.looks, start=1):
                account = look.account
                yield (
                    of.instance,
                    place,
                    account.label if account else None,
                    account.name if account else None,
                    look.reason,
                    look.fits,
                )

    def items(self) -> Iterable[Mapping[str, Any]]:
        for of in self.plan.instances:
            yield {
                "instance": of.instance,
                "state": of.state,
                "looks": len(of.looks),
                "due": of.due,
                "fits": of.fits,
                "requests_each": of.each,
                "requests": of.requests,
                "credits": of.credits,
                "requests_left": of.requests_left,
                "credits_left": of.credits_left,
                "error": of.told if of.state == "broken" else None,
                "fix": of.fix,
                "accounts": [_item(look) for look in of.looks],
            }

    def notes(self) -> Iterator[str]:
        for of in self.plan.instances:
            yield f"{of.instance}: {_takes(of)}" + (f"  fix: {of.fix}" if of.fix else "")

    def lines(self, width: int) -> Iterator[Text]:
        if not self.plan.instances:
            yield text_line("No sensor is configured that could be asked.", "title")
            yield from hint("installed sensors", "capteur sensors list", width)
            return
        for of in self.plan.instances:
            yield from _instance(of, width)
            yield Text("")
        yield from paragraph("Nothing was asked, and nothing was claimed.", width, "quiet")


def _item(look: Planned) -> dict[str, Any]:
    account = look.account
    return {
        "account": account.label if account else None,
        "name": account.name if account else None,
        "reason": look.reason,
        "fits": look.fits,
    }


def _takes(of: InstancePlan) -> str:
    if of.state == "broken":
        return str(of.told)
    if of.state != "ready":
        return f"{of.state}: it would not run; capteur resume {of.instance}"
    about = "at least" if of.each is None else "about"
    parts = [f"{counted(of.fits, 'look')} of {len(of.looks)}, {of.due} due, {about} {counted(of.requests, 'request')}"]
    if of.credits:
        parts.append(f"at most {counted(of.credits, 'credit')}")
    text_ = " and ".join(parts)
    return f"{text_}. Budget: {of.told}." if of.told else f"{text_}; no budget."


def _instance(of: InstancePlan, width: int) -> Iterator[Text]:
    level = (
        "error"
        if of.state == "broken"
        else "ok"
        if of.fits == len(of.looks)
        else "idle"
        if of.state != "ready"
        else "warn"
    )
    yield join(mark(level), text_line(" "), text(of.instance, "strong"))
    yield from paragraph(_takes(of), width, indent=2)
    if of.fix:
        yield from fix_lines(of.fix, width, indent=2)
    shown = [look for look in of.looks if look.account is not None][:SHOWN]
    if not shown:
        return
    laid = grid(
        [
            Column("account", [text(look.account.label if look.account else "") for look in shown], least=14, most=36),
            Column("why", [text(look.reason) for look in shown], least=12, most=60),
            Column("", [text("" if look.fits else "waits", "warn") for look in shown]),
        ],
        width,
        indent=2,
    )
    yield laid.head
    yield from laid.rows
    if len(of.looks) > len(shown):
        yield from paragraph(f"and {counted(len(of.looks) - len(shown), 'more', 'more')}", width, "quiet", indent=2)
