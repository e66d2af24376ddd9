"""Domains: which one is the company's, and which are only where it lodges. Public, because sensors need it.

The key of an account is its *registrable domain* (one label below a public suffix, https://publicsuffix.org), lower-case ASCII.
"""

from __future__ import annotations

import functools
import ipaddress
import re
import unicodedata
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from capteur.errors import InputError

_FREE_MAIL = """
    gmail.com googlemail.com outlook.com hotmail.com hotmail.fr hotmail.co.uk live.com live.fr msn.com yahoo.com yahoo.fr
    yahoo.co.uk yahoo.de yahoo.co.jp ymail.com icloud.com me.com mac.com aol.com gmx.de gmx.net gmx.com gmx.at gmx.ch web.de
    t-online.de freenet.de mail.com mail.ru yandex.ru yandex.com proton.me protonmail.com pm.me tutanota.com tuta.io
    fastmail.com hey.com orange.fr wanadoo.fr free.fr sfr.fr laposte.net libero.it virgilio.it tiscali.it qq.com 163.com
    126.com sina.com naver.com daum.net hanmail.net rediffmail.com uol.com.br bol.com.br terra.com.br seznam.cz wp.pl o2.pl
    interia.pl onet.pl telenet.be skynet.be bluewin.ch ziggo.nl kpnmail.nl xs4all.nl comcast.net verizon.net att.net
    sbcglobal.net cox.net btinternet.com sky.com talktalk.net rogers.com shaw.ca bigpond.com
"""
FREE_MAIL = frozenset(_FREE_MAIL.split())

_HOSTED = """
    greenhouse.io lever.co ashbyhq.com workable.com personio.de personio.com teamtailor.com recruitee.com smartrecruiters.com
    bamboohr.com breezy.hr jobvite.com icims.com myworkdayjobs.com join.com welcometothejungle.com jazzhr.com applytojob.com
    pinpointhq.com wellfound.com angel.co github.io gitlab.io bitbucket.io substack.com notion.site wordpress.com blogspot.com
    tumblr.com wixsite.com webflow.io myshopify.com weebly.com strikingly.com herokuapp.com vercel.app netlify.app pages.dev
    workers.dev web.app firebaseapp.com appspot.com azurewebsites.net cloudfront.net amazonaws.com onrender.com fly.dev
    ngrok.io hs-sites.com hubspotpagebuilder.com intercom.help atlassian.net statuspage.io goo.gl bit.ly linktr.ee
    businesswire.com prnewswire.com globenewswire.com
"""
HOSTED = frozenset(_HOSTED.split())
"""Platforms where many companies lodge under names of their own: neither they nor a host beneath ever is the account."""

_LODGES_BENEATH = """
    hubspot.com zendesk.com freshdesk.com typeform.com workday.com rippling.com gem.com wix.com squarespace.com notion.so
"""
LODGES_BENEATH = frozenset(_LODGES_BENEATH.split())
"""Companies of their own, often accounts; a host beneath (acme.zendesk.com) is somebody else."""

_LODGES_BY_PATH = """
    github.com gitlab.com medium.com linkedin.com indeed.com glassdoor.com facebook.com instagram.com twitter.com x.com
    youtube.com tiktok.com google.com crunchbase.com airtable.com
"""
LODGES_BY_PATH = frozenset(_LODGES_BY_PATH.split())
"""Companies of their own; a host beneath or a path (linkedin.com/company/acme) is somebody else."""

_OWN_LABELS = frozenset({"www", "about", "careers"})
_ACADEMIC = re.compile(
    r"(^|\.)(edu|ac)(\.[a-z]{2})?$|(^|\.)(uni|fh|hs|tu|th|ph)-[a-z0-9-]+\.(de|at|ch)$|(^|\.)(univ|u)-[a-z0-9-]+\.fr$|(^|\.)universit[a-z]*\.[a-z]{2}$"
)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_DOTS = str.maketrans("。．｡", "...")  # noqa: RUF001  what IDNA reads as dots
_CREDENTIALS = re.compile(r"//[^/?#]*@|^[^/?#@\s]+:[^/?#]*@")
# Domains reserved for documentation and tests (RFC 2606, RFC 6761): the demo world lives there, so they count as suffixes.
_RESERVED = frozenset({"example", "test", "invalid"})
_MAX_TEXT = 2048
_MAX_HOST = 253


@functools.cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False, only_icann=True)


