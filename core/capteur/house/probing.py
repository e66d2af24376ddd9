"""`capteur check --live`: one probe for each sensor, over the network, with nothing stored."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from capteur.house.equipment import tools_of
from capteur.house.looping import run_here
from capteur.house.rehearsing import Basket, accounts_for, rehearse, tasks_for
from capteur.registry import Instance
from capteur.runner import UnitDone
from capteur.sensing import Task, Tools
from capteur.watching import Finding
from capteur.wording import counted

if TYPE_CHECKING:
    from capteur.house.core import House

TRIED = 5
"""Accounts a probe goes through at most until a sensor asks something about one."""


def probe(house: House, instances: Sequence[Instance]) -> list[Finding]:
    """A finding per instance: what its source answers and how fast; an AccountSensor is asked for one account."""
    found: dict[str, Finding] = {}
    tasks: dict[str, Sequence[Task]] = {}
    for instance in instances:
        if instance.shape == "push":
            found[instance.name] = Finding("ok", _topic(instance), "is sent deliveries: there is nobody to ask")
            continue
        accounts = house.store.read(lambda conn, i=instance: accounts_for(conn, i)[:TRIED])  # type: ignore[misc]  # bound now
        if instance.shape == "account" and not accounts:
            fix = "capteur accounts import"
            found[instance.name] = Finding("warn", _topic(instance), "the list is empty: no account to ask for", fix)
            continue
        tasks[instance.name] = house.store.read(
            lambda conn, i=instance, a=accounts: tasks_for(conn, i, accounts=a, limit=1)  # type: ignore[misc]  # bound now
        )
    found |= run_here(_ask(house, tasks))
    return [found[instance.name] for instance in instances]


async def _ask(house: House, tasks: dict[str, Sequence[Task]]) -> dict[str, Finding]:
    async with tools_of(house, [task.instance for some in tasks.values() for task in some[:1]], sink=Basket()) as tools:
        findings = await asyncio.gather(*(_one(tools, some) for some in tasks.values()))
    return dict(zip(tasks, findings, strict=True))


async def _one(tools: Tools, tasks: Sequence[Task]) -> Finding:
    """Of the first account that something is asked about, else of the first: a sensor may remember that there is nothing to ask."""
    silent: tuple[Basket, UnitDone] | None = None
    for task in tasks:
        basket = Basket()
        await rehearse(tools, [task], basket, limit=1)
        done = basket.done[0][1]
        if basket.requests or done.status not in ("ok", "skipped"):
            break
        silent = silent or (basket, done)
    else:
        assert silent is not None, "there is a task, and it said nothing"
        basket, done = silent
    topic, text = _topic(task.instance), _answered(basket, done)
    if not basket.requests and len(tasks) > 1:
        text = f"nothing was asked over HTTP about {counted(len(tasks), 'account')}; {text}"
    if done.status == "ok":
        return Finding("warn" if done.bad else "ok", topic, f"{text}; {done.error}" if done.bad else text, done.fix)
    detail = f"{done.error} ({text})" if basket.requests else done.error or done.status
    if done.status in ("skipped", "waiting"):
        return Finding("ok" if done.status == "skipped" else "warn", topic, detail, done.fix)
    code = 1 if not done.park else 4 if done.credentials else 2
    return Finding("error", topic, detail, done.fix or f"capteur try {task.instance.name}", code)


def _answered(basket: Basket, done: UnitDone) -> str:
    """The last answer with its time, and what came of it."""
    came = counted(len(basket.signals), "signal") if basket.signals else "nothing new"
    if not basket.requests:
        return f"read in {done.seconds:.2f} s, {came}"
    last = basket.requests[-1]
    answer = (
        f"{last.method} {last.url} answered {last.status}" if last.status else f"{last.method} {last.url} no answer"
    )
    more = f" ({counted(len(basket.requests), 'request')})" if len(basket.requests) > 1 else ""
    return f"{answer} in {last.seconds:.2f} s{more}, {came}"


def _topic(instance: Instance) -> str:
    return f"{instance.name} live"
