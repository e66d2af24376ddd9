"""From an address to the company in whose network it is; never to a provider, a host, a cloud or a VPN.

Databases: MaxMind's Enterprise, Domain, ISP, ASN, Connection-Type and Anonymous-IP, and IPinfo's, in any number: what they say
of one address is put together. Shapes: https://dev.maxmind.com/geoip/docs/databases/, https://ipinfo.io/developers/database-types.
An address is looked at and forgotten; nothing here keeps or prints one.
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Self, cast

from capteur import AccountRef, ConfigError, TransientError
from capteur.domains import is_free_mail, is_hosted, registrable
from capteur_sensors.visits.networks import Carriers, load
from capteur_sensors.visits.ranges import Address, Ranges

if TYPE_CHECKING:
    from maxminddb import Reader

Reason = Literal["company", "carrier", "anonymous", "unknown", "private"]
ORGANISATIONS: Final = frozenset(
    {"business", "government", "college", "school", "university", "education", "military", "library", "banking"}
)
"""`user_type` and `type` of networks that belong to who is in them."""
_CARRYING: Final = frozenset({"cellular", "satellite", "dialup"})
_HIDDEN: Final = (
    "is_anonymous", "is_anonymous_vpn", "is_hosting_provider", "is_public_proxy", "is_residential_proxy", "is_tor_exit_node",
    "vpn", "proxy", "tor", "relay", "hosting", "is_hosting", "is_mobile", "is_satellite", "is_vpn", "is_proxy", "is_tor",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """Whose network an address is in: a domain, a name without one, or nobody's, and why."""

    why: Reason
    domain: str = ""
    name: str = ""

    @property
    def account(self) -> str | AccountRef | None:
        """As a signal names it; None for nobody."""
        return self.domain or (AccountRef(name=self.name) if self.name else None)


NOBODY: Final = Found("unknown")


@dataclass(slots=True)
class _Facts:
    """What all databases say of one address."""

    domain: str = ""
    carrier_domain: str = ""
    organisation: str = ""
    carrier: str = ""
    system: int = 0
    hidden: bool = False
    types: set[str] = field(default_factory=set)
    carrier_type: str = ""
    connection: str = ""
    told: bool = False

    def add(self, record: Mapping[str, Any]) -> None:
        """One database's record, flat, of any maker's shape."""
        self.told = True
        self.hidden = self.hidden or any(_is_true(record.get(name)) for name in _HIDDEN)
        kind = _text(record, "user_type", "type").lower()
        if kind:
            self.types.add(kind)
        self.carrier_type = _text(record, "as_type").lower() or self.carrier_type
        self.connection = _text(record, "connection_type").lower() or self.connection
        self.carrier = _text(record, "isp", "as_name", "autonomous_system_organization") or self.carrier
        self.carrier_domain = _text(record, "as_domain") or self.carrier_domain
        self.organisation = (
            _text(record, "organization", "name", "autonomous_system_organization", "as_name") or self.organisation
        )
        self.domain = _text(record, "domain") or self.domain
        number = record.get("autonomous_system_number") or _text(record, "asn", "number").upper().removeprefix("AS")
        self.system = int(number) if str(number).isdigit() else self.system


