"""What a sensor prints does not get into the data."""

from __future__ import annotations

import sys
import threading

import pytest

from capteur.cli.steering import PLUGIN, SENSOR, steered


@pytest.mark.parametrize(
    ("thread", "out", "err"),
    [(SENSOR, "data\n", "said\n"), (PLUGIN, "data\n", "said\n"), ("another", "said\ndata\n", "")],
)
def test_what_a_sensors_thread_prints_goes_to_stderr(capsys, thread, out, err):
    with steered():
        speaker = threading.Thread(target=print, args=("said",), name=thread)
        speaker.start()
        speaker.join()
        sys.stdout.write("data\n")
    assert capsys.readouterr() == (out, err)
