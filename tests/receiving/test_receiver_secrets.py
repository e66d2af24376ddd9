"""Who may send: the secret in the path, a header, the query, or under a signature; and nobody learns more from a refusal."""

from __future__ import annotations

import hashlib
import hmac
import logging

import pytest

from capteur.errors import ConfigError
from capteur.receiving.http import Request
from capteur.receiving.proving import is_signed, shows_secret
from capteur.registry import Reception

SECRET = "a-secret-in-the-path-1"
OTHER = "another-secret-of-ours"
# https://github.com/standard-webhooks/standard-webhooks, libraries/python/tests/test_webhooks.py, test_sign_function
KEY, MESSAGE, AT = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
PAYLOAD, SIGNATURE = b'{"test": 2432232314}', "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
STANDARD = Reception((KEY,), "signature")
NEW_KEY = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


def headers(**changes: str | None) -> dict[str, str]:
    """The reference's request, with headers changed or (None) left out."""
    told = {"webhook-id": MESSAGE, "webhook-timestamp": str(AT), "webhook-signature": SIGNATURE}
    for name, value in changes.items():
        word = "webhook-" + name
        if value is None:
            told.pop(word)
        else:
            told[word] = value
    return told


def test_the_vector_of_the_reference_is_accepted():
    assert is_signed(STANDARD, headers(), [PAYLOAD], AT)


@pytest.mark.parametrize(
    ("now", "accepted"),
    [(AT - 301, False), (AT - 300, True), (AT + 300, True), (AT + 301, False), (0, False), (AT + 10**9, False)],
)
def test_a_signature_is_five_minutes_old_or_ahead_at_most(now, accepted):
    assert is_signed(STANDARD, headers(), [PAYLOAD], now) is accepted


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"timestamp": None},
        {"signature": None},
        {"id": ""},
        {"id": MESSAGE + "x"},
        {"timestamp": "hello"},
        {"timestamp": f"{AT}.0"},
        {"timestamp": f" {AT}"},
        {"timestamp": "9" * 400},
        {"timestamp": "".join(chr(0xFF10 + int(digit)) for digit in str(AT))},
        {"signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA="},
        {"signature": SIGNATURE.replace("v1,", "v2,")},
        {"signature": SIGNATURE.removeprefix("v1,")},
        {"signature": "v1,"},
        {"signature": "v1," + "é" * 40},
        {"signature": " ".join(["v1,AAAA"] * 16 + [SIGNATURE])},
    ],
    ids=str,
)
def test_what_is_not_as_it_was_signed_is_refused(changes):
    assert not is_signed(STANDARD, headers(**changes), [PAYLOAD], AT)


def test_another_body_is_refused():
    assert not is_signed(STANDARD, headers(), [PAYLOAD + b" "], AT)


def test_one_good_signature_among_others_is_enough():
    """The reference's test_multi_sig_payload_is_valid."""
    bad = "Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
    assert is_signed(STANDARD, headers(signature=f"v1,{bad} v2,{bad} {SIGNATURE} v1,{bad}"), [PAYLOAD], AT)


@pytest.mark.parametrize("secrets", [(NEW_KEY, KEY), (KEY, NEW_KEY)])
def test_while_keys_change_either_is_accepted_and_afterwards_one(secrets):
    assert is_signed(Reception(secrets, "signature"), headers(), [PAYLOAD], AT)
    assert not is_signed(Reception((NEW_KEY,), "signature"), headers(), [PAYLOAD], AT)


def test_a_secret_without_prefix_or_padding_is_the_same_key():
    assert is_signed(Reception((KEY.removeprefix("whsec_"),), "signature"), headers(), [PAYLOAD], AT)


@pytest.mark.parametrize(
    ("digest", "form"), [("sha1", "{}"), ("sha256", "sha256={}"), ("sha512", "{}"), ("sha1", "SHA1={}")]
)
def test_a_plain_signature_of_the_body_is_accepted(digest, form):
    """Segment's X-Signature is the bare hexadecimal SHA-1, GitHub's X-Hub-Signature-256 says `sha256=`."""
    reception = Reception((OTHER, SECRET), "signature", "x-signature")
    value = hmac.new(SECRET.encode(), PAYLOAD, getattr(hashlib, digest)).hexdigest()
    assert is_signed(reception, {"x-signature": form.format(value)}, [PAYLOAD], 0)
    assert not is_signed(reception, {"x-signature": form.format(value)}, [b"other"], 0)
    assert not is_signed(reception, {"x-signature": value[:-1]}, [PAYLOAD], 0)
    assert not is_signed(reception, {}, [PAYLOAD], 0)


def asked(path="/hooks/hook", query=b"", **told):
    scope = {
        "method": "POST",
        "path": path,
        "query_string": query,
        "headers": [(k.replace("_", "-").encode(), v.encode("latin-1")) for k, v in told.items()],
    }
    return Request(scope, [])


@pytest.mark.parametrize(
    ("reception", "request_", "rest", "shown"),
    [
        (Reception((SECRET,)), asked(), SECRET, True),
        (Reception((OTHER, SECRET)), asked(), SECRET, True),
        (Reception((SECRET,)), asked(), SECRET + "/", False),
        (Reception((SECRET,)), asked(), "", False),
        (Reception((SECRET,)), asked(), SECRET[:-1], False),
        (Reception((SECRET,), "header", "x-token"), asked(x_token=SECRET), "", True),
        (Reception((SECRET,), "header", "authorization"), asked(authorization=f"Bearer {SECRET}"), "", True),
        (Reception((SECRET,), "header", "x-token"), asked(x_token=SECRET), "more", False),
        (Reception((SECRET,), "header", "x-token"), asked(), SECRET, False),
        (Reception((SECRET,), "query", "token"), asked(query=b"a=1&token=" + SECRET.encode()), "", True),
        (Reception((SECRET,), "query", "token"), asked(query=b"token=%ff"), "", False),
        (Reception(("geheimnis-für-alle",), "query", "token"), asked(query=b"token=geheimnis-f%C3%BCr-alle"), "", True),
        (Reception(("geheimnis-für-alle",)), asked(), "geheimnis-für-alle", True),
        (Reception(()), asked(), "", False),
    ],
)
def test_a_secret_counts_where_it_is_expected_and_nowhere_else(reception, request_, rest, shown):
    assert shows_secret(reception, request_, rest) is shown


