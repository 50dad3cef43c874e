"""Describes why a file was not scored: the service's error codes in the reader's language.

An unknown code gets the service's own message.
"""

import re

from client import Busy, Failed, InvalidAnswer, Refused, ServiceError, TooSlow
from client.errors import InputError
from demo.files.scored_file import MAX_BYTES, AnswerTooLarge
from demo.text.translation import Translation
from wire.error_codes import TOO_LARGE, UNKNOWN_VERSION

_MAX_NAMED = 8
_KEY_REFUSED = {401, 403}
_QUOTED_NAMES = re.compile("“(.+?)”")
"""The message on a field that several columns could be contains their names."""
_THOUSANDS_SAMPLE = re.compile("1([,.])234")
"""The message on an unclear number contains a number with the sign of the file."""


def describe_failure(error: ServiceError, tr: Translation) -> str:
    """Return a sentence on an error whose cause is not the file."""
    if isinstance(error, Refused):
        return (
            tr.text("The model was updated meanwhile, so this file was not scored. Send it to the new version.")
            if error.code == UNKNOWN_VERSION
            else tr.text("The demo has no access to the model service. Please tell the person who runs it.")
        )
    if isinstance(error, AnswerTooLarge):
        limit = tr.number(MAX_BYTES // 2**20)
        return tr.text("The results are larger than {n} MB, the limit of this page. Split the file.", n=limit)
    sentences = {
        Busy: tr.text("The model service is busy with other files. This one has not been scored yet."),
        TooSlow: tr.text("Scoring this file took too long, so no results are shown."),
        InvalidAnswer: tr.text("The results arrived incomplete or damaged, so none are shown."),
        Failed: tr.text("The model could not score this file."),
    }
    return sentences.get(type(error)) or tr.text("The model service cannot be reached. This file was not scored.")


def is_fault_of_file(error: ServiceError) -> bool:
    """Tell whether the cause of an error is the file, so that it must be changed before it is sent again."""
    return isinstance(error, Refused) and error.code != UNKNOWN_VERSION and error.status not in _KEY_REFUSED


def find_ambiguity(error: ServiceError) -> str:
    """Return what lets a refused file be read: "decimal", "thousands," or "thousands." (the unclear sign), or "charset".

    Empty if no option helps.
    """
    codes = {each["code"] for each in error.errors} if isinstance(error, Refused) else set()
    if "unclear_thousands" in codes and (sample := _THOUSANDS_SAMPLE.search(error.detail)):
        return f"thousands{sample[1]}"
    if codes & {"mixed_decimals", "unclear_thousands"}:
        return "decimal"
    return "charset" if codes & {"wrong_encoding", "unknown_charset"} else ""


def describe_file_errors(error: Refused, tr: Translation) -> list[str]:
    """Return a sentence for each error of a file as a whole."""
    if error.code == TOO_LARGE:
        return [tr.text("This file is too large. Split it, or leave out columns that the model does not need.")]
    missing = [each["column"] for each in error.errors if each["code"] == "missing_column"]
    names = _join_names(missing)
    all_missing = tr.count("{n} column is missing: {names}.", "{n} columns are missing: {names}.", len(missing), names=names)
    sentences = [all_missing] if missing else []
    for each in error.errors:
        known = _whole_file_sentences(each, error.file["charset"], tr) | _column_sentences(each, tr)
        sentences.append(
            known.get(each["code"], f"{each['column']}: {each['message']}" if each["column"] else each["message"])
        )
    return [sentence for sentence in sentences if sentence][:_MAX_NAMED] or [error.detail]


def _whole_file_sentences(error: InputError, charset: str, tr: Translation) -> dict[str, str]:
    line = error["line"]
    wrong_encoding = (
        tr.text("The letters of the file are probably in {charset}: choose it below.", charset=charset.upper())
        if charset
        else tr.text("Some letters of the file cannot be read: save it as “CSV UTF-8”.")
    )
    return {
        "empty_file": tr.text("The file is empty: its first line must name the columns."),
        "no_header": tr.text("The first line must name the columns; this one looks like values."),
        "zero_bytes": tr.text("This is not a text file: save it as “CSV UTF-8”."),
        "wrong_encoding": wrong_encoding,
        "unknown_charset": wrong_encoding,
        "mixed_decimals": tr.text(
            "Some numbers have a decimal comma, others a decimal point: write all of them the same way."
        ),
        "unclear_thousands": tr.text(
            "Numbers such as 1,234 are ambiguous (1234 or 1.234): choose the decimal sign, or write 1234."
        ),
        "long_cell": tr.text("A cell is too long. Is a closing quote missing?"),
        "open_quote": tr.text("The row that begins in line {line} has no closing quote.", line=line),
        "text_after_quote": tr.text("Text follows a closing quote in the row that begins in line {line}.", line=line),
        "damaged_file": tr.text("The file is damaged or incomplete: save it again."),
        "several_files": tr.text(
            "The zip archive must hold one table (CSV), and for a model of pictures the pictures that it names."
        ),
        "not_workbook": tr.text("This is not an Excel workbook (.xlsx), or it has a password. Save it again without one."),
        "unknown_sheet": tr.text("The workbook has no sheet of this name."),
        "formula_without_value": tr.text(
            "Row {line} of the sheet has a formula without a value: open the file in a spreadsheet program and save it.",
            line=line,
        ),
        "compressed_batches": tr.text("The file is compressed inside: save it without compression."),
    }


def _column_sentences(error: InputError, tr: Translation) -> dict[str, str]:
    """Return code → sentence. Missing columns are listed elsewhere."""
    column, names = error["column"], ", ".join(_QUOTED_NAMES.findall(error["message"]))
    return {
        "missing_column": "",
        "ambiguous_column": tr.text("{column}: several columns could be this one: {names}.", column=column, names=names),
        "duplicate_column": tr.text("{column}: two columns have this name.", column=column or "“”"),
        "taken_column": tr.text("{column}: the results have a column of this name. Rename yours.", column=column),
        "wrong_type": tr.text("{column}: the values are not of the type that the model needs.", column=column),
    }


def _join_names(names: list[str]) -> str:
    """Return the first names, with an ellipsis if there are more."""
    return ", ".join(names[:_MAX_NAMED]) + (" …" if len(names) > _MAX_NAMED else "")
