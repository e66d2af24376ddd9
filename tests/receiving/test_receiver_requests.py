"""What a receiver takes and what it refuses, over real sockets: sizes, packing, slow and hostile senders, ids, rates."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import zlib
from dataclasses import replace
from datetime import timedelta

import pytest

from capteur.errors import ConfigError, StoreFull
from capteur.receiving import receiving, uvicorn_server
from capteur.receiving.rates import Rates

SECRET = "a-secret-in-the-path-1"
PATH = f"/hooks/hook/{SECRET}"


@pytest.fixture
def line(pushed, wire):
    """A receiver whose bodies have 4 kB at most."""
    return wire(pushed(f'[receiving]\nbody_kb = 4\n[sensors.hook]\nsecret = "{SECRET}"'))


def request(body: bytes, path: str = PATH, *headers: str, length: int | None = None) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body) if length is None else length}\r\n"
    return (head + "".join(f"{h}\r\n" for h in headers) + "\r\n").encode("latin-1") + body


def answers(sock: socket.socket, count: int) -> list[int]:
    """The statuses of so many answers without a body."""
    content = b""
    while content.count(b"\r\n\r\n") < count:
        part = sock.recv(65_536)
        if not part:
            break
        content += part
    return [int(part.split(b" ")[0]) for part in content.split(b"HTTP/1.1 ")[1:]]


# what is taken


def test_a_delivery_is_answered_once_it_is_stored(line, visit):
    assert line.post(body=visit(1)).status == 200
    ((key, body),) = line.stored()
    assert key.startswith("sha256:")
    assert json.loads(body) == visit(1)
    assert len(line.kept) == 1


def test_headers_are_kept_by_a_list_and_credentials_never(line):
    told = {
        "Content_Type": "application/json",
        "X_Event": "page",
        "Authorization": "Bearer x",
        "Cookie": "a=b",
        "X_Other": "y",
    }
    line.post(PATH + "?utm=mail&empty=", **told)
    ((headers, query, client),) = line.stored("headers, query, client")
    assert json.loads(headers) == {"content-type": "application/json", "x-event": "page"}
    assert json.loads(query) == {"utm": "mail", "empty": ""}
    assert client is None


def test_what_the_sender_numbers_is_kept_once(line, visit):
    for number in (1, 2):
        assert line.post(body=visit(number), webhook_id="msg_1").status == 200
    assert [key for key, _ in line.stored()] == ["id:msg_1"]


def test_the_header_of_the_number_may_be_another(pushed, wire, visit):
    line = wire(pushed(f'[sensors.hook]\nsecret = "{SECRET}"\nid_in = "header:X-Request-Id"'))
    for number in (1, 2):
        line.post(body=visit(number), X_Request_Id="r-7", webhook_id=f"msg_{number}")
    assert [key for key, _ in line.stored()] == ["id:r-7"]


@pytest.mark.parametrize(
    "odd", ["a b", "é", "x" * 500, "%00", "../../etc", "'; DROP TABLE delivery; --", "\t1"], ids=repr
)
def test_an_odd_number_is_a_number(line, odd):
    assert line.post(webhook_id=odd).status == 200
    assert line.post(webhook_id=odd).status == 200
    ((key, _),) = line.stored()
    assert key.startswith("id:")
    assert len(key) <= 210


def test_the_same_content_is_kept_once_an_hour(line, clock):
    line.post(PATH + "?a=1")
    clock.advance(timedelta(minutes=59))
    line.post(PATH + "?a=1")
    assert len(line.stored()) == 1, "also over the turn of an hour"
    line.post(PATH + "?a=2")
    assert len(line.stored()) == 2, "the query is content"
    clock.advance(timedelta(minutes=2))
    line.post(PATH + "?a=1")
    assert len(line.stored()) == 3


def test_gzip_is_unpacked_before_it_is_stored(line, visit):
    body = json.dumps(visit(1)).encode()
    assert line.post(body=gzip.compress(body), Content_Encoding="gzip").status == 200
    assert line.stored("body") == [(body,)]


def test_a_signature_may_be_of_what_was_packed_or_of_what_is_in_it(pushed, wire, signed, clock):
    key, now = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", int(clock.now().timestamp())
    line = wire(pushed(f'[sensors.hook]\nsecret = "{key}"\nsecret_in = "signature"'))
    packed = gzip.compress(b'{"id": 1, "domain": "acme.com"}')
    for number, over in enumerate((packed, gzip.decompress(packed))):
        told = signed(over, key, f"msg_{number}", now)
        assert line.post("/hooks/hook", packed, Content_Encoding="gzip", **told).status == 200


def test_asking_with_get_says_that_the_address_is_right(line):
    assert line.ask("GET", PATH).body == b"send with POST\n"
    assert line.ask("HEAD", PATH).status == 200
    echoed = line.ask("GET", PATH + "?hub.mode=subscribe&hub.challenge=1158201444")
    assert (echoed.body, echoed.headers["content-type"]) == (b"1158201444", "text/plain; charset=utf-8")
    assert echoed.headers["x-content-type-options"] == "nosniff"
    assert line.ask("GET", PATH + "?challenge=" + "x" * 600).body == b"send with POST\n"
    assert line.stored() == []


# what is refused


def test_a_body_that_is_too_large_is_refused_by_its_length_before_it_is_read(line):
    with line.raw() as sock:
        sock.sendall(request(b"", length=4097))
        assert answers(sock, 1) == [413], "and not a byte of it was sent"
    assert line.refused == {("hook", "size"): 1}


def test_a_body_without_a_length_is_counted(line):
    with line.raw() as sock:
        sock.sendall(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
        for _ in range(5):
            sock.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")
        assert answers(sock, 1) == [413]


def test_a_bomb_is_refused_by_what_would_come_out_of_it(line):
    bomb = gzip.compress(b"x" * 10_000_000)[:]
    assert len(bomb) > 4096
    small = gzip.compress(b"x" * 5_000)
    assert line.post(body=small, Content_Encoding="gzip").status == 413
    assert line.stored() == []


@pytest.mark.parametrize(
    ("body", "packing", "status"),
    [
        (b"not gzip", "gzip", 400),
        (gzip.compress(b"{}")[:-3], "gzip", 400),
        (gzip.compress(b"{}") + b"more", "gzip", 400),
        (zlib.compress(b"{}"), "deflate", 415),
        (b"{}", "br", 415),
        (b"{}", "gzip, gzip", 415),
        (b"{}", "identity", 200),
    ],
    ids=["none", "cut-off", "with more", "deflate", "brotli", "twice", "plain"],
)
def test_only_gzip_and_nothing_are_understood(line, body, packing, status):
    assert line.post(body=body, Content_Encoding=packing).status == status


def test_other_methods_and_other_paths(line):
    assert line.ask("PUT", PATH, b"{}").status == 405
    assert line.ask("DELETE", "/hooks/nobody/x").headers["allow"] == "POST"
    for path in ("/", "/hook", "/hooksy/hook", "//hooks/hook", "/../hooks", "/hooks/hook/" + SECRET + "/more"):
        assert line.ask("POST", path, b"{}").status == 404, path


def test_a_body_that_takes_too_long_is_given_up(pushed):
    house, here = pushed(), ("127.0.0.1", 0)
    with receiving(house, listen=here, body_s=0.2) as port, socket.create_connection((here[0], port), 20) as sock:
        sock.sendall(request(b"{", length=50))
        assert answers(sock, 1) == [408]
        while sock.recv(100):  # to the end: it hung up
            pass
    assert house.deliveries() == []


def test_a_connection_that_says_nothing_or_half_is_given_up(pushed, monkeypatch):
    monkeypatch.setattr(uvicorn_server, "HEAD_S", 0.2)
    with receiving(pushed(), listen=("127.0.0.1", 0)) as port:
        for said in (b"", b"POST /ho", b"POST /hooks/x HTTP/1.1\r\nHost: x\r\n"):
            with socket.create_connection(("127.0.0.1", port), 20) as sock:
                sock.sendall(said)
                assert sock.recv(1000) == b"", said


def test_a_client_that_goes_away_leaves_nothing(line):
    with line.raw() as sock:
        sock.sendall(request(b"{", length=50))
    assert line.post().status == 200
    assert len(line.stored()) == 1


def test_a_head_without_end_is_refused(line):
    with line.raw() as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 70_000)
        assert answers(sock, 1) == [400]


@pytest.mark.parametrize(
    "said",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"POST /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nHost: x\r\nBad\x00Name: 1\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused_and_the_next_is_served(line, said):
    with line.raw() as sock:
        sock.sendall(said)
        assert answers(sock, 1) in ([400], [])
    assert line.post().status == 200


def test_headers_that_come_twice_or_in_no_alphabet_do_no_harm(line):
    with line.raw() as sock:
        sock.sendall(
            request(
                b"{}", PATH, "webhook-id: a", "webhook-id: b", "User-Agent: \xff\xfe<script>", "X-Event: " + "y" * 5000
            )
        )
        assert answers(sock, 1) == [200]
    ((headers,),) = line.stored("headers")
    kept = json.loads(headers)
    assert (kept["webhook-id"], kept["user-agent"], len(kept["x-event"])) == ("a, b", "ÿþ<script>", 1000)


def test_requests_that_come_together_are_answered_in_order(line):
    bad = request(b"{}", "/hooks/hook/wrong")
    with line.raw() as sock:
        sock.sendall(request(b'{"n": 1}') + request(b'{"n": 2}') + request(b'{"n": 3}'))
        assert answers(sock, 3) == [200, 200, 200]
        sock.sendall(request(b'{"n": 4}'))
        assert answers(sock, 1) == [200], "and the connection is still there"
        sock.sendall(bad)
        assert answers(sock, 1) == [404]
    assert [json.loads(body)["n"] for _, body in line.stored()] == [1, 2, 3, 4]


def test_expect_100_continue_is_not_answered_with_it_where_it_is_refused_anyway(line):
    with line.raw() as sock:
        sock.sendall(request(b"", "/hooks/hook/wrong", "Expect: 100-continue", length=100))
        assert answers(sock, 1) == [404]


# how much, how often


def test_many_senders_share_transactions_and_nothing_is_lost(line):
    def send(first: int) -> None:
        with line.raw() as sock:
            for number in range(first, first + 25):
                sock.sendall(request(b'{"n": %d}' % number))
                assert answers(sock, 1) == [200]

    threads = [threading.Thread(target=send, args=(n * 25,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(json.loads(body)["n"] for _, body in line.stored()) == [*range(200)]


def test_who_sends_too_much_is_told_when_to_come_back(pushed, wire, clock):
    line = wire(
        pushed(
            f'[receiving]\nrate = 2\n[sensors.hook]\nsecret = "{SECRET}"\n[sensors.other]\nuse = "hook"\nsecret = "{SECRET}"'
        )
    )
    assert [line.post(webhook_id=str(n)).status for n in range(5)] == [200] * 4 + [429]
    assert line.post().headers["retry-after"] == "1"
    assert line.post(f"/hooks/other/{SECRET}").status == 200, "the others are not to blame"
    clock.advance(timedelta(seconds=1))
    assert line.post(webhook_id="x").status == 200
    assert line.refused["hook", "rate"] == 2


def test_who_guesses_is_slowed_down_and_who_knows_is_not(pushed, wire):
    line = wire(pushed())
    statuses = [line.post("/hooks/hook/guess-" + str(n)).status for n in range(35)]
    assert statuses == [404] * 30 + [429] * 5
    assert line.post().status == 200


def test_who_does_not_sign_takes_nothing_from_who_does(pushed, wire, signed, clock):
    key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    line = wire(pushed(f'[receiving]\nrate = 2\n[sensors.hook]\nsecret = "{key}"\nsecret_in = "signature"'))
    told = signed(b"{}", key, "msg_1", int(clock.now().timestamp()))
    assert {line.post("/hooks/hook", b"{ }", **told).status for _ in range(10)} == {404}
    assert line.post("/hooks/hook", b"{}", **told).status == 200


def test_the_senders_address_is_what_our_own_proxy_says_of_it(pushed, wire):
    line = wire(pushed(f'[receiving]\nproxies = ["127.0.0.1"]\n[sensors.hook]\nsecret = "{SECRET}"'))
    for n in range(35):
        line.post("/hooks/hook/guess", X_Forwarded_For=f"192.0.2.1, 198.51.100.{n}")
    assert line.post("/hooks/hook/guess", X_Forwarded_For="198.51.100.200").status == 404


def test_the_memory_of_addresses_is_bounded():
    rates = Rates(1.0, 1.0, lambda: 0.0, most=100)
    for n in range(1_000):
        assert rates.take(str(n)) == 0.0
    assert len(rates) == 100
    assert rates.take("999") == 1.0


def test_a_store_that_is_full_has_the_sender_come_back(pushed, wire, monkeypatch):
    house = pushed()
    line = wire(house)
    real = house.keep_deliveries

    def full(_arrived):
        def work(_conn):
            raise StoreFull("store: the disk is full")

        return house.store.write(work)

    monkeypatch.setattr(type(house), "keep_deliveries", lambda _self, arrived: full(arrived))
    with receiving(house, listen=("127.0.0.1", 0)) as port:
        answer = replace(line, port=port).post()
    assert (answer.status, answer.headers["retry-after"]) == (503, "6")
    monkeypatch.setattr(type(house), "keep_deliveries", lambda _self, arrived: real(arrived))
    assert line.post().status == 200


def test_a_database_that_may_not_grow_has_the_sender_come_back_and_then_takes_it(pushed, wire):
    """The real thing: SQLite's own limit on the size of the file."""
    house = pushed("[receiving]\nbody_kb = 4096\n" + f'[sensors.hook]\nsecret = "{SECRET}"')
    line = wire(house)

    def limit(conn, pages=None):
        driver = conn.connection.driver_connection
        now = driver.execute("PRAGMA page_count").fetchone()[0]
        driver.execute(f"PRAGMA max_page_count = {pages or now + 2}")

    house.store.write(limit).result()
    assert line.post(body=b"x" * 1_000_000).status == 503
    house.store.write(lambda conn: limit(conn, 1_000_000)).result()
    assert line.post(body=b"x" * 1_000_000).status == 200
    assert len(line.stored()) == 1


