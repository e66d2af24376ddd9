"""The experiment for estimators, notifiers and runners: one slip at a time, each caught by the check named beside it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from capteur.house import LocalRunner
from capteur.runner import UnitDone
from capteur.testing import EstimatorConformance, NotifierConformance, RunnerConformance, verify

pytestmark = pytest.mark.slow

CLEAN = Path(__file__).parent / "clean"
KNOWN = " and s.known_at <= as_of"
REVOKED = " and (s.revoked_at is None or s.revoked_at > as_of)"
LINES = "        lines = [self.line(s, as_of) for s in rows]\n"
WORTH = "s.strength * self.left(as_of - s.occurred_at)"

ESTIMATOR_FAULTS: dict[str, tuple[list[tuple[str, str]], str, str]] = {
    # name: (edits, the check that catches it, what its message says)
    "reads what nobody knew yet": ([(KNOWN, "")], "it_does_not_look_ahead", "what came later"),
    "reads what has not happened yet": ([("s.occurred_at <= as_of and ", "")], "it_does_not_look_ahead", "what came later"),
    "forgets what will be revoked": ([(REVOKED, " and s.revoked_at is None")], "it_does_not_look_ahead", "what came later"),
    "counts what was revoked": ([(REVOKED, "")], "revoked_signals_do_not_count", "with and without revoked signals"),
    "nothing is zero": (
        [('return Estimate("no_signal", None, None, None, "thin")', 'return Estimate("scored", 0.0, 0.0, 0.0, "thin")')],
        "nothing_in_gives_no_number", "out of nothing",
    ),
    "nothing has another status": ([('Estimate("no_signal",', 'Estimate("no_evidence",')], "nothing_in_gives_no_number", "instead of 'no_signal'"),
    "a number for nobody": ([("10.0 * mass / (mass", "0.0 * mass / (mass")], "something_in_gives_a_number", "above 0"),
    "off the scale": ([("10.0 * mass / (mass + self.half_point)", "mass")], "the_number_is_on_the_scale", "high"),
    "a range beside the number": ([("low=0.8 * intent", "low=min(10.0, 1.2 * intent)")], "the_number_is_on_the_scale", "low"),
    "shares that do not add up": ([("intent * line.worth / mass,", "line.worth,")], "the_contributions_add_up", "add up to"),
    "lines that are no signals": ([("return Line(s.key,", "return Line(s.kind,")], "every_line_is_a_signal", "is no signal"),
    "the order decides": (
        [("        rows.sort(key=lambda s: (s.occurred_at, s.key))\n", ""), (LINES, LINES.replace("self.line(s, as_of)", "self.line(s, as_of + i * DAY)").replace("for s in rows", "for i, s in enumerate(rows)"))],
        "the_order_of_signals_changes_nothing", "in another order",
    ),
    "a clock of its own": (
        [("from math import fsum\n", "from math import fsum\nfrom time import time\n"), (LINES, "        as_of = max(as_of, int(time() * 1e6) - 20_000 * DAY)\n" + LINES)],
        "only_as_of_tells_the_time", "a year later",
    ),
    "the calendar decides": (
        [(WORTH, f"(1 + as_of // (365 * DAY)) * {WORTH}")], "only_as_of_tells_the_time", "a year later",
    ),
    "sorts the caller's list": (
        [(LINES, "        signals.sort(key=lambda s: s.strength)\n" + LINES)], "it_is_pure", "changed the list",
    ),
    "remembers accounts": (
        [("    half_life_days:", "    seen: list[int] = []\n    half_life_days:"), (LINES, "        self.seen.append(len(rows))\n" + LINES)], "it_is_pure", "self.seen",
    ),
    "a die": (
        [("from math import fsum\n", "from math import fsum\nfrom random import random\n"), ("mass = fsum(line.worth for line in lines)", "mass = fsum(line.worth for line in lines) + random() / 1e3")],
        "it_is_pure", "asked twice",
    ),
    "asks the network": (
        [("from math import fsum\n", "from math import fsum\nimport socket\n"), (LINES, "        try:\n            socket.create_connection(('93.184.216.34', 80))\n        except Exception:\n            pass\n" + LINES)],
        "it_asks_nobody", "went to 93.184.216.34",
    ),
    "another formula in columns": (
        [("self.explain(rows, as_of) for account", "self.explain(rows[:10], as_of) for account")], "columns_agree", "by estimate()",
    ),
    "accounts left out of the columns": (
        [("signals.by_account().items()})", "signals.by_account().items() if len(rows) > 1})")], "columns_agree", "other accounts",
    ),
    "another half-life in state": ([("s.total[0] * self.left(as_of - s.at)", "s.total[0]")], "running_state_agrees", "by read()"),
    "events counted twice from history": (
        [("        return [s for s in rows if s.event is None or best[s.event] is s]\n", "        return rows\n")], "running_state_agrees", "by read()",
    ),
    "the seal is lost": ([("base * self.left((day - start) * DAY), *(", "0.0, *(")], "folding_on_agrees", "folded on"),
    "the sealed are not counted": ([("(total,), before + len(signals))", "(total,), len(signals))")], "folding_on_agrees", "counts other signals"),
    "a ceiling below the intent": ([("or 0.0) * (1 + 1e-12)", "or 0.0) * 0.99")], "the_ceiling_holds", "the ceiling is"),
    "a ceiling that rises": ([("return (self.read(states, as_of).intent or 0.0) * (1 + 1e-12)", "return 10.0 + as_of / DAY")], "the_ceiling_holds", "the ceiling is"),
    "options that JSON cannot hold": (
        [("half_point: float = 4.0", 'half_point: float = 4.0\n    most: float = float("inf")')], "options_and_states_survive_json", "",
    ),
    "a misspelt method": ([("    def ceiling(", "    def celing(")], "it_keeps_the_plugin_contract", "has no ceiling()"),
    "undocumented": ([('    """Every signal is worth its strength, halved every 30 days; worth 4 is an intent of 5."""\n\n', "")], "it_says_what_it_is", "no docstring"),
}  # fmt: skip


def test_a_clean_estimator_passes_every_check(plugin):
    kit = type("TestClean", (EstimatorConformance,), {"estimator": plugin(CLEAN / "recency.py", "Recency")})

    found = verify(kit)

    assert [(check.name, check.text) for check in found if check.outcome != "passed"] == []
    assert len(found) > 20


@pytest.mark.parametrize("fault", ESTIMATOR_FAULTS)
def test_the_kit_catches_in_an_estimator(fault, plugin):
    edits, name, says = ESTIMATOR_FAULTS[fault]
    kit = type("TestSeeded", (EstimatorConformance,), {"estimator": plugin(CLEAN / "recency.py", "Recency", *edits)})

    (check,) = verify(kit, only={f"test_{name}"})

    assert check.outcome == "failed"
    assert says in check.text


class Paged(NotifierConformance):
    config = {"token": "s3cret-token"}  # noqa: RUF012  as an author writes it

    def upstream(self, router):
        router.post("https://pager.example/v1").respond(json={"ok": True})


POST = "        http.post_json(URL, body, token=self.token)\n"
NOTIFIER_FAULTS: dict[str, tuple[list[tuple[str, str]], str, str]] = {
    "errors swallowed": ([(POST, f"        try:\n    {POST}        except Exception:\n            return\n")], "a_500_is_delivered_later", "raises nothing"),
    "a refusal swallowed": (
        [("Http, Notice", "AuthError, Http, Notice"), (POST, f"        try:\n    {POST}        except AuthError:\n            return\n")], "a_401_is_an_auth_error", "raises nothing",
    ),
    "an error of its own": (
        [(POST, f"        try:\n    {POST}        except Exception as error:\n            raise ValueError('pager') from error\n")], "a_429_is_delivered_later", "raises ValueError",
    ),
    "items taken for granted": ([("        return [", "        _ = notice.items[0]\n        return [")], "it_delivers_every_notice", "IndexError"),
    "a number taken for granted": ([("        return [", "        _ = [round(item['intent']) for item in notice.items]\n        return [")], "it_delivers_every_notice", "TypeError"),
    "httpx": ([(POST, '        __import__("httpx").post("https://pager.example/v1", json={})\n')], "all_http_goes_through_http", "pager.example by itself"),
    "the moment in the request": ([('"id": notice.id', '"id": __import__("time").time_ns()')], "the_same_notice_twice_is_the_same_request", "another request"),
    "what was sent, remembered": (
        [("    token: SecretStr", "    token: SecretStr\n    sent: list[str] = []"), (POST, "        self.sent.append(notice.id)\n" + POST)], "it_keeps_no_state", "self.sent",
    ),
    "the secret printed": ([(POST, "        print(self.token.get_secret_value())\n" + POST)], "its_secrets_stay_secret", "prints"),
    "Stopped swallowed": ([(POST, f"        try:\n    {POST}        except BaseException:\n            return\n")], "it_stops_when_told", "went on"),
    "secret as text": ([("token: SecretStr", "token: str")], "its_secrets_are_typed_as_secrets", "'token' is plain text"),
}  # fmt: skip


def test_a_clean_notifier_passes_every_check(plugin):
    kit = type("TestClean", (Paged,), {"notifier": plugin(CLEAN / "pager.py", "Pager")})

    assert [(check.name, check.text) for check in verify(kit) if check.outcome != "passed"] == []


@pytest.mark.parametrize("fault", NOTIFIER_FAULTS)
def test_the_kit_catches_in_a_notifier(fault, plugin):
    edits, name, says = NOTIFIER_FAULTS[fault]
    kit = type("TestSeeded", (Paged,), {"notifier": plugin(CLEAN / "pager.py", "Pager", *edits)})

    (check,) = verify(kit, only={f"test_{name}"})

    assert check.outcome == "failed"
    assert says in check.text


class Doubling(LocalRunner):
    async def run(self, units):
        async for done in super().run(units):
            yield done
            yield done


class Losing(LocalRunner):
    async def run(self, units):
        async for done in super().run(units):
            if done.status != "failed":
                yield done


class Greedy(LocalRunner):
    async def run(self, units):
        async for done in super().run(list(units)):
            yield done


class OneByOne(LocalRunner):
    async def run(self, units):
        for unit in units:
            yield await self._run_unit(unit)


class AllAtOnce(LocalRunner):
    async def run(self, units):
        for done in await asyncio.gather(*(self._run_unit(unit) for unit in units)):
            yield done


class Rewriting(LocalRunner):
    async def run(self, units):
        async for done in super().run(units):
            yield UnitDone(done.unit, done.status)


class LeavingBehind(LocalRunner):
    async def run(self, units):
        tasks = [asyncio.ensure_future(self._run_unit(unit)) for unit in units]
        for task in asyncio.as_completed(tasks):
            yield await task


@pytest.mark.parametrize(
    ("runner", "name", "says"),
    [
        (Doubling, "every_unit_is_yielded_exactly_once", "more than once"),
        (Losing, "every_unit_is_yielded_exactly_once", "loses"),
        (Greedy, "it_takes_units_as_it_needs_them", "ahead of"),
        (OneByOne, "it_runs_so_many_at_once", "one unit after the other"),
        (AllAtOnce, "it_runs_so_many_at_once", "20 units at once"),
        (Rewriting, "results_come_through_unchanged", "changes what run_unit returned"),
        (LeavingBehind, "stopping_it_leaves_nothing_running", "still run"),
    ],
)
def test_the_kit_catches_in_a_runner(runner, name, says):
    class TestSeeded(RunnerConformance):
        def runner(self, run_unit, width):
            return runner(run_unit, width)

    (check,) = verify(TestSeeded, only={f"test_{name}"})

    assert check.outcome == "failed"
    assert says in check.text
