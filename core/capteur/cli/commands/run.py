"""`capteur run`."""

from __future__ import annotations

import click

from capteur.cli.call import Call
from capteur.cli.doors import Door, pass_call


@click.command(cls=Door, name="run")
@click.argument("instances", nargs=-1, metavar="[INSTANCE]...")
@click.option("--account", "accounts", multiple=True, metavar="ACCOUNT", help="Only this account; may be given again.")
@pass_call
def run(call: Call, *, instances: tuple[str, ...], accounts: tuple[str, ...]) -> int:
    """Let the sensors look, now: all enabled instances, or those named.

    One line per instance as it finishes, then which accounts moved and why. Runs again whenever you like: what is known
    already is not counted twice, and what fails never stops the rest.
    """
    from capteur.cli.progress import RunWatch
    from capteur.cli.screens.running import Ran
    from capteur.cli.steering import steered

    call.present("run")
    with call.house() as house, RunWatch(call) as watch, steered():
        report = house.run(instances or None, accounts=accounts or None, progress=watch)
    watch.close(Ran(report, told=True))
    return report.exit_code
