"""Checks on how a sensor runs: again, dry, limited, backfilled, beside itself; and what it leaves behind."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from capteur.conforming.mixing import changed, modules_of, state_of
from capteur.testing.bench import DrySink, How, run_together
from capteur.testing.checking import refuse, stand_aside
from capteur.testing.trials import NEXT_DAY, SensorTrials, facts


class RunChecks(SensorTrials):
    """About more runs than one."""

    def test_a_second_run_stores_nothing_new(self) -> None:
        """The same answers again: everything is known by its key."""
        first = self._good()
        with self._bench(first.file) as bench:
            ran = bench.run(self._upstream(), self._how(), later=bench.instance.every)
            if ran.status not in ("ok", "skipped"):
                self._unwell(ran, "its second run")
            for count in ("new", "updated", "revoked"):
                if ran.total(count):
                    known = {row.key for row in first.signals}
                    other = [row.key for row in bench.signals() if row.key not in known]
                    refuse(
                        f"sensor {self.sensor.name}: a second run on the same answers has {ran.total(count)} {count} signals"
                        + (f", such as {other[0]!r}" if other else ""),
                        fix="make keys of the source's own ids, so that a known fact is known",
                    )

    def test_empty_is_not_an_error(self) -> None:
        """Nothing to detect is an ordinary run with nothing in it; skipped would mean that nobody has looked."""
        if self._is_push:
            stand_aside("it gets no delivery when there is nothing")
        after = self._run(empty=True)
        if after.ran.status != "ok":
            self._unwell(after.ran, "a run on what empty() answers")
        if after.ran.total("bad"):
            refuse(f"a run on what empty() answers counts something bad: {after.ran.error}", fix="yield nothing there")
        if after.ran.record.findings:
            seen = after.ran.record.findings[0]
            refuse(
                f"sensor {self.sensor.name} detects something in what empty() answers",
                at=seen.at,
                fix="yield nothing there",
            )

    def test_a_limit_stops_it_early(self) -> None:
        """`capteur try --limit 1` takes one signal, and asks for no page after it."""
        good = self._good().ran
        if not good.record.findings:
            stand_aside("it detects nothing")
        with self._bench() as bench:
            ran = bench.run(self._upstream(), self._how(limit=1, deliveries=self._received()[:1]))
        if ran.status not in ("ok", "stopped"):
            self._unwell(ran, "a run with a limit of 1 signal")
        if len(ran.record.things) > 1:
            refuse(
                f"sensor {self.sensor.name} went on after the limit",
                at=ran.record.things[-1].at,
                fix="let GeneratorExit pass",
            )
        first = good.record.things[0]
        if len(ran.upstream.asked) > first.asked:
            refuse(
                f"sensor {self.sensor.name}: with a limit of 1 it asked {len(ran.upstream.asked)} times, and {first.asked} times for its first signal",
                at=first.at,
                fix="let GeneratorExit pass: no work in `finally` or `except` that asks for more",
            )

    def test_a_dry_run_leaves_nothing_behind(self) -> None:
        """`capteur try` stores nothing, and the run after it detects what it would have detected anyway."""
        good, sink = facts(self._good().ran.record.findings, self._instance(), self.now), DrySink()
        with self._bench() as bench:
            upstream, before = self._upstream(), _files(bench.folder)
            stored = bench.content()
            dry = bench.run(upstream, self._how(sink=sink))
            new_files = sorted(_files(bench.folder) - before - _files_of(self))
            if stored != bench.content():
                refuse(
                    f"sensor {self.sensor.name}: a dry run wrote to the store", fix="keep your hands off the database"
                )
            real = bench.run(self._upstream(), self._how())
        if new_files:
            refuse(
                f"sensor {self.sensor.name} wrote the file {new_files[0]}",
                fix="keep what the next run needs in a Checkpoint, read it from ctx.cursor",
            )
        for ran, what in ((dry, "a dry run"), (real, "the run after a dry run")):
            if facts(ran.record.findings, bench.instance, self.now) != good:
                refuse(
                    f"sensor {self.sensor.name}: {what} detects something else than the first run",
                    fix="keep what the next run needs in a Checkpoint, not in a file, a module or on self",
                )

    def test_it_keeps_no_state(self) -> None:
        """Nothing on self, on the class or in a module remembers a run: the next one may be in another process."""
        good = self._good().ran
        with self._project():
            instance = self._instance()
        before, modules = state_of(instance.sensor), self._modules_before()
        runs = [self._run(instance=instance).ran for _ in range(2)]
        culprits = changed(before, state_of(instance.sensor))
        if culprits:
            refuse(
                f"sensor {self.sensor.name}: a run changed {culprits[0]}",
                fix="keep what the next run needs in a Checkpoint, read it from ctx.cursor",
            )
        expected = facts(good.record.findings, instance, self.now)
        for ran in runs:
            same = facts(ran.record.findings, instance, self.now) == expected
            if not same or len(ran.upstream.asked) != len(good.upstream.asked):
                inside = changed(modules, modules_of(self.sensor))
                refuse(
                    f"sensor {self.sensor.name}: another run in a fresh house {'asks' if same else 'detects'} something else than the first"
                    + (f"; {inside[0]} changed" if inside else ""),
                    fix="keep no state in modules or caches; what the next run needs goes into a Checkpoint",
                )

    def test_two_instances_at_once_do_not_mix(self) -> None:
        """Two configured uses run side by side, each detects what it detects alone, and they agree on what a key means."""
        self._good()
        instances = [
            self._instance(),
            self._instance(self.second if self.second is not None else self.config, "second"),
        ]
        alone = [facts(self._run(instance=i).ran.record.findings, i, self.now) for i in instances]
        with self._project(), self._bench(instance=instances[0]) as one, self._bench(instance=instances[1]) as two:
            one.folder = two.folder
            upstreams = [self._upstream(), self._upstream()]
            both = run_together([one, two], upstreams, [self._how(), self._how()])
        for number, ran in enumerate(both):
            if ran.status != "ok":
                self._unwell(ran, "two instances at once:" if number == 0 else "the second configuration")
            if facts(ran.record.findings, instances[number], self.now) != alone[number]:
                refuse(
                    f"sensor {self.sensor.name}: two instances at once mix; one of them detects something else than alone",
                    fix="read options from self only; no module or class variable that a run sets",
                )
            if ran.total("bad"):
                refuse(
                    f"the {'first' if number == 0 else 'second'} configuration yields something bad: {ran.error}",
                    fix="correct it",
                )
        meaning = {found[0]: found for found in alone[0]}
        for found in alone[1]:
            before = meaning.get(found[0], found)
            if before[1:3] != found[1:3] and found[1] != "fact":
                refuse(
                    f"sensor {self.sensor.name}: the key {found[0]!r} is {before[1:3]} in one configuration and {found[1:3]} in the other",
                    fix="put what differs into the key: keys are shared by all instances of a sensor",
                )

    def test_a_backfill_moves_no_cursor(self) -> None:
        """A window of the past is read without touching what the next live run begins with."""
        if self._is_push:
            stand_aside("a push sensor has no past to read")
        first = self._good()
        window = (self.now - timedelta(days=3650), self.now + NEXT_DAY)
        with self._bench(first.file) as bench:
            ran = bench.run(self._upstream(), How(window=window), later=NEXT_DAY)
            if ran.status not in ("ok", "skipped"):
                self._unwell(ran, "a backfill")
            if bench.watch().cursor != first.watch.cursor or bench.watch().newest != first.watch.newest:
                refuse(
                    f"sensor {self.sensor.name}: a backfill moved the cursor",
                    fix="yield Checkpoint, and nothing else moves",
                )


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def _files_of(trials: SensorTrials) -> set[str]:
    """The files that upstream() itself writes."""
    with trials._project() as folder:  # noqa: SLF001  of our own class
        trials._upstream()  # noqa: SLF001  as above
        return _files(folder)
