"""`capteur receive`: webhooks without a daemon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from capteur.cli.call import Call
from capteur.cli.doors import Door, log_form, pass_call

if TYPE_CHECKING:
    from capteur.cli.logs import Form


@click.command(cls=Door, name="receive")
@click.option("--listen", metavar="HOST:PORT", help="Where to receive (default: [receiving] listen).")
@log_form
@pass_call
def receive(call: Call, *, listen: str | None, form: Form) -> int:
    """Receive webhooks, and nothing else, until you stop it.

    What comes is kept, and answered once it is; a daemon reads it, here or on another machine, or `capteur run`. A daemon
    receives by itself where [receiving] listen is set.
    """
    from capteur.cli.steering import steered
    from capteur.errors import UsageError
    from capteur.receiving import receive
    from capteur.settings import OPTIONS

    call.present("receive")
    address: tuple[str, int] | None = None
    if listen is not None:
        try:
            host, _, port = OPTIONS["receiving"]["listen"].check(listen).rpartition(":")
        except (ValueError, AttributeError):
            raise UsageError(f"--listen {listen!r} is no address", fix="--listen 127.0.0.1:8300") from None
        address = host.removeprefix("[").removesuffix("]"), int(port)
    with call.house(log=form) as house, steered():
        return receive(house, address)
