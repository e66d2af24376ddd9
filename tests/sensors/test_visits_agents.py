"""Programs are known by the list, by not calling themselves browsers, and by what they ask for."""

from __future__ import annotations

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA, is_crawler

from capteur_sensors.visits.agents import Agents, is_probe, literal

PEOPLE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.16",
)
GOOGLE_AS_IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 6_0 like Mac OS X) AppleWebKit/536.26 (KHTML, like Gecko) Version/6.0 Mobile/10A5376e Safari/8536.25 "
    "(compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
)


@pytest.fixture(scope="module")
def agents():
    return Agents()


@pytest.mark.parametrize("agent", PEOPLE)
def test_browsers_are_people(agents, agent):
    assert not agents.is_program(agent.encode())


@pytest.mark.parametrize(
    "agent",
    [GOOGLE_AS_IPHONE, "-", "", " ", "curl/8.5.0", "python-requests/2.32", "Go-http-client/2.0", "Wget/1.21", "Ruby", "Mozilla/5.0 (compatible; AhrefsBot/7.0)",
     "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36", "&as_qdr=all", "\xff\xfe"],
)  # fmt: skip
def test_programs_are_programs(agents, agent):
    """Googlebot with the agent of an iPhone too, and who says nothing."""
    assert agents.is_program(agent.encode("latin-1"))


def test_the_index_says_what_the_list_says(agents, shared_data):
    """On every example in the list and every agent of a real log."""
    log = (shared_data / "accesslog" / "apache_combined_10k.log").read_text(encoding="latin-1").splitlines()
    found = {line.rsplit('"', 2)[1] for line in log} | {
        i for entry in CRAWLER_USER_AGENTS_DATA for i in entry["instances"]
    }
    assert len(found) > 2000
    assert [agent for agent in found if agents.is_listed(agent) != is_crawler(agent)] == []


def test_patterns_that_are_no_plain_text_stay_expressions():
    own = Agents(["^Start", "ab", r"Dot\.bot\/", "[xX]y"])
    assert [own.is_listed(text) for text in ("Starting", "not Start", "crab", "a Dot.bot/1", "Dotxbot/", "Xy")] == [
        True,
        False,
        True,
        True,
        False,
        True,
    ]
    assert (literal(r"a\/b\.c"), literal("a.c"), literal(r"\d"), literal("a\\")) == ("a/b.c", None, None, None)


@pytest.mark.parametrize(
    ("target", "status", "expected"),
    [
        ("/.env", "200", True),
        ("/app/.git/config", "404", True),
        ("/wp-login.php", "404", True),
        ("/wp-login.php", "200", False),
        ("/?id=1+UNION+SELECT+1", "200", True),
        ("/a/../../etc/passwd", "400", True),
        ("/pricing", "404", False),
        ("/environment", "200", False),
        ("/.env.production", "404", True),
        ("/api/.ENV/", "403", True),
        ("/.aws/credentials", "200", True),
        ("/.ssh/id_rsa?x", "200", True),
        ("/.svn/entries", "200", True),
        ("/%2eenv", "404", True),
        ("/.git", "403", True),
        ("/pricing?ref=www.envato.com", "200", False),
        ("/pricing?ref=www.envato.com", "404", False),
        ("/pricing?ref=/.env", "200", False),
        ("/old?next=/vendor/.git/dump.sql", "404", False),
        ("/.environment-friendly", "200", False),
        ("/.github/workflows", "200", False),
        ("/docs/.env-files", "200", False),
        ("/www.env", "200", False),
        ("/blog/wp-config-explained", "200", False),
        ("/blog?return=/wp-config.php", "200", False),
        ("/wp-config.php.bak", "200", True),
        ("/search?q=union+select", "200", False),
        ("/?id=1%27%20UNION%20ALL%20SELECT%20NULL,NULL", "200", True),
        ("/?file=../../etc/passwd", "200", True),
        ("/view?page=../pricing", "404", False),
        ("/view?page=../../config", "404", True),
        ("/%2e%2e/%2e%2e/x", "400", True),
    ],
)
def test_probes(target, status, expected):
    """What its owner asks for too counts only where it is not there; what stands in a query is seldom of the visitor's choice."""
    assert is_probe(target.encode(), status.encode()) is expected


def test_verdicts_of_long_agents_do_not_pile_up(agents):
    """What is remembered for the life of the process has a size: agents are anybody's to choose."""
    own = Agents([])
    for n in range(50):
        own.is_program(b"Mozilla/5.0 " + b"x" * 60_000 + b"%d" % n)
    assert sum(len(agent) for agent in own._known) < 50_000
