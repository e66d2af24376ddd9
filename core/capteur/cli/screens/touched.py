"""What was written down and what it adds; and what accounts asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text

from capteur.cli.screen import Cell, Screen
from capteur.cli.screens.parts import flow, hint, mark, paragraph
from capteur.cli.theme import join, text, text_line
from capteur.wording import STATUS_SENTENCES, age, counted, day, iso, label, points, rounded, signed, stamp

if TYPE_CHECKING:
    from capteur.house.questions import Asked, Question, Questions
    from capteur.house.touching import Touched
    from capteur.intent import Estimate

INDENT = 8
"""Where a question begins: its age stands before it."""
_STATES = {"noted": "noted", "known": "noted already; the same within a minute is one", "undone": "taken back"}


class TouchTold(Screen):
    """`capteur touch`."""

    header: ClassVar[tuple[str, ...]] = (
        "account", "kind", "occurred_at", "state", "before", "after", "status", "model", "signal",
    )  # fmt: skip

    def __init__(self, told: Touched) -> None:
        self.told = told
        self.as_of = told.as_of

    def rows(self) -> Iterator[Sequence[Cell]]:
        t = self.told
        yield (
            t.account.label, t.signal.kind, iso(t.signal.occurred_at), t.state, t.before.intent, t.after.intent,
            t.after.status, t.model, t.signal.key,
        )  # fmt: skip

    def lines(self, width: int) -> Iterator[Text]:
        t, at = self.told, self.told.signal.occurred_at
        when = day(at, t.as_of) if t.signal.by_day else stamp(at)
        what = join(mark("ok"), text(t.account.name, "strong"), gap=" ")
        yield from flow(
            [what, text(label(t.signal.kind, 1)), text(when, "quiet"), text(_STATES[t.state])], width, gap=2, indent=2
        )
        yield from paragraph(_moved(t.before, t.after), width, indent=2, first=2)
        if t.state == "noted":
            yield from hint("a mistake?", f"capteur touch {t.account.label} --undo", width)


def _moved(before: Estimate, after: Estimate) -> str:
    """`intent 3.1 -> 6.0 (+2.9)`, or why it is not moved."""
    if after.status == "vetoed":
        return "the intent stays 0.0: a veto holds"
    if after.intent is None:
        left = "no signal is left" if after.status == "no_signal" else STATUS_SENTENCES[after.status]
        return f"no number: {left}"
    start = before.intent if before.intent is not None else 0.0
    change = signed(rounded(after.intent) - rounded(start))
    asked = ", declared: they asked" if after.status == "declared" else ""
    return f"intent {points(before.intent)} → {points(after.intent)} ({change}){asked}"


class QuestionsTold(Screen):
    """`capteur questions`."""

    header: ClassVar[tuple[str, ...]] = ("account", "name", "occurred_at", "question", "times", "accounts", "sensor")

    def __init__(self, told: Questions) -> None:
        self.told = told
        self.as_of = told.as_of

    def rows(self) -> Iterator[Sequence[Cell]]:
        for asked in self.told.asked:
            for q in asked.questions:
                yield (
                    asked.account.label, asked.account.name, iso(q.signal.occurred_at), q.text, q.times, q.accounts,
                    q.signal.scope,
                )  # fmt: skip

    def items(self) -> Iterable[Mapping[str, Any]]:
        return [
            {
                "account": asked.account.label,
                "name": asked.account.name,
                "questions": [
                    {
                        "question": q.text, "occurred_at": iso(q.signal.occurred_at), "times": q.times,
                        "accounts": q.accounts, "sensor": q.signal.scope, "evidence_url": q.signal.evidence_url,
                    }
                    for q in asked.questions
                ],
            }
            for asked in self.told.asked
        ]  # fmt: skip

    def extra(self) -> Mapping[str, Any]:
        return {"since": iso(self.told.since)}

    def lines(self, width: int) -> Iterator[Text]:
        if not self.told.asked:
            yield text_line("Nobody has asked anything in that time.", "title")
            yield from hint("write one down", 'capteur touch acme.com question "What does it cost for 40?"', width)
            return
        for asked in self.told.asked:
            yield from self._account(asked, width)
            yield Text("")
        count = sum(len(asked.questions) for asked in self.told.asked)
        yield text(f"{counted(count, 'question')} of {counted(len(self.told.asked), 'account')}", "quiet")

    def _account(self, asked: Asked, width: int) -> Iterator[Text]:
        domain = asked.account.label if asked.account.label != asked.account.name else ""
        yield from flow([text(asked.account.name, "strong"), text(domain, "quiet")], width, gap=2)
        for q in asked.questions:
            old = f"{age(q.signal.occurred_at, self.as_of):>{INDENT - 2}}  "
            for number, line in enumerate(paragraph(_said(q), width, indent=INDENT)):
                yield join(text_line(old, "quiet"), line[INDENT:]) if number == 0 else line


def _said(question: Question) -> str:
    words = question.text or "(its words are not kept any more)"
    if question.times == 1:
        return words
    who = f" by {counted(question.accounts, 'account')}" if question.accounts > 1 else ""
    return f"{words}  (asked {question.times} times{who})"
