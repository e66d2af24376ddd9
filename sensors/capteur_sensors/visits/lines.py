"""One line of a log as one Hit, whatever wrote it: Common, Combined, vhost first, HAProxy; JSON and W3C are in `fields`.

Lines are read as bytes and one by one, so that a log in which dialects are mixed, or behind the prefix that syslog or Docker put
before it, is read all the same. A line of no known dialect is None; it never raises.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from typing import Final, NamedTuple

from capteur_sensors.visits.fields import Fields, json_hit, json_object
from capteur_sensors.visits.hit import Hit

LONGEST: Final = 64 * 1024
"""A longer line is no line of an access log."""
_PREFIX: Final = 200
"""So far in, what syslog or Docker writes before a line has ended."""
_MARKS: Final = (b": ", b"| ", b" F ")
"""How a prefix of syslog, Docker or Kubernetes ends."""
_REQUEST = rb'"([^"\\]*(?:\\.[^"\\]*)*)"'
_TEXT = re.compile(
    rb"(?:([^\s:]+)(?::\d+)? )?([0-9a-fA-F:.]{3,45}|\S+) \S+ (\S+) \[([^\]]{20,30})\] "
    + _REQUEST
    + rb" (\d{3}) \S+(?: "
    + _REQUEST
    + rb" "
    + _REQUEST
    + rb'(?:.*"([^"]*)")?)?'
)
# What most lines are, without anything escaped: matched in a third of the time of the one above, which takes what this one leaves.
_COMBINED = re.compile(
    rb'([0-9a-fA-F:.]{3,45}) \S+ (\S+) \[([^\]]{20,30})\] "([^"\\]*)" (\d{3}) \S+ "[^"\\]*" "([^"\\]*)"'
)
_HAPROXY = re.compile(
    rb"haproxy\[\d+\]: ([0-9a-fA-F:.]+):\d+ \[([^\]]{20,30})\] \S+ \S+ \S+ (\d{3}) \S+ \S+ \S+ \S+ \S+ \S+ (?:\{([^}]*)\} )?(?:\{[^}]*\} )?"
    + _REQUEST
)
_MONTHS = {m: n for n, m in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
_STAMP = re.compile(rb"(\d\d)/(\w{3})/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?: ([+-])(\d\d)(\d\d))?")


class Cells(NamedTuple):
    """The groups of `_TEXT`."""

    host: bytes | None
    address: bytes
    user: bytes
    stamp: bytes
    request: bytes
    status: bytes
    referrer: bytes | None
    agent: bytes | None
    forwarded: bytes | None


class Lines:
    """Reads lines of one file. `fields` is what its last `#Fields:` directive said, kept from run to run."""

    def __init__(self, zone: tzinfo = UTC, fields: str = "") -> None:
        self.fields = Fields(fields)
        self._moments = Moments(zone)

    def read(self, line: bytes) -> Hit | None:
        """The line as a Hit; None when it is no line of an access log. `line` is not empty."""
        found = _COMBINED.fullmatch(line)
        if found is not None:
            address, user, stamp, request, status, agent = found.groups()
            moment = self._moments.of(stamp)
            if moment is None:
                return None
            method, target = _request(request)
            return Hit(None, address, b"" if user == b"-" else user, moment, method, target, status, agent, None)
        found = _TEXT.match(line)
        return self._text(found) if found is not None else self._other(line)

    def _text(self, found: re.Match[bytes]) -> Hit | None:
        cells = Cells._make(found.groups())
        moment = self._moments.of(cells.stamp)
        if moment is None:
            return None
        method, target = _request(cells.request)
        agent = (cells.agent or b"-").replace(b'\\"', b'"')
        user = b"" if cells.user == b"-" else cells.user
        return Hit(cells.host, cells.address, user, moment, method, target, cells.status, agent, cells.forwarded)

    def _other(self, line: bytes) -> Hit | None:
        if len(line) > LONGEST:
            return None
        at = 0 if line[:1] == b"{" else line.find(b'{"', 0, _PREFIX)
        if at >= 0:
            told = json_object(line[at:])
            inner = told.get("log")
            if (
                isinstance(inner, str) and "stream" in told
            ):  # Docker's own log, one line of the program's in each of its lines
                return self.read(inner.strip().encode("utf-8", "replace")) if not inner.startswith('{"log"') else None
            return json_hit(told, self._moments.of)
        if self.fields.names and (hit := self.fields.hit(line)) is not None:
            return hit
        return self._behind_a_prefix(line)

    def _behind_a_prefix(self, line: bytes) -> Hit | None:
        if b"haproxy[" in line[:_PREFIX] and (found := _HAPROXY.search(line)) is not None:
            return self._haproxy(found)
        for mark in _MARKS:
            at = line.find(mark, 0, _PREFIX)
            if at > 0 and (found := _TEXT.match(line, at + len(mark))) is not None:
                return self._text(found)
        return None

    def _haproxy(self, found: re.Match[bytes]) -> Hit | None:
        address, stamp, status, captured, request = found.groups()
        moment = self._moments.of(stamp)
        if moment is None:
            return None
        method, target = _request(request)
        parts = (captured or b"").split(b"|")
        agent = next((part for part in parts if part.startswith((b"Mozilla/", b"Opera/"))), parts[0] or b"-")
        return Hit(None, address, b"", moment, method, target, status, agent, None)

    def directive(self, line: bytes) -> None:
        """A line that begins with `#`: remembers the names of the fields."""
        if line.startswith(b"#Fields:"):
            self.fields = Fields(line[8:].decode("ascii", "replace").strip()[:1000])


def _request(request: bytes) -> tuple[bytes, bytes]:
    """Method and target of `GET /pricing HTTP/1.1`; a target may hold spaces, and HTTP/0.9 says no version."""
    method, _, rest = request.partition(b" ")
    end = rest.rfind(b" HTTP/")
    return method, rest[:end] if end >= 0 else rest


class Moments:
    """Seconds since the epoch of `17/May/2015:10:05:03 +0000`; the zone is for stamps that name none."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._hours: dict[bytes, int] = {}

    def of(self, stamp: bytes) -> int | None:
        """None for what is no such stamp. A log repeats its hours: they are worked out once."""
        hour = stamp[:14] + stamp[20:]
        base = self._hours.get(hour)
        if base is None:
            base = self._hour(stamp)
            if base is None:
                return None
            if len(self._hours) > 4096:  # noqa: PLR2004  half a year of them
                self._hours.clear()
            if len(stamp) in (20, 26):
                self._hours[hour] = base
        try:
            return base + int(stamp[15:17]) * 60 + int(stamp[18:20])
        except ValueError:
            return None

    def _hour(self, stamp: bytes) -> int | None:
        found = _STAMP.fullmatch(stamp)
        if found is None or found[2] not in _MONTHS:
            return None
        try:
            hour = datetime(
                int(found[3]), _MONTHS[found[2]], int(found[1]), int(found[4]), tzinfo=UTC if found[7] else self._zone
            )
        except ValueError:
            return None
        offset = (int(found[8]) * 60 + int(found[9])) * (-60 if found[7] == b"-" else 60) if found[7] else 0
        return int(hour.timestamp()) - offset
