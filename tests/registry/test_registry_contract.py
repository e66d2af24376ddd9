"""A class that does not keep the contract is refused when it is loaded, with every problem and its cure."""

from __future__ import annotations

from textwrap import dedent

import pytest

GOOD = """
from typing import Any, ClassVar
from pydantic import ConfigDict, Field, PrivateAttr
from capteur import AccountSensor, Context, Estimator, FeedSensor, Kind, Notifier, PushSensor, Sensor, Signal

class Rounds(FeedSensor):
    name = "rounds"
    kinds = ("funding.raised",)
    def detect(self, ctx):
        yield Signal(kind="funding.raised", account="acme.com", key=1, occurred_at=ctx.now)
"""
CLASS_LINE = 6
DETECT_LINE = 9


def changed(*edits: tuple[str, str]) -> str:
    source = GOOD
    for old, new in edits:
        assert old in source
        source = source.replace(old, new)
    return source


KINDS = '    kinds = ("funding.raised",)\n'
NAME = '    name = "rounds"\n'
BODY = GOOD[GOOD.index("    def detect") :]
CASES = {
    "no kinds": (changed((KINDS, "")), f'rounds.py:{CLASS_LINE}: Rounds has no \'kinds\'; add e.g. kinds = ("funding.raised",)'),
    "no kind in kinds": (changed((KINDS, "    kinds = ()\n")), "Rounds has no 'kinds'"),
    "kinds as text": (changed((KINDS, '    kinds = "funding.raised"\n')), 'kinds is a str; write a tuple: kinds = ("funding.raised",)'),
    "kinds as a list": (changed((KINDS, '    kinds = ["funding.raised"]\n')), "kinds is a list; write a tuple"),
    "kinds with a type": (changed((KINDS, '    kinds: tuple[str, ...] = ("a.b",)\n')), "'kinds' has a type, so it became an option; write kinds = ... without one"),
    "a kind without area": (changed(("funding.raised", "raised")), "kinds: 'raised' is not of the form area.fact"),
    "a kind in capitals": (changed(("funding.raised", "Funding.Raised")), "kinds: 'Funding.Raised' is not of the form area.fact, in lower case"),
    "a described kind without area": (changed(('("funding.raised",)', '(Kind("raised"),)')), "kinds: 'raised' is not of the form"),
    "a name with a type": (changed((NAME, '    name: str = "rounds"\n')), "'name' has a type, so it became an option"),
    "no detect": (changed((BODY, "    limit: int = 3\n")), f"rounds.py:{CLASS_LINE}: Rounds has no detect(); add def detect(self, ctx) and yield each Signal"),
    "detect without yield": (changed(("yield Signal", "Signal")), f"rounds.py:{DETECT_LINE}: detect() never yields; yield each Signal"),
    "async detect without yield": (changed(("def detect", "async def detect"), ("yield Signal", "Signal")), "detect() never yields"),
    "detect that only raises": (changed((BODY, "    def detect(self, ctx):\n        raise NotImplementedError\n")), "detect() never yields"),
    "detect without ctx": (changed(("(self, ctx)", "(self)")), f"rounds.py:{DETECT_LINE}: detect takes other arguments; write def detect(self, ctx)"),
    "detect with too much": (changed(("(self, ctx)", "(self, ctx, account)")), "detect takes other arguments; write def detect(self, ctx)"),
    "detect as a value": (changed((BODY, "    detect: ClassVar[Any] = 3\n")), "detect is not a method"),
    "an account's sensor without account": (changed(("Rounds(FeedSensor)", "Rounds(AccountSensor)")), "write def detect(self, ctx, account)"),
    "a push sensor that detects": (changed(("Rounds(FeedSensor)", "Rounds(PushSensor)")), "Rounds has no receive(); add def receive(self, ctx, delivery)"),
    "an async push sensor": (changed(("Rounds(FeedSensor)", "Rounds(PushSensor)"), ("def detect(self, ctx)", "async def receive(self, ctx, delivery)")), "receive is async"),
    "no shape": (changed(("Rounds(FeedSensor)", "Rounds(Sensor)")), "Rounds has no shape; derive it from FeedSensor, AccountSensor or PushSensor"),
    "a reserved option": (changed((KINDS, KINDS + "    budget: int = 3\n")), "the option name 'budget' is capteur's own; call it otherwise"),
    "an option called cost": (changed((KINDS, KINDS + "    cost: int = 3\n")), "the option name 'cost' is capteur's own; call it otherwise"),
    "a reserved option by its alias": (changed((KINDS, KINDS + '    own: int = Field(3, alias="isolate")\n')), "the option name 'isolate' is capteur's own"),
    "every with a type": (changed((KINDS, KINDS + '    every: str = "1h"\n')), "'every' has a type, so it became an option; write every = ... without one"),
    "every that is no duration": (changed((KINDS, KINDS + '    every = "6 hours"\n')), 'every is not a duration; write e.g. every = "6h"'),
    "every as a number": (changed((KINDS, KINDS + "    every = 6\n")), "every is not a duration"),
    "a shared set": (changed((KINDS, KINDS + "    seen: ClassVar[set[str]] = set()\n")), "'seen' is a set that all runs would share"),
    "a private list": (changed((KINDS, KINDS + "    _seen: list[str] = PrivateAttr(default_factory=list)\n")), "'_seen' would keep state between runs; memory lives in ctx.cursor"),
    "a thawed model": (changed((KINDS, KINDS + "    model_config = ConfigDict(frozen=False)\n")), "model_config must stay frozen and forbid extra options"),
    "a lenient model": (changed((KINDS, KINDS + '    model_config = ConfigDict(extra="allow")\n')), "model_config must stay frozen and forbid extra options"),
    "a later api": (changed((KINDS, KINDS + "    api = 2\n")), "Rounds was written for plugin api 2; this capteur speaks 1: upgrade capteur"),
    "an api that is none": (changed((KINDS, KINDS + '    api = "1"\n')), "api is a whole number"),
    "an option without a type": (changed((KINDS, KINDS + "    min_amount = 1000\n")), "rounds.py:6: A non-annotated attribute was detected: `min_amount = 1000`  fix: give every option a type"),
    "no class": ("from capteur import FeedSensor as S\n\nclass Rounds(S if False else object):\n    pass\n\nclass R(FeedSensor if False else object): ...\n", ""),
}  # fmt: skip
del CASES["no class"]


