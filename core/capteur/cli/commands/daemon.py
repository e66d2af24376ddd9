"""`capteur daemon` and `pause`: sensing by itself, and letting one sensor rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from capteur.cli.call import Call
from capteur.cli.doors import Door, log_form, pass_call

if TYPE_CHECKING:
    from capteur.cli.logs import Form

PORT = 9464


class _Port(click.ParamType[int | None]):
    name = "port"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """A port, or None for `none`."""
        text = str(value)
        if text == "none":
            return None
        if not text.isdecimal() or int(text) > 65_535:  # noqa: PLR2004  the highest port there is
            self.fail(f"{text!r} is not a port: a number up to 65535, or none", param, ctx)
        return int(text)


@click.command(cls=Door, name="daemon")
@click.option(
    "--once", "only_once", is_flag=True, help="Serve what is due now, and end: for cron, or another scheduler."
)
@click.option(
    "--port",
    type=_Port(),
    default=str(PORT),
    show_default=True,
    metavar="N|none",
    help="Where /healthz, /readyz and /metrics answer, on this machine only.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address they answer at.")
@log_form
@pass_call
def daemon(call: Call, *, only_once: bool, port: int | None, host: str, form: Form) -> int:
    """Let the sensors look by themselves, each when it is due, until you stop it.

    Every instance follows its `every` or `at`. What fails is tried again later and told once; what is parked waits for
    `capteur resume`. SIGTERM or Ctrl-C stops it in order: what runs has 25 seconds, nothing is left half-written.
    """
    from capteur.cli.steering import steered
    from capteur.daemon import Options, once, serve
    from capteur.receiving import beside

    call.present("daemon")
    with call.house(log=form) as house, steered():
        if only_once:
            return once(house)
        return serve(house, Options(host, port), beside if house.settings.receiving.listen else None)


@click.command(cls=Door, name="pause")
@click.argument("instance")
@pass_call
def pause(call: Call, *, instance: str) -> None:
    """Let INSTANCE rest: neither the daemon nor `capteur run` looks, until you resume it. `capteur run INSTANCE` still does."""
    call.present("pause")
    with call.house() as house:
        rests = house.pause(instance)
    call.note(f"{instance} rests; capteur resume {instance} wakes it" if rests else f"{instance} was paused already")
