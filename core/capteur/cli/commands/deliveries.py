"""`capteur deliveries`: what was sent, as it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from capteur.cli.call import Call, read_moment
from capteur.cli.doors import Door, Entry, Hall, pass_call
from capteur.errors import UsageError

if TYPE_CHECKING:
    from capteur.store.deliveries import State

_HERE = "capteur.cli.commands.deliveries"
STATES = ("waiting", "done", "failed")
LIMIT = 50


@click.group(
    cls=Hall,
    name="deliveries",
    entries={
        "list": Entry(f"{_HERE}:listing", "What came, the newest first."),
        "show": Entry(f"{_HERE}:show", "One delivery as it came."),
        "replay": Entry(f"{_HERE}:replay", "Have deliveries read again."),
        "purge": Entry(f"{_HERE}:purge", "Delete what was read, before its time."),
    },
)
def deliveries() -> None:
    """Webhooks and what browsers sent: kept as it came for some days ([receiving] keep), read by the sensors."""


@click.command(cls=Door, name="list")
@click.option("--instance", metavar="NAME", help="Of this instance only.")
@click.option("--state", type=click.Choice(STATES), help="waiting to be read, done, or failed: set aside.")
@click.option("--since", metavar="TIME", help="Received since then: 2026-11-20, ISO 8601 with an offset, or 1d.")
@click.option("--limit", type=click.IntRange(1), default=LIMIT, show_default=True, metavar="N", help="So many.")
@pass_call
def listing(call: Call, *, instance: str | None, state: State | None, since: str | None, limit: int) -> None:
    """What came, the newest first, without its content."""
    from capteur.clock import micros
    from capteur.house.deliveries import Chosen

    call.present("deliveries list")
    start = micros(read_moment("--since", since)) if since else None
    with call.house() as house:
        house.known_instance(instance)
        found = house.deliveries(Chosen(instance=instance, state=state, since=start), limit=limit + 1)
        now = house.now()
    from capteur.cli.screens.delivered import Deliveries

    call.show(Deliveries(found[:limit], now, more=len(found) > limit))


@click.command(cls=Door, name="show")
@click.argument("number", type=click.IntRange(1), metavar="ID")
@pass_call
def show(call: Call, *, number: int) -> None:
    """One delivery as it came: its headers, its query and its body."""
    call.present("deliveries show")
    with call.house() as house:
        found, now = house.delivery(number), house.now()
    from capteur.cli.screens.delivered import OneDelivery

    call.show(OneDelivery(found, now))


@click.command(cls=Door, name="replay")
@click.argument("numbers", nargs=-1, type=click.IntRange(1), metavar="[ID]...")
@click.option("--failed", is_flag=True, help="All that were set aside.")
@click.option("--since", metavar="TIME", help="All received since then: 2026-11-20, ISO 8601 with an offset, or 1d.")
@click.option("--instance", metavar="NAME", help="With --failed or --since: of this instance only.")
@pass_call
def replay(call: Call, *, numbers: tuple[int, ...], failed: bool, since: str | None, instance: str | None) -> None:
    """Have deliveries read again, after a sensor was corrected, say.

    The same facts have the same keys, so nothing comes twice. A daemon reads them at once, or `capteur run` does.
    """
    from capteur.clock import micros
    from capteur.house.deliveries import Chosen
    from capteur.wording import counted

    call.present("deliveries replay")
    if bool(numbers) == bool(failed or since):
        raise UsageError(
            "which deliveries?", why="numbers, or --failed, or --since", fix="capteur deliveries replay --failed"
        )
    start = micros(read_moment("--since", since)) if since else None
    chosen = Chosen(numbers or None, instance, "failed" if failed else None, start)
    with call.house() as house:
        house.known_instance(instance)
        done = house.replay(chosen)
    call.note(
        f"{counted(done.again, 'delivery', 'deliveries')} to be read again; a daemon does it at once, capteur run does it now"
    )
    if done.left:
        call.note(
            f"{counted(done.left, 'delivery', 'deliveries')} left out: sent by browsers and read, so who sent what is forgotten"
        )


@click.command(cls=Door, name="purge")
@click.option("--before", metavar="TIME", help="Received before then (default: what is older than [receiving] keep).")
@click.option("--instance", metavar="NAME", help="Of this instance only.")
@click.option("--state", type=click.Choice(STATES), help="Of this state only; without it what waits to be read stays.")
@pass_call
def purge(call: Call, *, before: str | None, instance: str | None, state: State | None) -> None:
    """Delete deliveries as they came; what was read of them stays. It happens by itself once a day."""
    from capteur.clock import micros
    from capteur.wording import counted

    call.present("deliveries purge")
    moment = micros(read_moment("--before", before)) if before else None
    with call.house() as house:
        house.known_instance(instance)
        keep = int(house.settings.receiving.keep.total_seconds()) * 1_000_000
        count = house.purge_deliveries(
            moment if moment is not None else house.now() - keep, instance=instance, state=state
        )
    call.note(f"deleted {counted(count, 'delivery', 'deliveries')}")
