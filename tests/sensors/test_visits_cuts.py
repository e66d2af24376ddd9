"""However a log is cut into pieces that are read one after the other, what is believed in the end is the same."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from capteur import Checkpoint, Context, Revoke, Signal
from capteur_sensors.visits import Visits

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
START = datetime(2026, 11, 18, 21, 0, tzinfo=UTC)
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "curl/8.5.0",
)
PATHS = ("/", "/pricing", "/docs/a", "/docs/b", "/jobs", "/a.png", "/pricing?gclid=1", "/.env", "/none")
HITS = st.tuples(
    st.integers(0, 6 * 3600), st.integers(0, 2), st.integers(0, 2), st.sampled_from(PATHS), st.sampled_from([200, 200, 200, 304, 404, 301]),
    st.integers(0, 280), st.integers(1, 3),
)  # fmt: skip


class Log:
    """`ctx.log` that nobody reads."""

    def debug(self, event: str, /, **values: object) -> None: ...
    def info(self, event: str, /, **values: object) -> None: ...
    def warning(self, event: str, /, **values: object) -> None: ...


def written(hits) -> bytes:
    """The log of these hits, out of order by up to their delay; a burst repeats one."""
    rows = []
    for moment, address, agent, path, status, delay, burst in hits:
        for n in range(burst**4 if path == "/docs/a" else burst):
            at = START + timedelta(seconds=moment + n % 50)
            rows.append(
                (
                    at + timedelta(seconds=delay),
                    f'192.0.2.{address} - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET {path} HTTP/1.1" {status} 1 "-" "{AGENTS[agent]}"\n',
                )
            )
    return "".join(text for _, text in sorted(rows, key=lambda row: row[0])).encode()


def believed(content: bytes, cuts) -> dict[str, tuple]:
    """What a store believes after the log was read in these pieces: the first date, the highest strength, nothing that was revoked."""
    sensor = Visits(path="access.log", site="example.com", companies="companies.csv", secret="s3cret")
    found: dict[str, tuple] = {}
    revoked = set()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "companies.csv").write_text("192.0.2.0/31,acme.com\n192.0.2.2,initech.com\n", encoding="utf-8")
        memory = None
        for end in [*sorted(cuts), len(content)]:
            Path(folder, "access.log").write_bytes(content[:end])
            ctx = Context(
                instance="visits",
                now=NOW,
                since=START - timedelta(days=30),
                http=None,
                ahttp=None,
                log=Log(),
                cursor=memory,
                base=folder,
            )  # type: ignore[arg-type]
            for thing in sensor.detect(ctx):
                if isinstance(thing, Checkpoint):
                    memory = thing.memory
                elif isinstance(thing, Revoke):
                    revoked.add(thing.key)
                elif isinstance(thing, Signal):
                    since, strength = found.get(str(thing.key), (None, None, thing.occurred_at, 0.0))[2:]
                    found[str(thing.key)] = (thing.kind, thing.account, since, max(strength, thing.strength))
    return {key: value for key, value in found.items() if key not in revoked}


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(hits=st.lists(HITS, max_size=40), data=st.data())
def test_the_same_is_believed_however_the_log_was_cut(hits, data):
    """Cuts fall anywhere, into the middle of a line too; lines are up to five minutes late, visitors flood, scan and come at midnight."""
    content = written(hits)
    cuts = data.draw(st.lists(st.integers(0, len(content)), max_size=6))
    assert believed(content, cuts) == believed(content, [])


@example(pieces=7)
@given(pieces=st.integers(2, 12))
@settings(max_examples=6, deadline=None)
def test_a_flood_that_is_cut_in_pieces_is_a_flood(pieces):
    """Told as a person at first, and taken back."""
    content = written([(120, 0, 0, "/docs/a", 200, 0, 3), (4000, 1, 1, "/pricing", 200, 0, 1)])
    assert content.count(b"/docs/a") == 81
    cuts = [len(content) * n // pieces for n in range(pieces)]
    whole = believed(content, [])
    assert believed(content, cuts) == whole
    assert [value[:2] for value in whole.values()] == [("visit.key_page", "acme.com")]
