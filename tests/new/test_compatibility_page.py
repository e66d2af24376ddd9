"""docs/compatibility.md promises what is there: public names, entry-point groups, the words of a class."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import capteur.testing
from capteur.estimator import Estimator
from capteur.notifier import Notifier
from capteur.registry.shapes import GROUPS
from capteur.sensor import API, AccountSensor, FeedSensor, PushSensor, Sensor

PAGE = (Path(__file__).parents[2] / "docs" / "compatibility.md").read_text(encoding="utf-8")


def _named(start: str) -> set[str]:
    """The names in backticks in the item of a list that begins with these words."""
    item = re.search(rf"^- {re.escape(start)}.*?(?=^- |^$)", PAGE, re.MULTILINE | re.DOTALL)
    assert item is not None
    return set(re.findall(r"`([\w.]+)`", item[0]))


def test_every_entry_point_group_is_promised():
    assert {name for name in _named("The [hooks]") if name.startswith("capteur.")} == {
        f"capteur.{group}" for group in GROUPS
    }


def test_the_words_of_a_sensor_are_all_there():
    words = _named("The words a sensor's class is made of")
    own = {name for name in vars(Sensor) if not name.startswith("_") and name not in {"model_config", "kind_names"}}
    annotated = {
        name
        for cls in (*Sensor.__mro__, PushSensor)
        for name in vars(cls).get("__annotations__", {})
        if not name.startswith(("_", "model_"))
    }
    assert own & annotated <= words
    methods = {
        name
        for cls in (Sensor, FeedSensor, AccountSensor, PushSensor)
        for name in ("detect", "receive", "covers", "paces", "cost", "config_files", "origins", "files")
        if name in vars(cls)
    }
    assert words == {*annotated - {"model_config"}, *methods}


def test_the_number_of_the_contract_is_the_one_on_the_page():
    assert f"`api = {API}`" in PAGE
    assert {cls.api for cls in (Sensor, Estimator, Notifier)} == {API}


@pytest.mark.parametrize("name", capteur.testing.__all__)
def test_the_kit_that_is_promised_is_there(name):
    assert "`capteur.testing.__all__`" in PAGE
    assert getattr(capteur.testing, name) is not None


def test_what_the_templates_import_is_public():
    """A package that `new` made must stand on the promise, and on nothing else."""
    from capteur.cli.making.templates import source

    for template in ("sensor/feed", "sensor/account", "sensor/push", "estimator/estimator", "notifier/notifier"):
        for room, names in re.findall(r"^from (capteur[\w.]*) import \(?([^)]*?)\)?$", source(template), re.MULTILINE):
            assert room == "capteur"
            assert {name.strip() for name in names.replace("\n", " ").split(",") if name.strip()} <= set(
                capteur.__all__
            )