# beginning and end


def test_a_port_that_is_taken_is_told_with_the_cure(pushed, wire):
    house = pushed()
    port = wire(house).port
    with pytest.raises(
        ConfigError, match=rf'listen: another program listens there: 127.0.0.1, port {port}.*fix: listen = "127'
    ):
        receiving(house, listen=("127.0.0.1", port)).__enter__()


def test_a_missing_uvicorn_is_told_with_the_cure(pushed, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "capteur.receiving.uvicorn_server", raising=False)
    with pytest.raises(
        ConfigError, match=r"receiving needs uvicorn, which is not installed.*pip install 'capteur\[receiving\]'"
    ):
        receiving(pushed(), listen=("127.0.0.1", 0)).__enter__()


def test_what_is_under_way_at_the_end_is_answered(pushed):
    house = pushed()
    context = receiving(house, listen=("127.0.0.1", 0))
    port = context.__enter__()
    sock = socket.create_connection(("127.0.0.1", port), 20)
    sock.sendall(request(b"{}", length=4))
    ending = threading.Thread(target=context.__exit__, args=(None, None, None))
    ending.start()
    sock.sendall(b"  ")
    assert answers(sock, 1) == [200]
    ending.join(15)
    assert len(house.deliveries()) == 1
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), 1)
    sock.close()


def test_two_receivers_on_one_database_keep_what_both_were_sent_once(stored_project, pushed_everywhere, wire):
    one = wire(pushed_everywhere())
    two = wire(stored_project.open())

    def send(line, numbers):
        with line.raw() as sock:
            for number in numbers:
                sock.sendall(request(b"{}", PATH, f"webhook-id: msg_{number}"))
                assert answers(sock, 1) == [200]

    threads = [
        threading.Thread(target=send, args=(one, range(60))),
        threading.Thread(target=send, args=(two, range(59, -1, -1))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(key for key, _ in one.stored()) == sorted(f"id:msg_{n}" for n in range(60))
