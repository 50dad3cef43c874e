"""Promises of files in another encoding: the refusal names the line, and the encoding that the bytes suggest."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.files.csv_format.dialect import detect_encoding
from service.files.csv_format.encoding_faults import encoding_fault, zero_bytes_fault

POLISH = "imię;miasto\r\nZażółć;Łódź\r\n"
WORDS = st.sampled_from([b"a;b", b"", "ż".encode(), "zażółć".encode() * 9, b'"x y"', b"1" * 300_000])
BREAKS = st.sampled_from([b"\n", b"\r\n", b"\r"])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(WORDS, BREAKS), max_size=12), wrong=st.sampled_from([b"\xff", b"a\xb3", "ż".encode()[:1]]))
def test_the_line_of_the_first_wrong_byte_is_named(rows: list[tuple[bytes, bytes]], wrong: bytes, tmp_path: Path) -> None:
    before = b"".join(word + line_break for word, line_break in rows)
    (tmp_path / "rows.csv").write_bytes(before + wrong)
    line = 1 + len(re.findall(rb"\r\n|\r|\n", before))
    fault = encoding_fault(tmp_path / "rows.csv", "utf-8")
    assert fault.faults[0].line == line
    assert fault.detail.startswith(f"The file is not UTF-8: see line {line:,}.")


@pytest.mark.parametrize(
    ("text", "encoding", "charset"),
    [
        (POLISH, "cp1250", "windows-1250"),
        ("name\nŚwięta „dziś”\n", "cp1250", "windows-1250"),
        (POLISH + "Piąta ścieżka;Śląsk\r\n", "iso8859-2", "iso-8859-2"),
        ("nom;prix\nCafé à l’été;5 €\n", "cp1252", "windows-1252"),
        ("Straße;Größe\n", "cp1252", "windows-1252"),
        ("\x81\x83\x88\x90", "latin-1", ""),
    ],
)
def test_the_letters_suggest_an_encoding(text: str, encoding: str, charset: str, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(text.encode(encoding))
    fault = encoding_fault(tmp_path / "rows.csv", "utf-8")
    assert fault.charset == charset
    assert fault.detail.endswith(f"Content-Type: text/csv; charset={charset}." if charset else "Save it as “CSV UTF-8”.")


def test_a_wrong_byte_after_letters_of_utf_8_suggests_no_other_encoding(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(POLISH.encode() + POLISH.encode("cp1250"))
    fault = encoding_fault(tmp_path / "rows.csv", "utf-8-sig")
    assert (fault.charset, fault.faults[0].line) == ("", 3)


def test_a_file_in_utf_8_with_another_charset_says_to_leave_it_out(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes(POLISH.encode())
    fault = encoding_fault(tmp_path / "rows.csv", "cp1250")
    assert "leave out the charset" in fault.detail
    assert (fault.charset, fault.faults[0].line) == ("utf-8", 2)  # Ł is 0xC5 0x81, and windows-1250 has no 0x81


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_cut_file_in_utf_16_is_not_called_windows_1250(encoding: str, tmp_path: Path) -> None:
    mark = b"" if encoding == "utf-16" else b"\xfe\xff"
    (tmp_path / "rows.csv").write_bytes(mark + POLISH.encode(encoding)[:-5])
    fault = encoding_fault(tmp_path / "rows.csv", "utf-16")
    assert fault.detail == "The file is not UTF-16: see line 2. It is damaged or cut off. Save it as “CSV UTF-8”."
    assert (fault.charset, fault.faults[0].line) == ("", 2)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (POLISH.encode("utf-16-le"), "UTF-16 without its byte order mark"),
        (POLISH.encode("utf-16-be"), "UTF-16 without its byte order mark"),
        (POLISH.encode("utf-32"), "UTF-32"),
        (b"PAR1\x15\0\x15\x10", "it is a Parquet file. Send it as application/vnd.apache.parquet."),
        (b"PK\x03\x04\x14\0\0\0", "a zip archive or an Excel workbook"),
        (b"a;b\n\0;1\n", "it holds zero bytes"),
    ],
)
def test_zero_bytes_say_what_the_file_is(head: bytes, words: str) -> None:
    fault = zero_bytes_fault(head)
    assert words in fault.detail
    assert fault.faults[0].code == "zero_bytes"


def test_a_mark_of_utf_16_is_followed_whatever_charset_is_named() -> None:
    assert detect_encoding(POLISH.encode("utf-16"), "windows-1250") == "utf-16"
