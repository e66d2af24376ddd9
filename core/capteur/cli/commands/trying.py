"""`capteur try`."""

from __future__ import annotations

import click

from capteur.cli.call import Call, read_moment
from capteur.cli.doors import Door, pass_call


@click.command(cls=Door, name="try")
@click.argument("name")
@click.option("--account", metavar="ACCOUNT", help="Only this account; a domain need not be on the list.")
@click.option("--since", metavar="TIME", help="Look back so far, instead of where the last run ended: 30d, or a day.")
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N", help="Stop after so many signals."
)
@click.option("--record", is_flag=True, help="Keep the answers, without secrets, as the fixture of the sensor's test.")
@click.option(
    "--delivery",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="The body of a webhook, for a sensor that reads deliveries.",
)
@pass_call
def try_(
    call: Call,
    *,
    name: str,
    account: str | None,
    since: str | None,
    limit: int,
    record: bool,
    delivery: str | None,
) -> int:
    """Run a sensor once and show everything it does: requests, signals, mistakes. Nothing is stored, nothing moves.

    NAME is a configured instance, or a sensor that is installed or lies in the plugin folder. Each signal says whether it is
    known already, and what it alone would add to the intent of its account.
    """
    from capteur.cli.screens.trying import Tried
    from capteur.cli.steering import steered

    call.present("try")
    start = read_moment("--since", since) if since else None
    with call.house() as house:
        with steered():
            trial = house.try_sensor(name, account=account, since=start, limit=limit, record=record, delivery=delivery)
        kinds = house.kinds
    call.show(Tried(trial, kinds))
    return trial.exit_code