def host_of(text: str) -> str | None:
    """The lower-case ASCII host in a domain, a URL or an e-mail address; None when there is none.

    Credentials, ports and a leading `*.` are dropped; names in other scripts become punycode as browsers do it (IDNA 2008).

    >>> host_of("https://user:password@www.Bücher.example:8443/jobs?x=1")
    'www.xn--bcher-kva.example'
    """
    value = text.strip().strip("<>\"'")
    if not value or len(value) > _MAX_TEXT or "\\" in value or " " in value or not value.isprintable():
        return None
    if ":" in value and (address := value.strip("[]").lower()) and _is_address(address):
        return address  # IPv6 as it is written outside a URL
    if "://" not in value:
        authority = re.split(r"[/?#]", value.removeprefix("mailto:").removeprefix("//"), maxsplit=1)[0]
        value = "//" + authority.rpartition("@")[2]
    try:
        host = (
            (urlsplit(value).hostname or "")
            .translate(_DOTS)
            .lower()
            .removesuffix(".")
            .removeprefix("*.")
            .removeprefix(".")
        )
    except ValueError:  # an unclosed [ of an IPv6 address, a host that changes under NFKC
        return None
    return (host if host.isascii() else _ascii(host)) or None


def _ascii(host: str) -> str | None:
    """The host in punycode, label by label. The standard library's codec is IDNA 2003: it reads straße.de as strasse.de."""
    labels = []
    for label in unicodedata.normalize("NFKC", host).lower().split("."):
        if not all(c == "-" or c.isalnum() or unicodedata.category(c).startswith("M") for c in label):
            return None
        labels.append(label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii"))
    return ".".join(labels)


def _is_address(host: str) -> bool:
    """True for IP addresses in every notation a browser takes: 127.1, 0x7f000001, 2130706433, [::1]."""
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return _NUMBER.fullmatch(host.removesuffix(".").rpartition(".")[2].lower()) is not None
    return True


def registrable(text: str) -> str | None:
    """The registrable domain of a domain, URL or e-mail address; None for an IP address, localhost, a bare suffix or nonsense.

    >>> registrable("https://jobs.acme.co.uk/roles")
    'acme.co.uk'
    >>> registrable("192.168.1.7") is None
    True
    """
    return _registrable(text) if len(text) <= _MAX_TEXT else None


@functools.lru_cache(maxsize=65_536)
def _registrable(text: str) -> str | None:
    host = host_of(text)
    if host is None or len(host) > _MAX_HOST or _is_address(host):
        return None
    labels = host.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels):
        return None
    if labels[-1] in _RESERVED:
        return ".".join(labels[-2:]) if len(labels) > 1 else None
    domain = _suffixes().privatesuffix(host)
    return None if domain is None or "_" in domain else domain


def is_free_mail(domain: str) -> bool:
    """True for a domain where anybody gets a mailbox."""
    return registrable(domain) in FREE_MAIL


def is_hosted(text: str) -> bool:
    """True where companies lodge with a platform: job boards, site builders, social networks. Takes a domain or a URL.

    >>> is_hosted("acme.greenhouse.io"), is_hosted("https://www.linkedin.com/company/acme"), is_hosted("linkedin.com")
    (True, True, False)
    """
    domain = registrable(text)
    if domain is None or domain in HOSTED:
        return domain is not None
    if domain not in LODGES_BENEATH and domain not in LODGES_BY_PATH:
        return False
    beneath = (host_of(text) or "").removesuffix(domain).removesuffix(".")
    return beneath not in {"", *_OWN_LABELS} or (domain in LODGES_BY_PATH and _has_path(text))


def _has_path(text: str) -> bool:
    _, found, rest = text.strip().partition("://")
    return bool((rest if found else text.strip()).partition("/")[2].strip("/ >\"'"))


def is_academic(domain: str) -> bool:
    """True for universities and schools by the usual shapes (`.edu`, `.ac.uk`, `uni-*.de`); a hint, not a register."""
    return _ACADEMIC.search(host_of(domain) or domain) is not None


def account_domain(text: str) -> str:
    """The domain an account is keyed by. Raises InputError that says why `text` cannot be one."""
    domain = registrable(text)
    own = "give the company's own web domain, e.g. acme.com"
    if domain is None:
        shown = "".join(c if c.isprintable() else "?" for c in _CREDENTIALS.sub("", text.strip())[:80])
        host = host_of(text)
        if host is not None and _is_address(host):
            raise InputError(f"{shown!r} is an IP address, not a company's domain", fix=own)
        raise InputError(f"{shown!r} is not a domain", fix=own)
    if domain in FREE_MAIL:
        raise InputError(f"{domain} is a free-mail host: anybody has an address there", fix=own)
    if is_hosted(text):
        raise InputError(f"{host_of(text)} is on a platform where many companies lodge", fix=own)
    return domain
