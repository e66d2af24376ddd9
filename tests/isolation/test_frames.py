"""What crosses between two processes arrives as it was, however it is cut into pieces."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from capteur import errors
from capteur.accounts import AccountRef
from capteur.sensing.crossing import make_error, tell_error
from capteur.sensing.frames import MOST, TAG, Parser, as_stranger, encode, pack, unpack

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.dates()
    | st.times()
    | st.datetimes(timezones=st.none() | st.just(UTC))
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3) | st.just(TAG), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    assert unpack(json.loads(json.dumps(pack(value, as_stranger)))) == value


def test_what_json_has_no_form_for_comes_back_too() -> None:
    ref = AccountRef("Acme", "acme.com", {"cik": "7"})
    values = [SecretStr("s3cret"), ref, date(2026, 1, 2), datetime(2026, 1, 2, tzinfo=UTC), time(3, 4)]
    assert unpack(json.loads(json.dumps(pack(values, as_stranger)))) == values


def test_a_stranger_keeps_its_name_and_its_text() -> None:
    (made,) = unpack(json.loads(json.dumps(pack([1 + 2j], as_stranger))))
    assert (type(made).__name__, str(made)) == ("complex", "(1+2j)")


@given(st.lists(st.tuples(st.text(max_size=5), st.binary(max_size=40)), max_size=5), st.integers(1, 30))
def test_frames_survive_being_cut_anywhere(told: list[tuple[str, bytes]], size: int) -> None:
    data = b"".join(encode({"t": text}, blob) for text, blob in told)
    parser = Parser()
    found = [frame for at in range(0, len(data), size) for frame in parser.feed(data[at : at + size])]
    assert [(message["t"], blob) for message, blob in found] == told


@given(st.binary(min_size=8))
def test_bytes_of_somebody_else_end_in_garbled_or_in_waiting(data: bytes) -> None:
    assert {message["t"] for message, _ in Parser().feed(data)} <= {"garbled"}


def test_what_came_before_the_garbage_is_kept() -> None:
    found = Parser().feed(encode({"t": "thing"}) + b"\xff" * 8)
    assert [message["t"] for message, _ in found] == ["thing", "garbled"]
    assert int.from_bytes(b"\xff" * 4) > MOST


@pytest.mark.parametrize(
    "name", [n for n, c in vars(errors).items() if isinstance(c, type) and issubclass(c, Exception)]
)
def test_an_error_of_ours_is_caught_as_itself_on_the_other_side(name: str) -> None:
    cls = getattr(errors, name)
    again = make_error(json.loads(json.dumps(tell_error(cls("what", why="why", fix="fix")))))
    assert type(again) is cls
    assert str(again) == "what (why)  fix: fix"


def test_a_wait_that_was_asked_for_crosses() -> None:
    again = make_error(tell_error(errors.RateLimited("429", retry_after=7)))
    assert isinstance(again, errors.RateLimited)
    assert again.retry_after == 7


def test_a_host_that_is_down_crosses_with_its_name_and_wait() -> None:
    again = make_error(tell_error(errors.HostDown("waiting for x.example", host="x.example", retry_after=7)))
    assert isinstance(again, errors.HostDown)
    assert (again.host, again.retry_after) == ("x.example", 7)


def test_a_foreign_error_keeps_name_family_text_and_line() -> None:
    class OddError(KeyError):
        pass

    with pytest.raises(OddError) as caught:
        raise OddError("rounds")
    again = make_error(tell_error(caught.value), elsewhere=True)
    assert isinstance(again, LookupError)
    assert (type(again).__name__, str(again)) == ("OddError", "'rounds'")
    assert again.place.startswith("test_frames.py:")  # type: ignore[attr-defined]  # Elsewhere has it


def test_stopping_is_told_as_stopping() -> None:
    assert isinstance(make_error(tell_error(errors.Stopped("stopped")), elsewhere=True), errors.Stopped)
