"""DNS answers as traces: pure text, no network. Of a record only what names a tool is kept, never a token's value or an address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from capteur_sensors._tools import Trace
from capteur_sensors.adoption.reading import Read, read_of

_HEAD = re.compile(r"[^\s=:]*[=:]?")
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+")
_LONGEST_TOKEN = 64


def host(text: str) -> str | None:
    """A host name in lower case without its last dot; None for anything else."""
    name = text.strip().lower().rstrip(".")
    return name if _HOST.fullmatch(name) else None


def beneath(name: str, domain: str) -> bool:
    """True for the domain itself and for what is beneath it."""
    return name == domain or name.endswith("." + domain)


def is_spf(text: str) -> bool:
    """True for an SPF record."""
    return re.match(r"v=spf1(?:\s|\Z)", text, re.IGNORECASE) is not None


def token(text: str) -> str | None:
    """What names the tool in a verification record: all up to the first `=`, `:` or space. None where a person is named."""
    head = _HEAD.match(text.strip())
    name = head[0][:_LONGEST_TOKEN] if head else ""
    return name if name and "@" not in name and name.isprintable() else None


def tokens(records: Iterable[str]) -> Read:
    """The TXT records of the domain, SPF left out."""
    names = (token(record) for record in records if not is_spf(record))
    return read_of(Trace("txt", name) for name in names if name)


def receivers(records: Iterable[str], domain: str) -> Read:
    """The hosts that receive the domain's mail. The null MX (`.`) is none."""
    hosts = (host(record) for record in records)
    return read_of(Trace("mx", name) for name in hosts if name and not beneath(name, domain))


def included(record: str) -> Iterator[str]:
    """The names an SPF record includes or redirects to; macros are skipped, because only the receiver can fill them in."""
    for term in record.split()[1:]:
        word, _, value = term.lstrip("+-~?").replace("redirect=", "include:", 1).partition(":")
        name = host(value) if word.lower() == "include" and "%" not in value else None
        if name:
            yield name


def is_the_accounts(name: str, domain: str) -> bool:
    """True for an SPF record that speaks for the domain: its own, or one kept for it, as `acme.com._nspf.vali.email`.

    What a vendor's own record includes says what the vendor uses: Freshdesk sends by SendGrid, its customers do not.
    """
    return f".{domain}." in f".{name}."


def reporters(records: Iterable[str], domain: str) -> Read:
    """The hosts that get the domain's DMARC reports; the part before the @ may name a person and is dropped."""
    hosts = []
    for record in records:
        if not re.match(r"v=dmarc1\s*(?:;|\Z)", record, re.IGNORECASE):
            continue
        for tag in record.split(";"):
            name, _, value = tag.partition("=")
            if name.strip().lower() in {"rua", "ruf"}:
                hosts += [host(uri.rpartition("@")[2].partition("!")[0]) for uri in value.split(",")]
    return read_of(Trace("dmarc", name) for name in hosts if name and not beneath(name, domain))


def leads_to(records: Iterable[str], domain: str) -> Read:
    """Where a well-known name leads, unless that is within the domain."""
    hosts = (host(record) for record in records)
    return read_of(Trace("cname", name) for name in hosts if name and not beneath(name, domain))
