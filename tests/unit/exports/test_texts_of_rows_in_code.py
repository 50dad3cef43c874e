"""How code reads texts: the file of Python is run in this process, on texts of every script.

The oracles are `re`, `str.lower` and the functions that the service reads texts with.
"""

import re
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.bundles.texts.term_counts import TermCounts, TermSource
from service.exports.code.languages import write_code
from service.exports.code.program import Program, ProgramField, Terms, TermsColumn
from service.exports.code.word_patterns import word_pattern
from service.exports.proof.text_rows import PIECES
from service.exports.refusals import NotExportable
from service.fields.text import TextType
from service.schemas import Card, Input, Regression, Scoring
from tests.support.exported_models import WORDS

MAX_LENGTH = 60
PATTERNS = [r"(?u)\b\w\w+\b", r"[^ ]+", r"\S+", r"[A-Za-z]{2,}", r"\b[\w'-]+\b", r"[#@]?\w+"]
TEXTS = st.text() | st.lists(st.sampled_from([*PIECES, *WORDS, "Σ", "a", " ", "www.", "@", ".", "[name]"])).map("".join)


def source_of(pattern: str, **changes: Any) -> TermSource:
    return TermSource("note", "word", ["good", "ς", "good 😀", '"'], 1, 2, pattern, **changes)


def functions_of(reading: str, source: TermSource, *, nullable: bool = False) -> dict[str, Any]:
    """Return what the file of Python defines that reads one text and counts its terms; each term has a column."""
    return _functions(reading, source.pattern, source.scale, tuple(source.stop_words), nullable)


def program_of(source: TermSource, reading: Any = "as_is", *, nullable: bool = False, columns: int = 0) -> Program:
    """Return a program that counts the terms of one text, in so many columns or in one for each term."""
    field = Input(name="note", type="text", max_length=MAX_LENGTH, nullable=nullable)
    scoring = Scoring(scorer="onnx", gate_rows=1, gate_difference=0, text=reading)
    card = Card(name="note", title="Note", question="?", inputs=(field,), output=Regression(), scoring=scoring)
    size = columns or len(source.vocabulary)
    weights = tuple(
        (term, tuple(float(at == column) for column in range(size))) for at, term in enumerate(source.vocabulary)
    )
    program_field = ProgramField(
        name="note",
        identifier="note",
        kind="text",
        is_whole=False,
        low=0,
        high=MAX_LENGTH,
        has_minimum=False,
        has_maximum=True,
        nullable=nullable,
        choices=(),
        label="Note",
        unit="",
    )
    terms = Terms("terms_note", 0, source, word_pattern(source.pattern), (1,) * size, weights)
    return Program(card, (program_field,), (terms, TermsColumn("total_1", "terms_note", 0)), ("total_1",))


@cache
def _functions(reading: Any, pattern: str, scale: Any, stop_words: Any, nullable: Any) -> dict[str, Any]:
    program = program_of(source_of(pattern, scale=scale, stop_words=frozenset(stop_words)), reading, nullable=nullable)
    module: dict[str, Any] = {"__name__": "note"}
    exec(compile(write_code(program, "python"), "note.py", "exec"), module)  # noqa: S102 - the file that is tested
    return module


@pytest.mark.parametrize("nullable", [False, True])
@pytest.mark.parametrize("reading", ["as_is", "words", "words_without_addresses"])
@given(text=TEXTS)
def test_a_text_is_read_or_refused_as_the_service_does(reading: str, nullable: Any, text: str) -> None:
    read = functions_of(reading, source_of("[^ ]+"), nullable=nullable)["text"]
    field = TextType(Input(name="note", type="text", max_length=MAX_LENGTH, nullable=nullable), reading)
    if list(field.faults([text])):
        with pytest.raises(ValueError, match=r"\Anote: "):
            read({"note": text}, "note", MAX_LENGTH, nullable)
    else:
        assert read({"note": text}, "note", MAX_LENGTH, nullable) == field.prepare(text)


@pytest.mark.parametrize("pattern", PATTERNS)
@given(text=TEXTS)
def test_a_pattern_finds_the_words_that_python_finds(pattern: str, text: str) -> None:
    module = functions_of("as_is", source_of(pattern))
    letters = module["lower_case"](list(text))
    assert "".join(letters) == text.lower()
    assert module["words_of"](letters, module["signs_of"](letters), word_pattern(pattern)) == re.findall(
        pattern, text.lower()
    )


@pytest.mark.parametrize("scale", ["counts", "presence", "logarithm"])
@given(words=st.lists(st.sampled_from(["good", "GOOD", "😀", "ΑΣ", "Σ", "ς", '"', "the", "  "])))
def test_terms_are_counted_as_the_service_counts_them(scale: str, words: list[str]) -> None:
    source = source_of("[^ ]+", scale=scale, stop_words=frozenset({"the"}))
    text = " ".join(words)
    assert functions_of("as_is", source)["count_terms_note"](text) == pytest.approx(TermCounts(source)([text])[0].tolist())


@pytest.mark.parametrize("pattern", [r"\d+", r"[a-ząęż]+", r"[^\W\d_]{3,}", r"[\x01-\x02]+", r"(a+)+", ""])
def test_a_pattern_that_languages_read_in_different_ways_is_refused(pattern: str) -> None:
    with pytest.raises(NotExportable, match="pattern of a word"):
        word_pattern(pattern)


@pytest.mark.parametrize(("terms", "columns"), [(20_000, 1), (400, 50)])
def test_no_class_of_java_holds_more_constants_than_it_may(terms: int, columns: int) -> None:
    """A class has 65,535 constants, a function as many bytes: a number takes two constants and some ten bytes."""
    source = TermSource("note", "word", [f"word{at}" for at in range(terms)], 1, 1, r"\S+")
    code = write_code(program_of(source, columns=columns), "java")
    _, *classes = re.split(r"private static final class TermsNote\d+ ", code)
    sizes = [len(re.findall(r"\d\.\d", each)) for each in classes]
    assert sum(sizes) == terms * columns
    assert max(sizes) <= 1_000
