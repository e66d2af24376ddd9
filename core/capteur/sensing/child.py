"""An isolated sensor's process: `python -m capteur.sensing.child NAME`, with its end of the channel as standard input.

It takes one start message (the class's origin, options, context), limits itself, runs one generator and hands over what that
yields. When all is told it waits to be killed, together with whatever the plugin left behind. It never opens the store.
"""

from __future__ import annotations

import asyncio
import faulthandler
import inspect
import os
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from capteur.accounts import Account
from capteur.registry import Origin
from capteur.registry.building import options
from capteur.registry.loading import load
from capteur.registry.shapes import Found
from capteur.sensing import limits
from capteur.sensing.crossing import tell_error
from capteur.sensing.drive import generator_of, generator_place, row_place
from capteur.sensing.frames import encode, unpack
from capteur.sensing.remote import CRASHED, NO_MEMORY, AsyncRemoteHttp, Channel, RemoteHttp, RemoteLog
from capteur.sensor import Context, Delivery, PushSensor, Sensor, reserved

_END: Final = encode({"t": "end"})
_READY: Final = encode({"t": "ready"})


def main() -> None:
    """The whole life of the process; it does not return."""
    channel = Channel(_take_channel())
    start, _ = channel.receive()
    sys.path[:] = start["path"]
    channel.listen()
    limits.impose(start["cpu"])
    try:
        _run(channel, unpack(start["sensor"]), start)
        last = _END
    except MemoryError:
        os._exit(NO_MEMORY)
    except BaseException as error:  # noqa: BLE001  whatever an author raises is told to capteur, which judges it
        last = encode({"t": "raised", **tell_error(error)})
    channel.send(last)
    threading.Event().wait()


def _take_channel() -> socket.socket:
    """The channel, away from the numbers a plugin may read, write or close by habit; what it prints goes to the log."""
    channel = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    faulthandler.enable()  # a crash in native code then leaves the author's line in the log
    return channel


def _run(channel: Channel, told: Mapping[str, Any], start: Mapping[str, Any]) -> None:
    sensor = _build(told)
    ctx = _context(channel, unpack(start["context"]))
    subject = unpack(start["subject"])
    method: Callable[..., Any] = sensor.receive if isinstance(sensor, PushSensor) else sensor.detect  # type: ignore[attr-defined]  # the shapes have one of the two
    arguments = (ctx,) if subject is None else (ctx, _subject(sensor, subject))
    channel.send(_READY)
    if inspect.isasyncgenfunction(method):
        asyncio.run(_drain(channel, method, arguments))
        return
    generator: Any = generator_of(method(*arguments))
    for thing in generator:
        channel.thing(thing, generator_place(generator))
    if hasattr(generator, "close"):
        generator.close()


async def _drain(channel: Channel, method: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    generator = method(*arguments)
    async for thing in generator:
        channel.thing(thing, generator_place(generator))


def _build(told: Mapping[str, Any]) -> Sensor:
    """Raises PluginError when the class cannot be loaded here, ConfigError when it refuses the options it took in capteur."""
    file = Path(told["file"]) if told["file"] else None
    origin = Origin("", "", told["where"])
    cls: Any = load(Found("sensors", told["use"], origin, told["module"], told["class"], file), {})
    who = f"sensor {told['name']}"
    sensor: Sensor = options(cls, told["options"], who=who, table="", config=None, reserved=reserved(cls))[0]
    return sensor


def _context(channel: Channel, told: Mapping[str, Any]) -> Context:
    return Context(
        **told,
        http=RemoteHttp(channel),
        ahttp=AsyncRemoteHttp(channel),
        log=RemoteLog(channel),
        _bad_row=lambda error: channel.row(row_place(error), error),
    )


def _subject(sensor: Sensor, told: Mapping[str, Any]) -> Account | Delivery:
    if isinstance(sensor, PushSensor):
        return Delivery(**told)
    return Account(**{**told, "aliases": tuple(told["aliases"])})


if __name__ == "__main__":
    try:
        main()
    finally:
        os._exit(CRASHED)