@pytest.mark.parametrize(("source", "expected"), CASES.values(), ids=CASES)
def test_a_broken_contract_names_line_and_cure(message, source, expected):
    text = message(source)
    assert expected in text
    assert text.startswith("rounds.py:")


def test_every_problem_is_told_at_once(message):
    text = message(
        changed(
            (KINDS, '    kinds = ("raised",)\n    every = "soon"\n    isolate: bool = True\n'),
            ("(self, ctx)", "(self)"),
        )
    )
    assert text.count("rounds.py:") == 2, "the class's line once, the method's line once"
    for part in ("area.fact", "every is not a duration", "'isolate' is capteur's own", "takes other arguments"):
        assert part in text


FINE = {
    "the smallest": GOOD,
    "async": changed(("def detect", "async def detect")),
    "returns an iterator": changed((BODY, "    def detect(self, ctx):\n        return ctx.each([], self.read)\n    def read(self, row): ...\n")),
    "a decorated detect": changed((
        "    def detect",
        "    def twice(function):\n        import functools\n        @functools.wraps(function)\n        def inner(self, ctx):\n            return function(self, ctx)\n        return inner\n\n    @twice\n    def detect",
    )),
    "a described kind": changed(('("funding.raised",)', '(Kind("odd.fact", "odd fact", grows=True), "funding.raised")')),
    "constants": changed((KINDS, KINDS + '    HEADERS: ClassVar[tuple[str, ...]] = ("a",)\n    overlap = "0s"\n')),
    "a compiled pattern": changed((KINDS, KINDS + "    _pattern: Any = PrivateAttr(default=None)\n")),
    "inherited detect": GOOD.replace("class Rounds(FeedSensor):", "class _Base(FeedSensor):").replace(NAME, "")
    + '\nclass Rounds(_Base):\n    name = "rounds"\n    limit: int = 3\n',
    "an account's": changed(("Rounds(FeedSensor)", "Rounds(AccountSensor)"), ("(self, ctx)", "(self, ctx, account)")),
    "a push": changed(("Rounds(FeedSensor)", "Rounds(PushSensor)"), ("def detect(self, ctx)", "def receive(self, ctx, delivery)")),
}  # fmt: skip


@pytest.mark.parametrize("source", FINE.values(), ids=FINE)
def test_a_kept_contract_loads(project, source):
    project.file("rounds.py", source)
    built, broken = project.registry().sensor_instances(project.settings("[sensors.rounds]"))
    assert [str(b) for b in broken] == []
    assert [i.use for i in built] == ["rounds"]


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        (
            "function",
            "capteur_x:function: function is not a sensor  fix: derive a class from FeedSensor, AccountSensor or PushSensor",
        ),
        ("number", "capteur_x:number: a int is not a sensor"),
        ("Plain", "capteur_x:Plain: Plain is not a sensor"),
        ("Other", "x.py:5: Other is called 'other', but its entry point 'x': make them equal"),
        ("Nameless", "Nameless has no 'name'; add e.g. name = \"nameless\""),
    ],
)
def test_an_entry_point_must_lead_to_a_sensor_of_its_name(project, attribute, expected):
    source = """\
    from capteur import FeedSensor
    def function(): ...
    number = 3
    class Plain: ...
    class Other(FeedSensor):
        name = "other"
        kinds = ("a.b",)
        def detect(self, ctx):
            yield
    class Nameless(FeedSensor):
        kinds = ("a.b",)
        def detect(self, ctx):
            yield
    """
    project.install("capteur-x", f"[capteur.sensors]\nx = capteur_x:{attribute}\n", {"capteur_x.py": dedent(source)})
    _, broken = project.registry().sensor_instances(project.settings("[sensors.x]"))
    assert expected in str(broken[0])


def test_an_estimator_keeps_its_contract(project):
    project.file(
        "guess.py",
        'from capteur import Estimator\nclass Guess(Estimator):\n    name = "guess"\n    kinds: int = 3\n    def explain(self, s, t): ...\n',
    )
    from capteur.errors import PluginError

    with pytest.raises(PluginError) as caught:
        project.registry().estimator("main", {"use": "guess"})
    assert str(caught.value).startswith("guess.py:2: Guess has no estimate(); ")
    assert "'kinds'" not in str(caught.value), "an estimator may have an option of that name"


def test_a_notifier_keeps_its_contract(project):
    project.file("bell.py", 'from capteur import Notifier\nclass Bell(Notifier):\n    name = "bell"\n')
    built, broken = project.registry().notifiers(
        project.settings("[notifiers.bell]\n[notifiers.off]\nenabled = false\n[notifiers.gone]")
    )
    assert built == {}
    assert [str(b) for b in broken] == [
        "bell.py:2: Bell has no notify()",
        "notifier gone: there is no notifier called 'gone'  (capteur.toml, [notifiers.gone])  fix: install its plugin, or set use = to one of: bell",
    ]
