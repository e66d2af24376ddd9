"""`capteur run`."""

from __future__ import annotations

import click

from capteur.cli.call import Call
from capteur.cli.doors import Door, pass_call


@click.command(cls=Door, name="run")
@click.argument("instances", nargs=-1, metavar="[INSTANCE]...")
@click.option("--account", "accounts", multiple=True, metavar="ACCOUNT", help="Only this account; may be given again.")
@click.option("--plan", "planning", is_flag=True, help="Only say whom it would look at, why, and what that would take.")
@pass_call
def run(call: Call, *, instances: tuple[str, ...], accounts: tuple[str, ...], planning: bool) -> int:
    """Let the sensors look, now: all enabled instances, or those named.

    One line per instance as it finishes, then which accounts moved and why. Runs again whenever you like: what is known
    already is not counted twice, and what fails never stops the rest.

    An instance with a budget looks at those first where a look can change the list most, as far as the budget reaches; --plan
    says beforehand who that is. It asks nobody and claims nothing.
    """
    from capteur.cli.progress import RunWatch
    from capteur.cli.screens.running import Ran
    from capteur.cli.steering import steered

    call.present("run")
    if planning:
        from capteur.cli.screens.planned import Plans

        with call.house() as house:
            found = house.plan(instances or None, accounts=accounts or None)
        call.show(Plans(found))
        return found.exit_code
    with call.house() as house, RunWatch(call) as watch, steered():
        report = house.run(instances or None, accounts=accounts or None, progress=watch)
    watch.close(Ran(report, told=True))
    return report.exit_code