class Companies:
    """Looks addresses up. Open it for one run (`with`); databases and the table are files that others replace.

    Args:
        databases: mmdb files.
        table: a CSV of the user's own knowledge: network, AS number or name of an organisation -> domain. It wins over databases.
        own: our own domains; whoever comes from there is nobody.
        names: whether a network's name is handed on where no database gives a domain.

    Raises ConfigError for a file that is missing or a table that cannot be read; TransientError for a database that is no
    database, because it is replaced by the next download.
    """

    def __init__(
        self, databases: Sequence[Path] = (), table: Path | None = None, own: Iterable[str] = (), *, names: bool = False
    ) -> None:
        self.faults = 0
        self._own = frozenset(own)
        self._names = names
        self._carriers: Carriers = load()
        self._ranges = Ranges.read(table) if table is not None else Ranges()
        self._readers: list[Reader] = []
        try:
            for path in databases:
                self._readers.append(_open(path))
        except Exception:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        for reader in self._readers:
            reader.close()
        self._readers.clear()

    def find(self, text: str) -> Found:
        """Whose network an address is in. Never raises: what cannot be read is unknown, and a broken record counted in `faults`."""
        try:
            address: Address = ipaddress.ip_address(text)
        except ValueError:
            return NOBODY
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        listed = self._ranges.find(address)
        if listed:
            return self._company(listed)
        return self.judge(self._records(address)) if address.is_global else Found("private")

    def judge(self, records: Iterable[Mapping[str, Any]]) -> Found:
        """Whose network it is that these records of databases are about; the table knows numbers and names of networks too."""
        facts = _Facts()
        for record in records:
            facts.add(_flat(record))
        if facts.hidden or not facts.told:
            return Found("anonymous") if facts.hidden else NOBODY
        listed = self._ranges.known(facts.system, facts.organisation)
        if listed:
            return self._company(listed)
        if self._is_carrying(facts):
            return Found("carrier")
        domain = self._domain(facts)
        if domain is not None:
            return self._company(domain) if domain else Found("carrier")
        name = facts.organisation
        is_carrier = self._carriers.is_name(name) or facts.system in self._carriers.systems
        return Found("company", name=name) if self._names and name and not is_carrier else NOBODY

    def find_person(self, user: str) -> str:
        """The company's domain in an authenticated user's e-mail address; empty for free mail, for our own people, for a mere name."""
        _, at, host = user.rpartition("@")
        domain = registrable(host) if at else None
        if domain is None or is_free_mail(domain) or is_hosted(host) or domain in self._own:
            return ""
        return domain

    def _company(self, domain: str) -> Found:
        return NOBODY if domain in self._own else Found("company", domain)

    def _records(self, address: Address) -> Iterator[Mapping[str, Any]]:
        from maxminddb import InvalidDatabaseError

        for reader in self._readers:
            try:
                record: Any = reader.get(address)
            except ValueError:  # an IPv6 address asked of a database that knows IPv4 only
                continue
            except (InvalidDatabaseError, OSError, RecursionError, OverflowError):
                self.faults += 1
                continue
            if isinstance(record, dict):
                yield cast("dict[str, Any]", record)

    def _is_carrying(self, facts: _Facts) -> bool:
        """Whether the network carries other people's traffic, by its type, its number or its name."""
        types = facts.types or {facts.carrier_type} - {""}
        vouched = bool(types & ORGANISATIONS) or facts.connection == "corporate"
        if types - ORGANISATIONS or facts.connection in _CARRYING or (facts.connection and not vouched):
            return True
        listed = facts.system in self._carriers.systems or self._carriers.is_name(
            f"{facts.carrier} {facts.organisation}"
        )
        return listed and not vouched

    def _domain(self, facts: _Facts) -> str | None:
        """The company's domain; empty when it is the carrier's, None when there is none.

        That of the autonomous system's owner is a company's only where some database says what kind of network it is: hosts and
        access providers own systems as companies do, and no list has them all.
        """
        is_typed = facts.types or facts.carrier_type or facts.connection
        given = facts.domain or (facts.carrier_domain if is_typed else "")
        domain = registrable(given) if given else None
        if domain is None:
            return None
        if is_hosted(given) or is_free_mail(domain) or self._carriers.is_domain(domain):
            return ""
        of_carrier = _squash(domain.partition(".")[0]) in _squash(facts.carrier)
        return "" if of_carrier and _squash(facts.organisation) != _squash(facts.carrier) else domain


def listed(table: str, own: Iterable[str]) -> frozenset[str] | None:
    """Whom a table of networks names without any database; None where it cannot be read, or nobody says where it lies.

    A relative path starts beside capteur.toml, which is known to be the current folder only where there is one.
    """
    path = Path(table).expanduser()
    if not path.is_absolute():
        if not Path("capteur.toml").is_file():
            return None
        path = Path.cwd() / path
    try:
        state = path.stat()
        return _owners(path, state.st_mtime_ns, state.st_size) - frozenset(own)
    except (OSError, ConfigError):
        return None


@functools.lru_cache(maxsize=8)
def _owners(path: Path, _changed_ns: int, _size: int) -> frozenset[str]:
    return Ranges.read(path).owners()


def _open(path: Path) -> Reader:
    import maxminddb

    try:
        return maxminddb.open_database(path)
    except FileNotFoundError as error:
        raise ConfigError(
            f"there is no database {path}", fix="correct `mmdb`; relative paths start beside capteur.toml"
        ) from error
    except PermissionError as error:
        raise ConfigError(f"{path} may not be read", fix="give this user the right to read it") from error
    except (maxminddb.InvalidDatabaseError, OSError, ValueError, UnicodeError) as error:
        raise TransientError(
            f"{path.name} is no MaxMind database, or is damaged", fix="download it anew; it is tried again"
        ) from error


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record without its inner maps: MaxMind's traits, IPinfo's company, asn and privacy. What says most about the company wins."""
    flat = {name: value for name, value in record.items() if not isinstance(value, dict)}
    for part in ("as", "asn", "privacy", "traits", "company"):
        inner = record.get(part)
        if isinstance(inner, dict):
            system = part in ("as", "asn")
            flat |= {
                f"as_{name}" if system and name in ("name", "domain", "type") else name: v for name, v in inner.items()
            }
    if "asn" in flat and "as_name" not in flat and "company" not in record:  # IPinfo's ASN database is about the system
        flat |= {f"as_{name}": flat.pop(name) for name in ("name", "domain", "type") if name in flat}
    return flat


def _text(record: Mapping[str, Any], *names: str) -> str:
    return next((value.strip() for name in names if isinstance(value := record.get(name), str) and value.strip()), "")


def _is_true(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.lower() in ("true", "1", "yes"))


def _squash(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())
