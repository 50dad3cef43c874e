"""Small bundles with every kind of field that code takes, missing values included: linear models, trees, and hostile cards."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from service.bundles.bundle_files import write_card
from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.exports.code.program import Program
from service.exports.code.program_builder import build_program
from service.exports.program_forms import PROGRAM_FORMS, ProgramForm
from service.exports.proof.proof_answers import Answer, service_answers
from service.exports.proof.proof_rows import special_rows
from service.publishing.conversion.float64_graph import to_float64_graph
from service.publishing.plain_rows import plain_rows
from service.rows.checks import Checks
from service.schemas import Band, Card, Category, Classification, Input, IntervalRule, Label, Regression, Row, Scoring

BUNDLED = ["credit-scorecard", "credit-default", "diamond-price"]
REAL_ROWS = 1000
SINGLE = "toy-single-precision"
"""The service computes this one in 32 bits."""
ROWS = 1200
KINDS = ["flat", "house", "room to let"]
INPUTS = (
    Input(name="area", type="number", minimum=5, maximum=400, label="Area", unit="m²"),
    Input(name="rooms", type="integer", minimum=0, maximum=9, nullable=True),
    Input(name="income", type="number", nullable=True, shown_as="percent"),
    Input(name="kind", type="category", nullable=True, categories=tuple(Category(value=each) for each in KINDS)),
    Input(name="lift", type="boolean"),
    Input(name="class", type="category", categories=tuple(Category(value=each) for each in ("A", "B", "C", "D", "E"))),
)
BANDS = (
    Band(value="take", low=0.6, high=1, tone="good"),
    Band(value="look", low=0.25, high=0.6, tone="middle"),
    Band(value="leave", low=0, high=0.25, tone="bad"),
)
THREE = Classification(labels=(Label(value="low"), Label(value="middle"), Label(value="high")), focus="high", bands=BANDS)
TWO = Classification(labels=(Label(value="no"), Label(value="yes")), focus="yes", bands=BANDS)
VALUE = Regression(unit="EUR", interval=IntervalRule(coverage=0.9, margin=0.2))
_SCORING = Scoring(scorer="onnx", gate_rows=ROWS, gate_difference=0)
# One text for each way in which source code, a query, a page or a terminal reads something else than text.
HOSTILE = (
    "quote \" apostrophe ' grave ` backslash \\ end",
    "line one\nline two\r\n\u2028three\u2029four\x85five\x0b\x0c",
    "*/ /* // -- # <!-- --> ]]> <![CDATA[ ?> <?xml",
    "${1+1} {{ 7*7 }} {% raw %} #{x} %s %d {0} {} \\u0041 \\x41 \\n",
    "'); DROP TABLE rows; -- \"; import os; os.abort()",
    "\u202eright to left\u202c \u2066isolate\u2069 \u200bzero width \ufeffmark",
    "zażółć gęślą jaźń 😀 e\u0301",
    "=1+1 @SUM(A1) +2 -3",
    "__proto__",
    "None",
)
KEPT_BY_CELLS = tuple("".join(letter for letter in text if letter == "\n" or letter.isprintable()) for text in HOSTILE)
"""The same texts without the characters that a cell of a workbook loses."""
NAMES = ("a'b`c", "${d} */ --", "=e+1 ; DROP TABLE", "class", "%s {0} {{x}}", "zażółć 😀 <!--")


@dataclass(frozen=True)
class ModelCase:
    """A model and its bundle, real rows, and what the service answers for these rows and special ones."""

    model: Model
    folder: Path
    real: list[Row]
    rows: list[Row]
    expected: list[Answer]


@dataclass(frozen=True)
class ExportCase(ModelCase):
    """A model that can be a program."""

    program: Program


def export_case(model: Model, folder: Path, real: list[Row], form: ProgramForm = PROGRAM_FORMS["python"]) -> ExportCase:
    """Return a model with rows at its thresholds, missing, unknown and refused values behind real ones."""
    rows = real + special_rows(model, folder, real, spacing=form.spacing)
    program = build_program(model, folder, max_depth=form.max_depth)
    return ExportCase(model, folder, real, rows, service_answers(model, rows), program)


def table() -> pd.DataFrame:
    """Return the fields; a tenth of the values that may be missing is."""
    random = np.random.default_rng(21)
    kinds = np.array([*KINDS, None], dtype=object)
    return pd.DataFrame(
        {
            "area": random.uniform(5, 400, ROWS).round(1),
            "rooms": np.where(random.random(ROWS) < 0.1, np.nan, random.integers(0, 10, ROWS)),
            "income": np.where(random.random(ROWS) < 0.1, np.nan, random.lognormal(size=ROWS)),
            "kind": pd.Series(kinds[random.choice(4, ROWS, p=[0.3, 0.3, 0.3, 0.1])], dtype="str"),
            "lift": random.random(ROWS) < 0.5,
            "class": pd.Series(random.choice(np.array(["A", "B", "C", "D", "E"], dtype=object), ROWS), dtype="str"),
        }
    )


def _signal(fields: pd.DataFrame) -> Any:
    noise = np.random.default_rng(22).normal(size=ROWS)
    signal = fields["area"] / 100 + fields["income"].fillna(1) - fields["rooms"].fillna(4) / 5 + fields["lift"]
    return (signal + 2 * (fields["kind"] == "house") - (fields["class"] == "C") + noise).to_numpy()


def _prepared(model: Any) -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    numbers = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    steps = make_column_transformer(
        (numbers, ["area", "rooms", "income"]), ("passthrough", ["lift"]), (encoder, ["kind", "class"])
    )
    return make_pipeline(steps, model)


def _linear() -> Any:
    from sklearn.linear_model import LogisticRegression

    return _prepared(LogisticRegression(max_iter=500))


def _line() -> Any:
    from sklearn.linear_model import Ridge

    return _prepared(Ridge())


def _boosted() -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    steps = make_column_transformer(("passthrough", ["area", "rooms", "income", "lift"]), (encoder, ["kind", "class"]))
    return make_pipeline(steps, HistGradientBoostingClassifier(max_iter=20, random_state=0))


def _single_precision() -> Any:
    from sklearn.compose import make_column_transformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder
    from xgboost import XGBClassifier

    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    steps = make_column_transformer(("passthrough", ["area", "rooms", "income", "lift"]), (encoder, ["kind", "class"]))
    return make_pipeline(steps, XGBClassifier(n_estimators=10, max_depth=3))


MODELS: dict[str, tuple[Callable[[], Any], Classification | Regression]] = {
    "toy-scorecard": (_linear, THREE),
    "toy-line": (_line, VALUE),
    "toy-trees": (_boosted, TWO),
    SINGLE: (_single_precision, TWO),
}


def write_bundle(folder: Path, name: str) -> Model:
    """Fit a model and write its bundle into an empty folder; return it, opened."""
    make, output = MODELS[name]
    fields = table()
    signal = _signal(fields)
    truth = {THREE: np.digitize(signal, [1.5, 3.5]), TWO: (signal > 2).astype(int), VALUE: signal}[output]
    card = Card(name=name, title="Toy", question="?", inputs=INPUTS, output=output, scoring=_SCORING)
    columns = Checks(card).columns(plain_rows(card, fields))
    (folder / "model.onnx").write_bytes(to_float64_graph(card, make().fit(fields, truth), columns.numbers[0]))
    write_card(folder, msgspec.structs.replace(card, real_rows=tuple(plain_rows(card, fields))))
    return open_model(folder)


DATED: dict[str, tuple[Input, ...]] = {
    "toy-dates": (Input(name="born", type="date", minimum="1950-01-01", maximum="2020-12-31", nullable=True),),
    "toy-moments": (
        Input(name="born", type="date", nullable=True),
        Input(name="seen", type="datetime", minimum="2020-01-01T00:00:00Z", maximum="2026-12-31T23:59:59Z"),
    ),
}
"""Models of dates: name → fields."""


MOMENTS = (
    *("2025-11-29", "2025-11-29T10:20", "2025-11-29t10:20z", "2025-11-29 10:20:30.1239999Z", "2025-11-29T10:20:30+0130"),
    *(
        "2025-11-29T23:20:30-11:45",
        "2025-02-29",
        "2024-02-29",
        "2025-04-31T10:00Z",
        "2025-13-01",
        "2025-00-10",
        "0000-01-01",
    ),
    *("2025-11-29T24:00:00Z", "2025-11-29T10:60Z", "2025-11-29T10:20:60Z", "2025-11-29T10:20+24:00", "2025-11-29T10Z"),
    *("2025-11-29\n", " 2025-11-29", "2025-11-29T", "25-11-29", "29.11.2025", "\u0662025-11-29", "now", "today", ""),
)
"""Dates with a time, in ISO form and not."""


def odd_moments(name: str, rows: list[Row]) -> list[Row]:
    """Return rows with other spellings of a moment, if the model has one."""
    if name != "toy-moments":
        return []
    days = ("2000-02-29T00:00:00", "2000-02-29 00:00Z", "2000-02-29T10:00:00Z", "1900-02-29", "2000-02-29T00:00:00.001Z")
    return [{**rows[0], "seen": text} for text in MOMENTS] + [{**rows[0], "born": text} for text in days]


def write_dated_bundle(folder: Path, name: str) -> Model:
    """Fit trees on days since 1970 and write their bundle into an empty folder; return it, opened."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    random = np.random.default_rng(23)
    born = np.where(random.random(ROWS) < 0.1, np.nan, random.integers(-7305, 18627, ROWS))
    seen = random.integers(18262 * 86_400_000, 20819 * 86_400_000, ROWS) / 86_400_000
    fields = pd.DataFrame({"born": born, "seen": seen})[[field.name for field in DATED[name]]]
    truth = np.nan_to_num(born, nan=0.0) / 365 + seen % 7 + random.normal(size=ROWS)
    card = Card(name=name, title="Toy", question="?", inputs=DATED[name], output=VALUE, scoring=_SCORING)
    model = HistGradientBoostingRegressor(max_iter=20, random_state=0).fit(fields, truth)
    columns = Checks(card).columns(plain_rows(card, fields))
    (folder / "model.onnx").write_bytes(to_float64_graph(card, model, columns.numbers[0]))
    write_card(folder, msgspec.structs.replace(card, real_rows=tuple(plain_rows(card, fields))))
    return open_model(folder)


