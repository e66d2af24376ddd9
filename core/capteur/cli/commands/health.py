"""`capteur status`, `resume` and `check`: looking after it."""

from __future__ import annotations

import click

from capteur.cli.call import Call
from capteur.cli.doors import Door, pass_call


@click.command(cls=Door, name="status")
@pass_call
def status(call: Call) -> None:
    """How the sensors are doing; what waits for you comes first."""
    call.present("status")
    with call.house() as house:
        found = house.status()
    from capteur.cli.screens.statuses import Statuses

    call.show(Statuses(found))


@click.command(cls=Door, name="resume")
@click.argument("instance")
@pass_call
def resume(call: Call, *, instance: str) -> None:
    """Let a parked INSTANCE go on, once its cause (a credential, a setting) is gone, or end a pause."""
    call.present("resume")
    with call.house() as house:
        woken = house.resume(instance)
        watched = any(daemon.alive for daemon in house.status().daemons)
    on = "the daemon looks by itself" if watched else f"capteur run {instance}"
    call.note(f"{instance} goes on: {on}" if woken else f"{instance} was neither parked nor paused")


@click.command(cls=Door, name="check")
@click.argument("name", required=False)
@click.option("--live", is_flag=True, help="Also send one probe for each sensor to its source; nothing is stored.")
@pass_call
def check(call: Call, *, name: str | None, live: bool) -> int:
    """Look for mistakes in settings, database, plugins, hooks and sensors; with NAME at one sensor only.

    Every plugin is imported, used or not, and has to pass the checks of the conformance kit that need no source.

    The network is not touched, unless --live asks every source how it answers, and how fast. Each finding comes with its cure. Exit code 2 for a configuration, 4 for a credential, 1 for the rest, 0 when there are only
    warnings: made for CI as well.
    """
    from capteur.cli.screens.checked import Checked
    from capteur.cli.steering import steered

    call.present("check")
    with call.house() as house, steered():
        findings, now = house.check(name, live=live), house.now()

    screen = Checked(findings, now)
    call.show(screen)
    return screen.exit_code
