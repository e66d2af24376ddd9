"""The experiment: slips that authors make, one at a time, in clean sensors. The kit catches each by the check named beside it.

The clean ones pass; so what is caught is the slip.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from capteur.testing import SensorConformance, verify
from capteur.testing.checking import checks

pytestmark = pytest.mark.slow

CLEAN = Path(__file__).parent / "clean"
URL = "https://rounds.example/v1"
FIRST = {
    "id": "r1",
    "domain": "acme.example",
    "amount": 5_000_000,
    "date": "2026-03-02",
    "url": "https://rounds.example/r1",
}
SMALL = {"id": "r2", "domain": "globex.example", "amount": 10, "date": "2026-03-02", "url": "https://rounds.example/r2"}
THIRD = {
    "id": "r3",
    "domain": "initech.example",
    "amount": 2_000_000,
    "date": "2026-03-02",
    "url": "https://rounds.example/r3",
}
LAST = {
    "id": "r4",
    "domain": "umbrella.example",
    "amount": 3_000_000,
    "date": "2026-03-05",
    "url": "https://rounds.example/r4",
}


class Feed(SensorConformance):
    config = {"api_key": "s3cret-key"}  # noqa: RUF012  as an author writes it
    second = {"api_key": "other-key", "min_amount": 1}  # noqa: RUF012  as above

    def upstream(self, router):
        router.get(URL, params__contains={"page": "2"}).respond(json={"rounds": [LAST], "next": None})
        router.get(URL).respond(json={"rounds": [FIRST, SMALL, THIRD], "next": 2})

    def empty(self, router):
        router.get(URL).respond(json={"rounds": [], "next": None})


class OneAccount(SensorConformance):
    def upstream(self, router):
        router.get("https://acme.example/").respond(html="<html>stripe, segment</html>")

    def empty(self, router):
        router.get("https://acme.example/").respond(html="<html></html>")


class Pushed(SensorConformance):
    deliveries = (
        {"visits": [{"domain": "acme.example", "id": "v1", "at": "2026-03-02T10:00:00Z"}]},
        {"visits": [{"domain": "globex.example", "id": "v2", "at": "2026-03-02T11:00:00Z"}]},
    )


KITS = {
    "rounds": (Feed, "Rounds"),
    "async_rounds": (Feed, "AsyncRounds"),
    "tools": (OneAccount, "Tools"),
    "visits": (Pushed, "Visits"),
}
DETECT = """        for page in self.pages(ctx):
            yield from ctx.each(page["rounds"], self.signal)
"""
IMPORT = "from typing import Any\n"
KEY = """key=f"rounds.example:{row['id']}","""
LOOP = DETECT.splitlines()[0] + "\n"
EACH = DETECT.splitlines()[1] + "\n"


def guarded(clause: str, then: str) -> str:
    """detect()'s loop inside a try."""
    return (
        "        try:\n"
        + "".join(f"    {line}\n" for line in DETECT.splitlines())
        + f"        except {clause}:\n            {then}\n"
    )


