"""`capteur rank`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from capteur.cli.call import Call
from capteur.cli.doors import Door, pass_call

if TYPE_CHECKING:
    from capteur.ranking import Sort

SCREENFUL = 25


@click.command(cls=Door, name="rank")
@click.option(
    "--top", type=click.IntRange(1), metavar="N", help=f"So many accounts ({SCREENFUL} on a terminal, else all)."
)
@click.option(
    "--capacity",
    type=click.IntRange(0),
    metavar="N",
    help="Accounts the team can take in a week; draws the line (else [team] capacity).",
)
@click.option("--owner", metavar="NAME", help="Only the accounts of one person.")
@click.option(
    "--min", "minimum", type=click.FloatRange(0, 10), metavar="X", help="Only intents of at least X (0 to 10)."
)
@click.option(
    "--sort",
    type=click.Choice(["intent", "trend", "newest"]),
    default="intent",
    show_default=True,
    help="What comes first.",
)
@click.option(
    "--model", default="main", show_default=True, metavar="NAME", help="The configured estimator, [models.NAME]."
)
@click.option("--all", "everyone", is_flag=True, help="Also the accounts without a place, and why they have none.")
@click.option("--csv", "as_csv", is_flag=True, help="CSV for a spreadsheet; texts that look like formulas are quoted.")
@pass_call
def rank(
    call: Call,
    *,
    top: int | None,
    capacity: int | None,
    owner: str | None,
    minimum: float | None,
    sort: Sort,
    model: str,
    everyone: bool,
    as_csv: bool,
) -> None:
    """Whom to call, and why now.

    One line per account: its intent (0 to 10) with the range it likely lies in, how much evidence there is, the change over
    7 days ("-" when nobody watched it then), and the reason in one sentence. The line across the list follows from the
    capacity. Underneath stands who watches, because a sensor that does not look changes the meaning of every number.
    """
    output = "csv" if as_csv else call.format
    with call.house() as house:
        ranking = house.ranking(
            model=model,
            as_of=call.moment(),
            top=top if top is not None or output != "table" else SCREENFUL,
            capacity=capacity,
            minimum=minimum,
            owner=owner,
            sort=sort,
            details=output == "json",
            everyone=everyone,
        )
    from capteur.cli.screens.ranked import Ranked

    call.show(Ranked(ranking, sort=sort, everyone=everyone, filtered=owner is not None or minimum is not None), output)
