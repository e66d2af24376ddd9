"""`capteur signals`."""

from __future__ import annotations

import click

from capteur.cli.call import Call, read_moment
from capteur.cli.doors import Door, pass_call
from capteur.errors import UsageError
from capteur.nearest import did_you_mean

SCREENFUL = 50


@click.command(cls=Door, name="signals")
@click.argument("account", required=False)
@click.option("--kind", metavar="AREA.FACT", help="Only one kind, e.g. hiring.opened.")
@click.option("--since", metavar="TIME", help="From then on: 2026-11-20, ISO 8601 with an offset, or 30d.")
@click.option("--until", metavar="TIME", help="Before then.")
@click.option(
    "--limit", type=click.IntRange(1), metavar="N", help=f"The newest N ({SCREENFUL} on a terminal, else all)."
)
@click.option("--jsonl", "as_lines", is_flag=True, help="One JSON object per line.")
@pass_call
def signals(
    call: Call,
    *,
    account: str | None,
    kind: str | None,
    since: str | None,
    until: str | None,
    limit: int | None,
    as_lines: bool,
) -> None:
    """The facts themselves, newest first: of all accounts, or of ACCOUNT (a domain or a name)."""
    output = "jsonl" if as_lines else call.format
    limit = limit or (SCREENFUL if output == "table" else None)
    start = read_moment("--since", since) if since else None
    end = read_moment("--until", until) if until else call.moment()
    with call.house() as house:
        found = house.signals(account, kind=kind, since=start, until=end, limit=limit)
        now, kinds = house.now(), house.kinds
    if kind is not None and not found and kind not in kinds:
        raise UsageError(
            f"no kind is called {kind}{did_you_mean(kind, kinds)}",
            fix="capteur sensors show NAME lists the kinds of a sensor",
        )
    from capteur.cli.screens.detected import Signals

    call.show(Signals(found, now, kinds=kinds, one=account, more=limit is not None and len(found) == limit), output)
