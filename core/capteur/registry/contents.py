"""The files that are part of a sensor's configuration, as digests of what is in them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from capteur.errors import ConfigError
from capteur.registry.loading import as_plugin_error, is_authors
from capteur.sensor import Sensor


def contents(sensor: Sensor, folder: Path, who: str) -> list[str]:
    """A digest for each of `sensor.config_files()`, relative ones looked for in `folder`; one that cannot be read is a word.

    Raises ConfigError with the author's line when the sensor cannot say which they are.
    """
    cls = type(sensor)
    try:
        # by way of the class: an option that has the method's name would hide it
        files = [Path(file) for file in cls.config_files(sensor)]
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  the author's code may raise anything, SystemExit too
        problem = as_plugin_error(error, is_authors(cls), cls.__module__)
        raise ConfigError(f"{who}: config_files() cannot be used: {problem.what}", fix=problem.fix) from None
    return [_digest(folder, file) for file in files]


def _digest(folder: Path, file: Path) -> str:
    try:
        whole = folder / file.expanduser()
        if whole.is_file():  # a device or a pipe would never end
            with whole.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, RuntimeError):
        pass  # no permission, no such home: whoever reads it as configuration says so, with the cure
    return "unreadable"
