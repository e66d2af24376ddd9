"""`capteur sensors` and `capteur plugins`."""

from __future__ import annotations

import click

from capteur.cli.call import Call
from capteur.cli.doors import Door, Entry, Hall, pass_call

_HERE = "capteur.cli.commands.sensors"


@click.group(
    cls=Hall,
    name="sensors",
    entries={
        "list": Entry(f"{_HERE}:listing", "Configured instances, and installed sensors nobody uses."),
        "show": Entry(f"{_HERE}:show", "One of them in full: kinds, options, state."),
    },
)
def sensors() -> None:
    """What detects signals: the sensors that are configured and those that could be."""


@click.command(cls=Door, name="list")
@pass_call
def listing(call: Call) -> None:
    """Configured instances with their state, then installed sensors nobody uses yet."""
    call.present("sensors list")
    with call.house() as house:
        cards, now = house.sensors(), house.now()
    from capteur.cli.screens.installed import Sensors

    call.show(Sensors(cards, now))


@click.command(cls=Door, name="show")
@click.argument("name")
@pass_call
def show(call: Call, *, name: str) -> None:
    """One instance, or one installed sensor, in full: what it detects, its options, its state."""
    call.present("sensors show")
    with call.house() as house:
        cards, now = house.sensors(), house.now()
    chosen = [card for card in cards if card.name == name] or [card for card in cards if card.use == name]
    if not chosen:
        from capteur.errors import UsageError
        from capteur.nearest import nearest

        near = nearest(name, [card.name for card in cards], 1)
        raise UsageError(
            f"there is no sensor {name!r}",
            fix=f"did you mean capteur sensors show {near[0]}?" if near else "capteur sensors list",
        )
    from capteur.cli.screens.installed import Sensors

    call.show(Sensors(chosen, now, full=True))


@click.command(cls=Door, name="plugins")
@pass_call
def plugins(call: Call) -> None:
    """What is installed, where it comes from, which hooks it implements, and what is broken, with the author's file and line.

    Every plugin is imported for this, used or not, and asked what it keeps of its contract. These are the checks of the
    conformance kit that need no source, such as `6 of 6`; the others run in the plugin's own test. A check that fails is told
    with its cure.
    """
    from capteur.cli.screens.plugged import Plugins
    from capteur.cli.steering import steered

    call.present("plugins")
    with call.house() as house, steered():
        found, now = house.plugins(), house.now()

    call.show(Plugins(found, now))
