"""A recording is what a source said, without secrets, and comes back as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from capteur.errors import InputError
from capteur.web import Recorder, Redactor, read_recorded

SECRET = "s3cret-canary-0815"


def kept(path: Path, *bodies: bytes, url: str = "https://a.example/v1", secrets: tuple[str, ...] = ()) -> list[bytes]:
    """The bodies as they come back."""
    recorder, redactor = Recorder(), Redactor(secrets)
    for body in bodies:
        recorder.take("GET", url, 200, "application/json", body, redactor)
    recorder.save(path)
    return [answer.body for answer in read_recorded(path)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>\xc3\xa9</html>",
        b"\xff\xfe\x00bytes",
        b'{"half": [1, 2',
        b"domain,name\r\nacme.com,Acme\r\n",
        b'"a text"',
    ],
)
def test_what_is_no_json_object_comes_back_byte_for_byte(tmp_path: Path, body: bytes) -> None:
    assert kept(tmp_path / "a.json", body) == [body]


def test_json_comes_back_as_the_same_value_and_is_readable_in_the_file(tmp_path: Path) -> None:
    value = {"rounds": [{"key": "r1", "name": "Léa", "amount": 12.5, "none": None, "yes": True}]}
    (body,) = kept(tmp_path / "a.json", json.dumps(value).encode())
    assert json.loads(body) == value
    assert '"name": "Léa"' in (tmp_path / "a.json").read_text(encoding="utf-8")


def test_a_secret_that_is_met_late_is_missing_in_the_first_answer_too(tmp_path: Path) -> None:
    recorder, redactor = Recorder(), Redactor()
    recorder.take("POST", "https://a.example/login", 200, "", json.dumps({"session": SECRET}).encode(), redactor)
    redactor.add(SECRET)
    recorder.take("GET", f"https://a.example/v1?sid={SECRET}", 200, "", f"hello {SECRET}".encode(), redactor)
    recorder.save(tmp_path / "a.json")
    assert SECRET not in (tmp_path / "a.json").read_text()


@pytest.mark.parametrize(
    "name", ["access_token", "refreshToken", "client_secret", "password", "api_key", "Authorization"]
)
def test_what_sounds_like_a_credential_is_masked_though_nobody_knew_it(tmp_path: Path, name: str) -> None:
    (body,) = kept(tmp_path / "a.json", json.dumps({name: SECRET}).encode())
    assert json.loads(body) == {name: "[secret]"}


@pytest.mark.parametrize("name", ["key", "issue_key", "next_page_token", "cursor", "keywords"])
def test_what_a_sensor_reads_on_its_way_stays(tmp_path: Path, name: str) -> None:
    value = {name: "abcdefgh-1234", "next": "https://a.example/v1?page_token=abcdefgh-1234"}
    (body,) = kept(tmp_path / "a.json", json.dumps(value).encode())
    assert json.loads(body) == value


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[1]", '[{"method": "GET"}]', "not json", '[{"method":"GET","url":"u","status":"x","body":""}]'],
)
def test_a_file_that_is_no_fixture_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)
    with pytest.raises(InputError, match=r"a\.json is not a recorded fixture"):
        read_recorded(path)


def test_a_fixture_that_is_not_there_names_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(InputError) as missing:
        read_recorded(tmp_path / "a.json")
    assert missing.value.fix == "capteur try NAME --record"