TEXTED = "toy-texts"
"""A model of two texts and a number, whose names and words are hostile."""
WORDS = (
    *("good", "bad", "the", "ΟΔΥΣΣΕΥΣ", "σας", "ΑΣ'", "İSTANBUL", "Straße", "DON'T", "naïve", "e\u0301clair", "١٢٣", "漢字"),
    *(
        "😀",
        "👩\u200d💻",
        "𐐀𐐁",
        "x\x1cy",
        "a\xa0b",
        "nul\0",
        '"',
        "\\",
        '\\"',
        "\\u0041",
        "*/",
        "${good}",
        "{{bad}}",
        "\u202ebidi",
    ),
)
_TEXT_INPUTS = (
    Input(name=NAMES[0], type="text", max_length=400, label=HOSTILE[2]),
    Input(name=NAMES[1], type="text", max_length=90, nullable=True, label=HOSTILE[1]),
    Input(name="area", type="number", minimum=0, maximum=9),
)


def write_text_bundle(folder: Path) -> Model:
    """Fit a line on the words of two texts and a number, and write its bundle into an empty folder; return it, opened."""
    from sklearn.compose import make_column_transformer
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.preprocessing import StandardScaler

    random = np.random.default_rng(24)
    words = [*WORDS, *HOSTILE]
    notes = [" ".join(random.choice(words, 5)) for _ in range(ROWS)]
    titles = [" ".join(random.choice(WORDS, random.integers(0, 5))) for _ in range(ROWS)]
    fields = pd.DataFrame({NAMES[0]: notes, NAMES[1]: titles, "area": random.uniform(0, 9, ROWS)})
    parts = [("good", 2), ("ς", 1), ("😀", 1), ("the", -1), ("\\", -2)]
    signal = fields["area"] / 9 + sum(
        weight * fields[NAMES[0]].str.lower().str.count(re.escape(part)) for part, weight in parts
    )
    pieces = TfidfVectorizer(token_pattern="[^ ]+", ngram_range=(1, 2), min_df=4, norm="l1")  # noqa: S106
    presence = CountVectorizer(token_pattern="[A-Za-z]{2,}", lowercase=False, binary=True, stop_words=["bad", "DON"])  # noqa: S106
    steps = make_column_transformer(
        (make_union(pieces, presence), NAMES[0]),
        (TfidfVectorizer(sublinear_tf=True, stop_words=["the", "σας"]), NAMES[1]),
        (StandardScaler(), ["area"]),
    )
    model = make_pipeline(steps, LogisticRegression(max_iter=500)).fit(fields, np.digitize(signal, [0.5, 1.5]))
    card = Card(name=TEXTED, title=HOSTILE[2], question="?", inputs=_TEXT_INPUTS, output=THREE, scoring=_SCORING)
    rows = plain_rows(card, fields)
    (folder / "model.onnx").write_bytes(to_float64_graph(card, model, Checks(card).columns(rows).numbers[0]))
    write_card(folder, msgspec.structs.replace(card, real_rows=tuple(rows)))
    return open_model(folder)


