"""`capteur backfill`."""

from __future__ import annotations

import click

from capteur.cli.call import Call, read_moment
from capteur.cli.doors import Door, pass_call


@click.command(cls=Door, name="backfill")
@click.argument("instance")
@click.option("--since", required=True, metavar="TIME", help="Where to begin: 2026-01-01, or 365d for so long ago.")
@click.option("--until", metavar="TIME", help="Where to end, that moment or day not included; now unless given.")
@click.option("--chunk", default="30d", show_default=True, metavar="TIME", help="How much of it is asked for at once.")
@click.option("--again", is_flag=True, help="Read windows that were read before, too.")
@pass_call
def backfill(call: Call, *, instance: str, since: str, until: str | None, chunk: str, again: bool) -> int:
    """Read a stretch of the past of INSTANCE, window by window, oldest first.

    It moves no cursor. Killed or half done, it is run again with the same words: windows that were read to the end are
    remembered and left out, as long as the sensor's options and code, --chunk and the list of accounts stay the same. --again
    reads them once more; what is known is not counted twice.

    For sources that keep their past; those that show only the present are refused. When a signal began to be known is
    assumed, and marked so.
    """
    from capteur.cli.progress import RunWatch
    from capteur.cli.screens.backfilled import Backfilled, Windows
    from capteur.cli.steering import steered
    from capteur.clock import parse_duration
    from capteur.errors import UsageError

    call.present("backfill")
    start, end = read_moment("--since", since), read_moment("--until", until) if until else None
    try:
        step = parse_duration(chunk)
    except (ValueError, OverflowError):
        raise UsageError(f"--chunk: {chunk!r} is not a duration", fix="--chunk 30d") from None
    windows = Windows(call)
    try:
        with call.house() as house, RunWatch(call, told=windows) as watch, steered():
            report = house.backfill(instance, since=start, until=end, chunk=step, again=again, progress=watch)
    except KeyboardInterrupt:
        windows.interrupted()
        raise
    windows.close(Backfilled(report))
    return report.exit_code
