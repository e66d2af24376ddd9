"""Any sequence of reads: a job is closed exactly by the second consecutive good read without it, and by nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from capteur_sensors.hiring.changes import closings
from capteur_sensors.hiring.memory import Known, Memory

START = datetime(2026, 11, 1, tzinfo=UTC)
JOBS = [str(n) for n in range(9)]
READS = st.lists(st.one_of(st.just("unchanged"), st.frozensets(st.sampled_from(JOBS))), min_size=1, max_size=12)


@settings(max_examples=300, deadline=None)
@given(READS)
def test_a_job_is_closed_by_two_good_reads_in_a_row_and_by_nothing_less(reads):
    """The oracle keeps the whole history of what each read showed and which reads were held."""
    memory = Memory(since=1, jobs={job: Known("x", 1) for job in JOBS})
    last, absent, told = frozenset(JOBS), dict.fromkeys(JOBS, 0), set()
    for number, read in enumerate(reads):
        shown = last if read == "unchanged" else read
        open_before = {job for job in last if job not in told}
        held = read != "unchanged" and len(open_before) > 5 and 2 * len(open_before - shown) > len(open_before)
        for job in JOBS:
            absent[job] = 0 if job in shown else absent[job] + (0 if held else 1)
        due = {job for job in JOBS if absent[job] == 2 and job not in told}

        closed, was_held = closings(memory, None if read == "unchanged" else read, START + timedelta(hours=6 * number))

        assert ({gone.job for gone in closed}, was_held) == (due, held)
        told |= due
        last = frozenset(shown)