@pytest.mark.parametrize(
    ("toml", "path", "told"),
    [
        (f'secret = "{SECRET}"', f"/hooks/hook/{SECRET}", {}),
        (f'secret = "{SECRET}"\nsecret_in = "header:X-Token"', "/hooks/hook", {"X_Token": SECRET}),
        (f'secret = ["{OTHER}", "{SECRET}"]\nsecret_in = "query:token"', f"/hooks/hook?token={SECRET}&utm=x", {}),
    ],
    ids=["path", "header", "query"],
)
def test_it_is_kept_and_the_secret_is_nowhere(pushed, wire, caplog, toml, path, told):
    caplog.set_level(logging.DEBUG)
    house = pushed(f"[sensors.hook]\n{toml}")
    line = wire(house)
    assert line.post(path, **told).status == 200
    assert line.post("/hooks/hook/wrong" + SECRET).status == 404
    house.run()
    assert len(house.signals()) == 1
    content = b"".join(p.read_bytes() for p in house.settings.folder.glob("capteur.db*"))
    assert SECRET.encode() not in content
    assert SECRET not in caplog.text
    assert line.received == {"hook": 1}


def test_a_signed_delivery_over_the_wire(pushed, wire, clock, signed):
    house = pushed(f'[sensors.hook]\nsecret = ["{NEW_KEY}", "{KEY}"]\nsecret_in = "signature"')
    line, body, now = wire(house), b'{"id": 1, "domain": "acme.com"}', int(clock.now().timestamp())
    assert line.post("/hooks/hook", body, **signed(body, KEY, "msg_1", now)).status == 200
    assert line.post("/hooks/hook", body, **signed(body, NEW_KEY, "msg_2", now)).status == 200
    assert line.post("/hooks/hook", body, **signed(body, KEY, "msg_3", now - 301)).status == 404
    assert line.post("/hooks/hook", body + b" ", **signed(body, KEY, "msg_4", now)).status == 404
    assert [key for key, _ in line.stored()] == ["id:msg_1", "id:msg_2"]


def test_no_instance_and_a_wrong_secret_are_answered_alike(pushed, wire):
    line = wire(
        pushed(
            f'[sensors.hook]\nsecret = "{SECRET}"\n[sensors.signed]\nuse = "hook"\nsecret = "{KEY}"\nsecret_in = "signature"'
        )
    )
    answers = [
        line.ask(method, path, b"{}" if method == "POST" else None)
        for method in ("POST", "GET")
        for path in (
            "/hooks/hook/wrong",
            "/hooks/nobody/wrong",
            "/hooks/hook",
            "/hooks/nobody",
            "/hooks/signed",
            "/hooks/",
        )
    ]
    told = {(a.status, a.body, *(v for k, v in a.headers.items() if k != "date")) for a in answers}
    assert len(told) == 1
    assert answers[0].status == 404


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('secret = "short"', "secret: it has fewer than 16 characters, and can be guessed"),
        ("secret = []", "secret: expected a secret, or a list of them"),
        ("secret = 5", "secret: expected a secret, or a list of them"),
        ('secret_in = "body"', "secret_in: expected a place"),
        ('secret_in = "heder:X"', "secret_in: expected a place; did you mean 'header'?"),
        ('secret_in = "header"', "secret_in: header needs a name"),
        ('secret_in = "path:x"', "secret_in: path has no name"),
        ('secret = "whsec_!!"\nsecret_in = "signature"', "secret: for Standard Webhooks it is whsec_ and base64"),
        ('id_in = "body:id"', "id_in: expected a header"),
    ],
)
def test_a_mistake_in_the_table_is_told_with_its_place_and_never_with_the_secret(project, pushed, toml, message):
    pushed()
    project.configure(f"[sensors.hook]\n{toml}")
    (broken,) = project.open().broken
    assert f"capteur.toml, [sensors.hook] {message}" in str(broken)
    assert isinstance(broken.error, ConfigError)
    assert "short" not in str(broken)


def test_the_secret_comes_from_the_environment_and_stays_out_of_messages(pushed):
    house = pushed('[sensors.hook]\nsecret = "env:HOOK"', {"HOOK": SECRET})
    (instance,) = house.instances
    assert instance.reception is not None
    assert instance.reception.secrets == (SECRET,)
    assert SECRET in instance.secrets
    assert SECRET not in repr(instance)


def test_rotating_a_secret_does_not_change_what_the_instance_is(pushed, project):
    before = pushed().instances[0].config_hash
    project.configure(f'[sensors.hook]\nsecret = ["{OTHER}", "{SECRET}"]')
    assert project.open().instances[0].config_hash == before


def test_a_sensor_open_to_browsers_has_no_secret(project, pushed):
    pushed()
    project.configure(f'[sensors.pixel]\nsecret = "{SECRET}"')
    (broken,) = project.open().broken
    assert "pixel is open to browsers, and a browser keeps no secret" in str(broken)
