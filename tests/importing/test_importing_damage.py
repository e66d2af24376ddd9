"""Damaged lists: nothing good is lost, every bad row is told by its true line, and what is no list says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capteur.errors import InputError
from capteur.importing import ImportFile, read_accounts


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str | bytes], ImportFile]:
    def of(content: str | bytes) -> ImportFile:
        file = tmp_path / "accounts.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_accounts(file)

    return of


def lines(file: ImportFile) -> list[int]:
    return [row.line for row in file.rows]


def test_lines_are_physical_lines(read):
    """A cell with line breaks, blank lines and any line end count as what an editor shows."""
    file = read('domain,name\r\n"a.example","A\r\nof\r\nthree"\r\n\r\n\nb.example,B\rc.example,C\n1.2.3.4,bad\n')
    assert lines(file) == [2, 7, 8]
    assert file.rows[0].name == "A of three"
    assert [b.line for b in file.bad] == [9]


def test_a_header_with_a_line_break_reads(read):
    file = read('domain,"company\nname",standing\na.example,A,\nb.example,B,foe\n')
    assert lines(file) == [3]
    assert [b.line for b in file.bad] == [4]


@pytest.mark.parametrize("rest", ["", 'z.example,"Zed"\n', 'z.example,Zed"\n', 'z.example,"Z" ed"\n'])
def test_a_quote_that_is_never_closed_costs_its_own_line_only(read, rest):
    file = read('domain,name\na.example,A\nb.example,"B\nc.example,C\nd.example,D\n' + rest)
    assert lines(file)[:3] == [2, 4, 5]
    assert (file.bad[0].line, file.bad[0].reason) == (3, "a quote that is never closed")


def test_two_open_quotes_do_not_swallow_what_lies_between(read):
    """They pair up to one well-formed cell; but its lines are rows of their own."""
    file = read('domain;name\na.example;"A\nb.example;B\nc.example;C"\nd.example;D\n')
    assert lines(file) == [3, 4, 5]
    assert [b.line for b in file.bad] == [2]


def test_a_mark_for_inches_is_no_quote(read):
    file = read('domain,name\na.example,24" Monitors\nb.example,"24"" Monitors"\nc.example,C\n')
    assert [r.name for r in file.rows] == ['24" Monitors', '24" Monitors', "C"]


def test_a_quote_in_the_middle_is_told(read):
    file = read('domain,name\na.example,"A" and B\nb.example,B\n')
    assert [(b.line, b.reason) for b in file.bad] == [(2, "quotes within a cell must be doubled")]
    assert lines(file) == [3]


def test_a_huge_cell_costs_its_own_line_only(read):
    file = read(f'domain,name\na.example,"{"x" * 200_000}"\nb.example,B\n')
    assert [(b.line, b.reason) for b in file.bad] == [(2, "a cell of more than 128 KB")]
    assert lines(file) == [3]


def test_a_long_name_is_shortened(read):
    assert len(read(f"domain,name\na.example,{'x' * 5000}\n").rows[0].name) == 200


def test_nul_bytes_are_told(read):
    file = read("domain,name\na.example,A\x00A\nb.example,B\n")
    assert [b.line for b in file.bad] == [2]
    assert lines(file) == [3]


def test_a_half_written_last_line_is_not_taken(read):
    """`acme.co` of `acme.com,Acme`: a domain, but another company's."""
    file = read("domain,name\na.example,A\nacme.co")
    assert lines(file) == [2]
    assert [(b.line, b.reason) for b in file.bad] == [(3, "cut off: 1 of 2 columns, and the file ends here")]


def test_a_whole_last_line_without_its_break_is_taken(read):
    assert lines(read("domain,name\na.example,A\nb.example,B")) == [2, 3]


def test_short_rows_are_filled_and_long_ones_told(read):
    file = read("domain,name,owner\na.example\nb.example,B,,,\nc.example,C, Inc.,Ann\n")
    assert lines(file) == [2, 3]
    assert file.bad[0].line == 4
    assert file.bad[0].reason.startswith("4 columns where the first line has 3")


NO_LIST = {
    "empty": (b"", "is empty", "one domain a line"),
    "blank": (b"\xef\xbb\xbf \r\n\r\n", "is empty", "one domain a line"),
    "delimiters only": (b",,,\n,,,\n", "is empty", "one domain a line"),
    "xlsx": (b"PK\x03\x04" + b"\x00" * 100, "is an Excel workbook", "Save as, CSV UTF-8"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "is an old Excel workbook", "Save as, CSV UTF-8"),
    "gzip": (b"\x1f\x8b\x08\x00" + b"x" * 100, "compressed with gzip", "gunzip"),
    "PDF": (b"%PDF-1.7 ...", "is a PDF", "CSV"),
    "a database": (b"SQLite format 3\x00" + b"\x00" * 100, "is a database", "CSV"),
    "binary": (bytes(range(1, 32)) * 30, "is not a text file", "CSV"),
    "HTML": (b"<!DOCTYPE html><html><body>Log in</body></html>", "is HTML, XML or JSON", "CSV"),
    "JSON": (b'[{"domain": "acme.com"}]', "is HTML, XML or JSON", "CSV"),
    "no domains": (b"Firm,City\nAcme,Paris\n", "no column holds the domains", "--map domain=COLUMN"),
    "an open quote in the header": (
        b'"domain,name\nacme.com,A\n',
        "its first line cannot be read",
        "save it as CSV again",
    ),
}


@pytest.mark.parametrize(("content", "what", "cure"), NO_LIST.values(), ids=NO_LIST)
def test_what_is_no_list_names_the_cure(read, content, what, cure):
    with pytest.raises(InputError) as caught:
        read(content)
    assert what in str(caught.value)
    assert cure in caught.value.fix


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    with pytest.raises(InputError, match=r"there is no .*nowhere\.csv"):
        read_accounts(tmp_path / "nowhere.csv")
    with pytest.raises(InputError, match="is a folder"):
        read_accounts(tmp_path)


@given(st.binary(max_size=2000))
def test_no_bytes_break_it(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("any") / "accounts.csv"
    file.write_bytes(b"domain,name\n" + content)
    try:
        found = read_accounts(file)
    except InputError:
        return
    total = len(b"domain,name\n".splitlines()) + len(content.splitlines()) + 1
    assert all(1 <= row.line <= total for row in (*found.rows, *found.bad))


@given(st.lists(st.tuples(st.integers(0, 9999), st.text("ab\"',;\n\r \t", max_size=12)), max_size=30))
def test_what_a_csv_writer_writes_comes_back_whole(tmp_path_factory, rows):
    """Quotes, delimiters and line breaks within cells, as a correct writer puts them."""
    import csv

    file = tmp_path_factory.mktemp("any") / "accounts.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["domain", "name"])
        writer.writerows((f"a{number}.example", name) for number, name in rows)
    found = read_accounts(file)
    assert not found.bad
    assert {row.domain for row in found.rows} == {f"a{number}.example" for number, _ in rows}


def test_ten_thousand_rows_read_in_a_moment(read):
    file = read("domain,name\n" + "".join(f"acme{i}.example,Acme {i}\n" for i in range(10_000)))
    assert len(file.rows) == 10_000
