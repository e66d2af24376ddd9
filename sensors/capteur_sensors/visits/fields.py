"""Lines whose parts have names: JSON (nginx, Caddy, Traefik, Cloudflare) and the extended format of the W3C (IIS, CloudFront).

Each part is looked for under the names that these servers give it, so a JSON format of one's own is read as long as it uses
nginx's names. Names: https://caddyserver.com/docs/caddyfile/directives/log,
https://doc.traefik.io/traefik/observability/access-logs/, https://developers.cloudflare.com/logs/reference/log-fields/zone/http_requests/,
https://nginx.org/en/docs/http/ngx_http_log_module.html, https://www.w3.org/TR/WD-logfile.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast
from urllib.parse import unquote_to_bytes

from capteur_sensors.visits.hit import Hit

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "address": ("ClientIP", "ClientHost", "remote_addr", "client_ip", "remote_ip", "clientip", "c-ip"),
    "moment": (
        "EdgeStartTimestamp",
        "StartUTC",
        "time_iso8601",
        "time_local",
        "@timestamp",
        "msec",
        "timestamp",
        "time",
        "ts",
    ),
    "method": ("ClientRequestMethod", "RequestMethod", "request_method", "method", "cs-method"),
    "target": ("ClientRequestURI", "ClientRequestPath", "RequestPath", "request_uri", "uri", "cs-uri-stem"),
    "status": ("EdgeResponseStatus", "DownstreamStatus", "OriginStatus", "status", "sc-status"),
    "agent": ("ClientRequestUserAgent", "request_User-Agent", "http_user_agent", "user_agent", "cs(User-Agent)"),
    "host": ("ClientRequestHost", "RequestHost", "http_host", "host", "server_name", "vhost", "cs-host", "cs(Host)"),
    "user": ("ClientUsername", "remote_user", "user_id", "cs-username"),
    "forwarded": ("request_X-Forwarded-For", "http_x_forwarded_for", "x_forwarded_for", "cs(X-Forwarded-For)"),
    "query": ("args", "query_string", "cs-uri-query"),
}
_DECLINED: Final = ("http_dnt", "http_sec_gpc", "request_Dnt", "request_DNT", "request_Sec-Gpc", "request_Sec-GPC")
_NESTED: Final = ("method", "uri", "host", "remote_ip", "client_ip", "remote_addr", "headers")
_LATEST: Final = 2**33
"""Larger numbers are milli-, micro- or nanoseconds."""

Stamp = Callable[[bytes], int | None]


def json_object(line: bytes) -> dict[str, Any]:
    """A line's JSON object; empty for anything else."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", told) if isinstance(told, dict) else {}


def json_hit(told: Mapping[str, Any], stamp: Stamp) -> Hit | None:
    """A JSON object as a Hit; None for one that is no request. `stamp` reads `17/May/2015:10:05:03 +0000`."""
    inner = told.get("request")
    if isinstance(inner, dict):  # Caddy's
        told = {**{k: inner[k] for k in _NESTED if k in inner}, **{k: v for k, v in told.items() if k != "request"}}
    elif isinstance(inner, str) and "request_method" not in told:  # nginx's $request
        method, _, rest = inner.partition(" ")
        told = {**told, "request_method": method, "request_uri": rest.rpartition(" HTTP/")[0] or rest}
    return _hit(told, stamp)


def _hit(told: Mapping[str, Any], stamp: Stamp) -> Hit | None:
    headers = _headers(told.get("headers"))
    address, target = _text(told, "address"), _text(told, "target")
    moment = _moment(next((told[n] for n in _NAMES["moment"] if told.get(n) is not None), None), stamp)
    if not address or not target or moment is None:
        return None
    query = _text(told, "query")
    if query and query != b"-" and b"?" not in target:
        target += b"?" + query
    user = _text(told, "user")
    agent = _text(told, "agent") or headers.get("user-agent", b"")
    declined = any(_is_one(told.get(name)) for name in _DECLINED) or b"1" in (
        headers.get("dnt"),
        headers.get("sec-gpc"),
    )
    return Hit(
        _text(told, "host") or None,
        address,
        b"" if user == b"-" else user,
        moment,
        _text(told, "method"),
        target,
        _text(told, "status"),
        agent or b"-",
        _text(told, "forwarded") or headers.get("x-forwarded-for"),
        declined,
    )


def _text(told: Mapping[str, Any], part: str) -> bytes:
    for name in _NAMES[part]:
        value = told.get(name)
        if isinstance(value, str) and value:
            return value.encode("utf-8", "replace")
        if isinstance(value, int) and not isinstance(value, bool):
            return b"%d" % value
    return b""


def _headers(given: object) -> dict[str, bytes]:
    """Caddy's headers, the first value of each by its name in small letters."""
    if not isinstance(given, dict):
        return {}
    firsts = {name: values[0] if isinstance(values, list) and values else values for name, values in given.items()}
    return {name.lower(): value.encode("utf-8", "replace") for name, value in firsts.items() if isinstance(value, str)}


def _is_one(value: object) -> bool:
    return value in ("1", 1) and not isinstance(value, bool)


def _moment(value: object, stamp: Stamp) -> int | None:
    """Seconds since the epoch of a number in any unit, of ISO 8601, or of Apache's stamp."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        if "/" in value:
            return stamp(value.encode("ascii", "replace"))
        if not value.replace(".", "", 1).isdecimal():
            return _iso(value)
        value = float(value)
    if not isinstance(value, int | float) or not 0 < value < _LATEST * 10**9:
        return None
    while value >= _LATEST:
        value /= 1000
    return int(value)


def _iso(text: str) -> int | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int(found.replace(tzinfo=found.tzinfo or UTC).timestamp())


class Fields:
    """The W3C's extended format: what the words of a line mean is said by a directive above them. Times are UTC by definition."""

    def __init__(self, names: str = "") -> None:
        self.names = names
        self._order = names.split()

    def hit(self, line: bytes) -> Hit | None:
        """A line as a Hit; None when it has other words than the directive named."""
        words = line.split()
        if len(words) != len(self._order):
            return None
        told = {
            name: word.decode("utf-8", "replace") for name, word in zip(self._order, words, strict=True) if word != b"-"
        }
        if "date" not in told or "time" not in told:
            return None
        if "cs(User-Agent)" in told:  # IIS writes + for a space, CloudFront %20 or %2520
            agent = told["cs(User-Agent)"].replace("+", " ")
            told["cs(User-Agent)"] = unquote_to_bytes(unquote_to_bytes(agent)).decode("utf-8", "replace")
        told["time"] = f"{told['date']}T{told['time']}+00:00"
        if "cs(Host)" in told:
            told.pop("cs-host", None)
        return _hit(told, lambda _: None)
