"""What one line of an access log says."""

from __future__ import annotations

from typing import NamedTuple


class Hit(NamedTuple):
    """One request.

    Args:
        host: the site that was asked, where the log names it.
        address: of who asked, as text.
        user: the name that was sent with the request; empty for none. Servers write it down whether or not they asked for a password.
        moment: seconds since the epoch.
        method, target, status: `GET`, `/pricing?x=1`, `200`.
        agent: the User-Agent, `-` where there is none.
        forwarded: X-Forwarded-For, or whatever stands in the last quotes of the line.
        declined: Do-Not-Track or Sec-GPC was sent.
    """

    host: bytes | None
    address: bytes
    user: bytes
    moment: int
    method: bytes
    target: bytes
    status: bytes
    agent: bytes
    forwarded: bytes | None
    declined: bool = False