def write_hostile_bundle(folder: Path, bundle: Path, card: Card, texts: tuple[str, ...] = HOSTILE) -> Model:
    """Write a bundle with the same numbers, whose names, labels, categories and texts are hostile."""
    (folder / "model.onnx").write_bytes((bundle / "model.onnx").read_bytes())
    names = dict(zip((field.name for field in card.inputs), NAMES, strict=True))
    categories = {
        (field.name, each.value): texts[(at + 3 * index) % len(texts)]
        for index, field in enumerate(card.inputs)
        for at, each in enumerate(field.categories)
    }

    def renamed(row: Row) -> Row:
        return {names[name]: categories.get((name, str(value)), value) for name, value in row.items()}

    inputs = tuple(
        msgspec.structs.replace(
            field,
            name=names[field.name],
            label=texts[1 + index],
            unit=texts[2],
            categories=tuple(Category(value=categories[field.name, each.value]) for each in field.categories),
        )
        for index, field in enumerate(card.inputs)
    )
    output: Any = card.output
    changes: dict[str, Any] = {
        "bands": tuple(msgspec.structs.replace(band, value=texts[at]) for at, band in enumerate(output.bands))
    }
    if isinstance(output, Classification):
        labels = dict(zip((label.value for label in output.labels), texts[8:] + texts[1:], strict=False))
        changes["labels"] = tuple(Label(value=labels[label.value]) for label in output.labels)
        changes["focus"] = labels[output.focus]
    hostile = msgspec.structs.replace(
        card,
        title=texts[0] + texts[1],
        question=texts[2] + texts[3],
        inputs=inputs,
        output=msgspec.structs.replace(output, **changes),
        real_rows=tuple(map(renamed, card.real_rows)),
    )
    write_card(folder, hostile)
    return open_model(folder)
