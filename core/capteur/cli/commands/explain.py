"""`capteur explain`."""

from __future__ import annotations

import click

from capteur.cli.call import Call
from capteur.cli.doors import Door, pass_call


@click.command(cls=Door, name="explain")
@click.argument("account")
@click.option("--all", "every", is_flag=True, help="Every signal on a line of its own.")
@click.option(
    "--model", default="main", show_default=True, metavar="NAME", help="The configured estimator, [models.NAME]."
)
@pass_call
def explain(call: Call, *, account: str, every: bool, model: str) -> None:
    """What makes the number of ACCOUNT (a domain or a name), line by line.

    The lines add up exactly to the intent shown. Each leads to its evidence and says how old it is and how much of its weight
    is kept; below stand what else it could mean, what was seen but says nothing, who watches, and where the number goes
    when nothing new happens.
    """
    with call.house() as house:
        explanation = house.explain(account, model=model, as_of=call.moment())
    from capteur.cli.screens.explained import Explained

    call.show(Explained(explanation, every=every))
