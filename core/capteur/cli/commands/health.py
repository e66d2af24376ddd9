"""`capteur status`, `resume`, `check` and `db`: looking after it."""

from __future__ import annotations

import click

from capteur.cli.call import Call
from capteur.cli.doors import Door, Entry, Hall, pass_call


@click.command(cls=Door, name="status")
@pass_call
def status(call: Call) -> None:
    """How the sensors are doing; what waits for you comes first."""
    call.present("status")
    with call.house() as house:
        found = house.status()
    from capteur.cli.screens.health import Statuses

    call.show(Statuses(found))


@click.command(cls=Door, name="resume")
@click.argument("instance")
@pass_call
def resume(call: Call, *, instance: str) -> None:
    """Let a parked INSTANCE go on, once its cause (a credential, a setting) is gone."""
    call.present("resume")
    with call.house() as house:
        woken = house.resume(instance)
    call.note(f"{instance} goes on: capteur run {instance}" if woken else f"{instance} was not parked")


@click.command(cls=Door, name="check")
@click.argument("name", required=False)
@click.option("--live", is_flag=True, help="Also send one probe for each sensor to its source; nothing is stored.")
@pass_call
def check(call: Call, *, name: str | None, live: bool) -> int:
    """Look for mistakes in settings, database, plugins, hooks and sensors; with NAME at one sensor only.

    The network is not touched, unless --live asks every source how it answers, and how fast. Each finding comes with its cure. Exit code 2 for a configuration, 4 for a credential, 1 for the rest, 0 when there are only
    warnings: made for CI as well.
    """
    call.present("check")
    with call.house() as house:
        findings, now = house.check(name, live=live), house.now()
    from capteur.cli.screens.health import Checked

    screen = Checked(findings, now)
    call.show(screen)
    return screen.exit_code


@click.command(cls=Door, name="upgrade")
@pass_call
def upgrade(call: Call) -> None:
    """Bring the database to the schema of this version of capteur. Make a backup first."""
    from capteur.house import upgrade_store

    call.present("db upgrade")
    before, after = upgrade_store(call.config, store_url=call.store_url())
    call.note(f"the schema is {after} already" if before == after else f"schema {before} is now {after}")


@click.group(
    cls=Hall,
    name="db",
    entries={"upgrade": Entry("capteur.cli.commands.health:upgrade", "Bring the schema up to date.")},
)
def db() -> None:
    """The database behind a project."""
