"""`capteur accounts discovered`."""

from __future__ import annotations

import click

from capteur.cli.call import Call, read_moment
from capteur.cli.doors import Door, pass_call

SCREENFUL = 25


@click.command(cls=Door, name="discovered")
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=SCREENFUL,
    show_default=True,
    metavar="N",
    help="So many, those with the highest intent.",
)
@click.option("--since", metavar="TIME", help="Only those of which something has happened since: 2026-11-20, or 30d.")
@click.option(
    "--min",
    "minimum",
    type=click.FloatRange(0, 10),
    default=0.0,
    metavar="X",
    help="Only intents of at least X (0 to 10).",
)
@click.option(
    "--where",
    multiple=True,
    metavar="NAME=VALUE",
    help="Only with such a fact, e.g. --where industry=technology --where country=US; all of them have to hold.",
)
@click.option(
    "--model", default="main", show_default=True, metavar="NAME", help="The configured estimator, [models.NAME]."
)
@pass_call
def discovered(
    call: Call, *, limit: int, since: str | None, minimum: float, where: tuple[str, ...], model: str
) -> None:
    """Companies nobody listed that sensors of the whole market found: candidates for your list, by intent.

    Only the sensors in `[accounts] discover` find any. They are ranked apart from your list, because nobody has looked at them
    but such sensors, and nobody has said that they fit. Put one on the list with `capteur accounts add`: its signals come with it.
    """
    call.present("accounts discovered")
    start = read_moment("--since", since) if since else None
    with call.house() as house:
        found = house.discovered(
            model=model, limit=limit, since=start, minimum=minimum, where=where, details=call.format == "json"
        )
        discover = house.settings.accounts.discover
    from capteur.cli.screens.discovered import Discovered

    narrowed = bool(since or where or minimum)
    call.show(Discovered(found, discover=discover, narrowed=narrowed))
