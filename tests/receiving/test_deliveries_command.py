"""`capteur deliveries`: what came is listed, shown, read again and purged; nothing in it reaches the terminal as a command."""

from __future__ import annotations

import json

import pytest

from capteur.cli.root import run
from capteur.store.deliveries import Arrived
from capteur.store.instances import id_of

HOSTILE = b'{"note": "\x1b[2J\xe2\x80\xae[bold]"}'


@pytest.fixture
def house(pushed, visit):
    house = pushed()
    number = house.store.write(lambda c: id_of(c, "hook")).result()
    bodies = (json.dumps(visit(1)).encode(), HOSTILE, b"\x00\xff")
    house.keep_deliveries(
        [Arrived(number, f"id:msg_{n}", house.now(), b, '{"x-event": "page"}') for n, b in enumerate(bodies)]
    ).result()
    return house


@pytest.fixture
def capteur(house, capsys):
    """Runs a command line; returns exit code, stdout and stderr."""

    def command(*words):
        code = run(["--config", str(house.settings.path), "--no-input", *words])
        out, err = capsys.readouterr()
        return code, out, err

    return command


def test_the_list_has_the_newest_first_and_says_when_there_is_more(capteur):
    code, out, err = capteur("deliveries", "list", "--limit", "2")
    lines = [line.split("\t") for line in out.splitlines()]
    assert (code, [line[0] for line in lines]) == (0, ["id", "3", "2"])
    assert "there are more than these 2: --limit" in err


def test_the_list_as_json(capteur):
    _, out, _ = capteur("deliveries", "list", "--json", "--state", "waiting", "--instance", "hook")
    first = json.loads(out)["items"][-1]
    assert (first["id"], first["instance"], first["state"], first["key"], first["tries"]) == (
        1,
        "hook",
        "waiting",
        "id:msg_0",
        0,
    )
    assert "body" not in first


def test_one_is_shown_with_its_json_laid_out(capteur):
    _, out, _ = capteur("--color", "always", "deliveries", "show", "1")
    assert '  "id": 1,' in out
    assert "header x-event: page" in out


def test_nothing_in_a_body_moves_the_cursor(capteur):
    _, out, _ = capteur("--color", "always", "deliveries", "show", "2")
    assert "\x1b[2J" not in out
    assert "\u202e" not in out
    _, out, _ = capteur("deliveries", "show", "3", "--json")
    assert json.loads(out)["items"][0]["body"] == "\x00\ufffd"


def test_a_number_that_is_not_there(capteur):
    code, _, err = capteur("deliveries", "show", "99")
    assert (code, "there is no delivery 99" in err) == (2, True)
    code, _, err = capteur("deliveries", "replay", "1", "99")
    assert (code, "there is no delivery 99" in err) == (2, True)


def test_a_replay_has_them_read_again(capteur, house):
    house.run()
    code, _, err = capteur("deliveries", "replay", "1")
    assert code == 0
    assert "1 delivery to be read again" in err
    assert [r.state for r in house.deliveries()][-1] == "waiting"
    _, _, err = capteur("deliveries", "replay", "--since", "2026-11-01")
    assert "3 deliveries to be read again" in err


@pytest.mark.parametrize("words", [(), ("1", "--failed"), ("1", "--since", "1d")])
def test_a_replay_says_which(capteur, words):
    code, _, err = capteur("deliveries", "replay", *words)
    assert code == 2
    assert "which deliveries?" in err


def test_a_purge_leaves_what_waits_unless_it_is_meant(capteur, house):
    house.run()
    _, _, err = capteur("deliveries", "purge", "--before", "2026-11-21")
    assert "deleted 1 delivery" in err
    assert [r.state for r in house.deliveries()] == ["waiting", "waiting"]
    _, _, err = capteur("deliveries", "purge", "--before", "2026-11-21", "--state", "waiting", "--instance", "hook")
    assert "deleted 2 deliveries" in err
    assert house.deliveries() == []


def test_an_instance_nothing_was_ever_sent_to(capteur):
    code, _, err = capteur("deliveries", "list", "--instance", "hok")
    assert code == 2
    assert "nothing is sent to 'hok'" in err
    assert "instances that are sent something: hook" in err


def test_an_empty_list_says_where_to_look(capteur, house):
    house.purge_deliveries(house.now() + 1, state="waiting")
    _, out, _ = capteur("--color", "always", "deliveries", "list")
    assert "No delivery." in out


def test_status_tells_what_waits(capteur):
    _, out, _ = capteur("status")
    head, *rows = [line.split("\t") for line in out.splitlines()]
    row = dict(zip(head, next(r for r in rows if r[0] == "hook"), strict=True))
    assert (row["deliveries_waiting"], row["deliveries_failed"]) == ("3", "0")
    _, out, _ = capteur("--color", "always", "status")
    assert "3 deliveries to be read" in out


def test_receive_wants_an_address(capteur):
    code, _, err = capteur("receive", "--listen", "nowhere")
    assert (code, "--listen 'nowhere' is no address" in err) == (2, True)
    code, _, err = capteur("receive")
    assert (code, "[receiving] listen: it is not set" in err) == (2, True)