FAULTS: dict[str, tuple[str, list[tuple[str, str]], str, str]] = {
    # name: (sensor, edits, the check that catches it, what its message says)
    "no docstring": ("rounds", [('    """Companies that announced a funding round."""\n\n', "")], "it_says_what_it_is", "no docstring"),
    "secret as text": ("rounds", [("api_key: SecretStr", "api_key: str")], "its_secrets_are_typed_as_secrets", "'api_key' is plain text"),
    "secret in the code": (
        "rounds", [("api_key: SecretStr", 'api_key: SecretStr = SecretStr("abc")')], "its_secrets_are_typed_as_secrets", "has a secret in its code",
    ),
    "no kinds": ("rounds", [('    kinds = ("funding.raised",)\n', "")], "it_keeps_the_plugin_contract", "no 'kinds'"),
    "kinds is a text": ("rounds", [('("funding.raised",)', '"funding.raised"')], "it_keeps_the_plugin_contract", "write a tuple"),
    "extra options ignored": (
        "rounds",
        [("    every = ", '    model_config = {"extra": "ignore", "frozen": True}\n    every = ')],
        "it_keeps_the_plugin_contract", "forbid extra options",
    ),
    "unknown options dropped by a validator": (
        "rounds",
        [
            ("from pydantic import SecretStr", "from pydantic import SecretStr, model_validator"),
            (
                "    def detect(",
                """    @model_validator(mode="before")
    @classmethod
    def known(cls, given: Any) -> Any:
        return {name: given[name] for name in given if name in cls.model_fields}

    def detect(""",
            ),
        ],
        "an_unknown_option_is_refused_without_its_value", "takes an option it does not know",
    ),
    "an option without a JSON schema": (
        "rounds",
        [(IMPORT, IMPORT + "from collections.abc import Callable\n"), ("min_amount: int", "accept: Callable[[int], bool] | None = None\n    min_amount: int")],
        "its_options_have_a_json_schema", "no JSON schema",
    ),
    "a default of another type": (
        "rounds", [("min_amount: int = 1_000_000", 'min_amount: int = "a million"')], "its_defaults_are_accepted", "the default of the option 'min_amount'",
    ),
    "detects nothing": ("rounds", [('row["amount"] < self.min_amount', "self.min_amount")], "it_detects_something", "detected nothing"),
    "undeclared kind": ("rounds", [('kind="funding.raised"', 'kind="funding.round"')], "every_kind_is_declared", "funding.round"),
    "a name for a domain": ("rounds", [('account=row["domain"]', 'account="Acme Corp"')], "every_account_is_a_company", "'Acme Corp' is not a domain"),
    "naive moment": (
        "rounds",
        [(IMPORT, IMPORT + "from datetime import datetime\n"), ('occurred_at=row["date"]', 'occurred_at=datetime.fromisoformat(row["date"])')],
        "every_moment_has_a_time_zone", "has no timezone",
    ),
    "relative evidence": ("rounds", [('evidence_url=row["url"]', 'evidence_url=f"/r/{row[\'id\']}"')], "every_evidence_url_is_http", "not an http"),
    "a moment in data": (
        "rounds", [('data={"amount": row["amount"]}', 'data={"read": __import__("datetime").datetime.now()}')], "data_is_json", "not JSON serializable",
    ),
    "strength in millions": ("rounds", [("summary=f", 'strength=row["amount"] / 1e6,\n            summary=f')], "nothing_it_yields_is_bad", "strength"),
    "yields a dict": ("rounds", [("        yield Checkpoint", '        yield {"kind": "funding.raised"}\n        yield Checkpoint')], "nothing_it_yields_is_bad", "a dict, not a Signal"),
    "a row that raises": ("rounds", [('row["amount"] < self', 'row["amout"] < self')], "nothing_it_yields_is_bad", "'amout'"),
    "hash() as the key": ("rounds", [(KEY, 'key=hash(row["id"]),')], "keys_are_stable", "other keys"),
    "uuid4() as the key": ("rounds", [(KEY, 'key=__import__("uuid").uuid4().hex,')], "a_second_run_stores_nothing_new", "new signals"),
    "a random key": ("rounds", [(KEY, 'key=__import__("random").randrange(10**9),')], "keys_are_stable", "other keys"),
    "the day of the run in the key": (
        "rounds",
        [('yield from ctx.each(page["rounds"], self.signal)', 'yield from ctx.each(page["rounds"], lambda row: self.signal(row, ctx))'),
         ("row: Mapping[str, Any])", "row: Mapping[str, Any], ctx: Context)"), (KEY, "key=f\"{row['id']}:{ctx.now.date()}\",")],
        "keys_are_stable", "other keys",
    ),
    "the place on the page as the key": ("rounds", [(KEY, 'key=row["date"],')], "keys_are_unique", "two facts have the key"),
    "the moment of the run as the date": (
        "rounds",
        [('yield from ctx.each(page["rounds"], self.signal)', 'yield from ctx.each(page["rounds"], lambda row: self.signal(row, ctx))'),
         ("row: Mapping[str, Any])", "row: Mapping[str, Any], ctx: Context)"), ('occurred_at=row["date"]', "occurred_at=ctx.now")],
        "a_fact_keeps_its_date", "a day later",
    ),
    "a list first": (
        "rounds",
        [(LOOP, "        found: list[Detected] = []\n" + LOOP), (EACH, EACH.replace("yield from ctx.each(", "found += ctx.each(")),
         ("        yield Checkpoint", "        yield from found\n        yield Checkpoint")],
        "it_streams", "were made before the first was yielded",
    ),
    "all pages first": ("rounds", [("        for page in self.pages(ctx):", "        for page in list(self.pages(ctx)):")], "it_streams", "pages of rounds.example/v1"),
    "the limit swallowed": ("rounds", [(DETECT, guarded("GeneratorExit", "ctx.http.get_json(URL, token=self.api_key)"))], "a_limit_stops_it_early", "limit"),
    "a file as memory": (
        "rounds",
        [(IMPORT, IMPORT + "from pathlib import Path\n"), ("        yield Checkpoint", '        Path(ctx.base, ".rounds").write_text("1")\n        yield Checkpoint')],
        "a_dry_run_leaves_nothing_behind", "wrote the file .rounds",
    ),
    "a file that hides what was seen": (
        "rounds",
        [(IMPORT, IMPORT + "from pathlib import Path\n"),
         (DETECT, '        seen = Path(__file__).with_name(f"{id(ctx.http) and \'seen\'}")\n        if seen.exists():\n            return\n' + DETECT + '        seen.write_text("1")\n')],
        "it_keeps_no_state", "detects something else",
    ),
    "seen on the module": (
        "rounds",
        [("class Rounds(", "SEEN: set[str] = set()\n\n\nclass Rounds("),
         ('        if row["amount"] <', '        if row["id"] in SEEN:\n            return None\n        SEEN.add(row["id"])\n        if row["amount"] <')],
        "it_keeps_no_state", "SEEN changed",
    ),
    "state on self": (
        "rounds", [("        yield Checkpoint", '        self.__dict__["last"] = ctx.now\n        yield Checkpoint')], "it_keeps_no_state", "self.last",
    ),
    "state in an option": (
        "rounds",
        [("min_amount: int", "skip: list[str] = []\n    min_amount: int"), ("        yield Checkpoint", '        self.skip.append("r1")\n        yield Checkpoint')],
        "it_keeps_no_state", "self.skip",
    ),
    "answers in a cache": (
        "rounds",
        [("class Rounds(", "PAGES: dict[str, Any] = {}\n\n\nclass Rounds("),
         (DETECT, "        if URL not in PAGES:\n            PAGES[URL] = list(self.pages(ctx))\n        for page in PAGES[URL]:\n" + EACH)],
        "it_keeps_no_state", "asks something else",
    ),
    "options in a global": (
        "rounds",
        [("class Rounds(", "LEAST = 0\n\n\nclass Rounds("), (DETECT, "        global LEAST\n        LEAST = self.min_amount\n" + DETECT), ("< self.min_amount", "< LEAST")],
        "two_instances_at_once_do_not_mix", "mix",
    ),
    "an option decides the kind, not the key": (
        "rounds",
        [('kinds = ("funding.raised",)', 'kinds = ("funding.raised", "press.mention")'), ('kind="funding.raised"', 'kind="funding.raised" if self.min_amount > 1 else "press.mention"')],
        "two_instances_at_once_do_not_mix", "in one configuration",
    ),
    "nothing is an error": (
        "rounds", [(EACH, '            if not page["rounds"]:\n                raise ValueError("no rounds")\n' + EACH)], "empty_is_not_an_error", "no rounds",
    ),
    "nothing is a skip": (
        "rounds", [("import Checkpoint,", "import SkipRun, Checkpoint,"), (EACH, '            if not page["rounds"]:\n                raise SkipRun("no rounds")\n' + EACH)],
        "empty_is_not_an_error", "skipped",
    ),
    "a backfill needs a cursor": (
        "rounds", [(DETECT, "        assert ctx.until is None or ctx.cursor\n" + DETECT)], "a_backfill_moves_no_cursor", "AssertionError",
    ),
    "every error swallowed": ("rounds", [(DETECT, guarded("Exception", "return"))], "a_401_parks_it", "'ok' instead of 'parked'"),
    "every error a skip": (
        "rounds", [("import Checkpoint,", "import SkipRun, Checkpoint,"), (DETECT, guarded("Exception as error", 'raise SkipRun("down") from error'))], "a_500_backs_off", "'skipped'",
    ),
    "a refusal taken for an outage": (
        "rounds", [("import Checkpoint,", "import AuthError, Checkpoint, TransientError,"), (DETECT, guarded("AuthError as error", 'raise TransientError("no") from error'))], "a_403_parks_it", "'backoff'",
    ),
    "a throttle taken for the end": (
        "rounds", [("import Checkpoint,", "import RateLimited, Checkpoint,"), (DETECT, guarded("RateLimited", "pass"))], "a_429_makes_it_wait", "",
    ),
    "an outage taken for a change": (
        "rounds", [("import Checkpoint,", "import SourceChanged, Checkpoint, TransientError,"), (DETECT, guarded("TransientError as error", 'raise SourceChanged("?") from error'))],
        "a_503_backs_off", "'bug'",
    ),
    "no network is no news": (
        "rounds", [("import Checkpoint,", "import Checkpoint, TransientError,"), (DETECT, guarded("TransientError", "return"))], "a_refused_connection_backs_off", "'ok'",
    ),
    "half a document is none": (
        "rounds", [("import Checkpoint,", "import SourceChanged, Checkpoint,"), (DETECT, guarded("SourceChanged", "return"))], "half_an_answer_is_an_error", "half an answer",
    ),
    "a changed answer is silence": (
        "rounds", [('page["rounds"]', 'page.get("rounds", [])'), ('if page["next"]', 'if page.get("next")')], "an_answer_of_another_form_is_an_error", "passes for an empty one",
    ),
    "the last page's error swallowed": (
        "rounds", [("import Checkpoint,", "import Checkpoint, TransientError,"), (DETECT, guarded("TransientError", "pass"))], "an_error_on_the_way_moves_no_cursor", "cursor",
    ),
    "the secret in the evidence": (
        "rounds", [('evidence_url=row["url"]', 'evidence_url=f"{row[\'url\']}?key={self.api_key.get_secret_value()}"')], "its_secrets_stay_secret", "what it yields",
    ),
    "the secret in the memory": ("rounds", [('{"read": ', '{"key": self.api_key.get_secret_value(), "read": ')], "its_secrets_stay_secret", "what it yields"),
    "the secret printed": ("rounds", [(LOOP, "        print(self.api_key.get_secret_value())\n" + LOOP)], "its_secrets_stay_secret", "prints"),
    "the secret logged": (
        "rounds", [(LOOP, '        __import__("logging").getLogger("rounds").debug("with %s", self.api_key.get_secret_value())\n' + LOOP)], "its_secrets_stay_secret", "a log",
    ),
    "urllib": ("rounds", [(LOOP, '        __import__("urllib.request").request.urlopen(URL)\n' + LOOP)], "all_http_goes_through_ctx", "rounds.example by itself"),
    "httpx": ("rounds", [(LOOP, '        __import__("httpx").get(URL)\n' + LOOP)], "all_http_goes_through_ctx", "rounds.example by itself"),
    "a socket, its error swallowed": (
        "rounds",
        [(LOOP, '        try:\n            with __import__("socket").socket() as line:\n                line.connect(("203.0.113.1", 80))\n        except Exception:\n            pass\n' + LOOP)],
        "all_http_goes_through_ctx", "203.0.113.1",
    ),
    "Stopped swallowed": ("rounds", [(DETECT, guarded("BaseException", "pass"))], "it_stops_when_told", "went on"),
    "a bare except that tells something else": ("rounds", [(DETECT, guarded("BaseException as error", 'raise ValueError("no") from error'))], "it_stops_when_told", "raised ValueError"),
    "a cancellation swallowed": (
        "async_rounds",
        [("        async for page in pages:\n", "        import asyncio\n        try:\n            pages = [page async for page in pages]\n        except asyncio.CancelledError:\n            pages = []\n        for page in pages:\n")],
        "it_stops_when_told", "went on",
    ),
    "the call of the other colour": (
        "async_rounds", [("        pages = ctx.ahttp", "        ctx.http.get_json(URL)\n        pages = ctx.ahttp")], "it_detects_something", "ctx.ahttp",
    ),
    "detect() returns a list": (
        "rounds", [(DETECT + '        yield Checkpoint({"read": ctx.now.isoformat()})\n', '        return [self.signal(row) for row in ctx.http.get_json(URL, token=self.api_key)["rounds"]]\n')],
        "it_detects_something", "returned a list",
    ),
    "another account": ("tools", [('account=account.domain or ""', 'account="globex.example"')], "signals_are_about_the_account_asked_for", "globex.example"),
    "the present without saying so": ("tools", [("    present_only = True\n", "")], "a_fact_keeps_its_date", "present_only"),
    "half a page is a page": ("tools", [('        if "</html>" not in page:\n            raise SourceChanged(f"{url} answered half a page, or none")\n', "")], "an_answer_of_another_form_is_an_error", "another form"),
    "a delivery of another form is silence": ("visits", [('.json()["visits"]', '.json().get("visits", [])')], "an_answer_of_another_form_is_an_error", "a delivery of another form"),
    "receive() asks the network": ("visits", [("        for visit", '        ctx.http.get("https://tracker.example/", accept=(404,))\n        for visit')], "all_http_goes_through_ctx", "receive() asked"),
    "the delivery's number as the key": ("visits", [("key=f\"tracker:{visit['id']}\"", "key=delivery.id[:3]")], "keys_are_unique", "two facts"),
}  # fmt: skip


def kit_of(sensor: str, cls: Any) -> type[SensorConformance]:
    base, _ = KITS[sensor]
    return type("TestSeeded", (base,), {"sensor": cls})


@pytest.mark.parametrize("sensor", KITS)
def test_a_clean_sensor_passes_every_check(sensor, plugin):
    """In under 3 s of the processor's time."""
    started = time.process_time()
    found = verify(kit_of(sensor, plugin(CLEAN / f"{sensor}.py", KITS[sensor][1])))

    assert time.process_time() - started < 3
    assert [(check.name, check.text) for check in found if check.outcome == "failed"] == []
    assert len(found) > 25


def test_there_are_enough_slips():
    """The experiment is worth something only when it has many of them, for every check of the kit."""
    caught = {name for _, _, name, _ in FAULTS.values()}
    told = {name.removeprefix("test_") for name in checks(SensorConformance)}

    assert len(FAULTS) >= 60
    assert told - caught == {"its_configuration_is_accepted"}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_kit_catches(fault, plugin):
    """Each slip is caught by the check named beside it, with a message that names the culprit and the cure."""
    sensor, edits, name, says = FAULTS[fault]
    cls = plugin(CLEAN / f"{sensor}.py", KITS[sensor][1], *edits)

    (check,) = verify(kit_of(sensor, cls), only={f"test_{name}"})

    assert check.outcome == "failed"
    assert says in check.text
    assert "fix: " in check.text
