"""Promises of training: honest splits, good enough models, the same bundle again, no bundle past the gate."""

from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from service.bundles.bundle_files import read_card
from service.bundles.bundle_opening import open_model
from service.fields.text import preparation, tokens
from service.jobs.payment_history import business_fields
from service.publishing.conversion.float64_graph import to_float64_graph
from service.publishing.data_split import LabelledRows
from service.publishing.plain_rows import plain_rows
from service.rows.checks import Checks
from service.schemas import LabelPrediction
from service.schemas.localization import localized
from service.training import comments, credit
from service.training.recipe import DATA, build_bundle
from service.training.recipes import RECIPES
from tests.support.bundled_models import WITHOUT_ARRAYS
from tests.support.sklearn_pipelines import pipeline_of, split_of
from wire.languages import Language

PROMISED = {"credit-default": 0.765, "credit-scorecard": 0.75, "comment-sentiment": 0.92, "diamond-price": 0.97}
PROMISED |= {"ad-response": 0.84, "garment": 0.88}


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_a_model_is_as_good_on_unseen_rows_as_promised(name: str, bundles: Path) -> None:
    metric = read_card(bundles / name).metrics[0]
    assert metric.value >= PROMISED[name]
    assert metric.rows >= 600
    assert metric.low is not None
    assert metric.high is not None
    assert metric.low < metric.value < metric.high


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_the_gate_was_passed_on_a_thousand_real_rows_or_more(name: str, bundles: Path) -> None:
    scoring = read_card(bundles / name).scoring
    assert scoring.scorer == "onnx"
    assert scoring.gate_rows >= 1000
    assert scoring.gate_difference <= 1e-5


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_the_word_for_a_row_has_all_the_forms_that_its_languages_need(name: str, bundles: Path) -> None:
    """The categories are those of Unicode CLDR for whole numbers, and `other` for fractions."""
    forms = read_card(bundles / name).row_forms
    assert forms is not None
    needed: dict[Language, tuple[str, ...]] = {"en": ("one", "other"), "pl": ("one", "few", "many", "other")}
    for language, categories in needed.items():
        assert all(getattr(localized(forms, language), category) for category in categories), language
    assert localized(forms, "pl").many != localized(forms, "en").many
    assert localized(forms, "en").one == localized(read_card(bundles / name), "en").row_name


def _fitted(name: str, _train: LabelledRows) -> Any:
    return pipeline_of(name)


def test_training_again_gives_the_same_bundle(bundles: Path, tmp_path: Path) -> None:
    for name in WITHOUT_ARRAYS:
        recipe = RECIPES[name]
        again = replace(recipe, split=partial(split_of, name), fit=partial(_fitted, name))
        assert build_bundle(again, tmp_path).version == read_card(bundles / name).version


def test_training_the_advert_model_again_gives_the_same_graph(bundles: Path) -> None:
    """The whole bundle takes longer: its rows are long."""
    card, fields = read_card(bundles / "ad-response"), split_of("ad-response").test.fields
    numbers = Checks(card).columns(plain_rows(card, fields.head(1))).numbers
    again = to_float64_graph(card, pipeline_of("ad-response"), numbers[0])
    assert again == (bundles / "ad-response" / "model.onnx").read_bytes()


def test_no_background_of_an_advert_stands_on_two_sides_of_the_split() -> None:
    split = split_of("ad-response")
    sides = [{tuple(each) for each in part.fields["embedding"]} for part in (split.train, split.test)]
    variants = pd.read_csv(DATA / "adverts.csv").set_index("advert_id")["variant"]
    train, test = (set(variants[part.aside["advert_id"]]) for part in (split.train, split.test))
    assert not sides[0] & sides[1]
    assert not train & test
    assert len(train | test) == 100


def test_no_client_stands_on_two_sides_of_the_split() -> None:
    split = credit.split_clients()
    sides = [set(part.aside["ID"]) for part in (split.train, split.calibrate, split.test)]
    assert sum(map(len, sides)) == len(set().union(*sides)) == 30_000


def test_no_stone_stands_on_two_sides_of_the_split() -> None:
    split = RECIPES["diamond-price"].split()
    keys = ["carat", "cut", "color", "clarity", "x", "y", "z"]
    whole = pd.concat([pd.concat([part.fields, part.aside], axis=1) for part in (split.train, split.calibrate, split.test)])
    assert not whole.duplicated(keys).any()


def test_no_comment_has_a_near_copy_on_the_other_side() -> None:
    split = comments.split_comments()
    train = [set(tokens(text)) for text in split.train.fields["comment"]]
    for text in split.test.fields["comment"][::7]:
        mine = set(tokens(text))
        assert all(len(mine & other) < 0.75 * len(mine | other) for other in train), text


def test_protected_attributes_are_no_inputs(bundles: Path) -> None:
    for name in ("credit-default", "credit-scorecard"):
        fields = {field.name.lower() for field in read_card(bundles / name).inputs}
        assert not fields & {"sex", "education", "marriage", "age"}
    assert set(credit.PROTECTED) <= set(credit.split_clients().test.aside)


def test_the_business_fields_mean_what_they_say() -> None:
    status = np.array([[2.0, 0, -1, -2, 1, 0]])
    bill = np.array([[500.0, 1000, -50, 0, 0, 1000]])
    paid = np.array([[300.0, 0, 0, 0, 200, 5000]])
    fields = {name: value.item() for name, value in business_fields(np.array([2000.0]), status, bill, paid).items()}
    assert fields == {
        "credit_limit": 2000,
        "months_late_now": 2,
        "worst_delay": 2,
        "months_delayed": 2,
        "share_used_now": 0.25,
        "share_used_average": 0.21,
        "share_paid": 0.25,
        "last_payment": 300,
        "average_payment": 917,
    }


def test_a_client_without_bills_has_paid_them_all() -> None:
    nothing = np.zeros((1, 6))
    assert business_fields(np.array([1000.0]), nothing, nothing, nothing)["share_paid"].item() == 1


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("GREAT day!!! :) thx", "great day !!! :) thx"),
        ("don't  stop\n\nnow", "don't stop now"),
        ("Zażółć gęślą JAŹŃ", "zażółć gęślą jaźń"),
        ("", ""),
        ("50% off?!", "50 % off ?!"),
    ],
)
def test_a_text_becomes_its_words_and_marks(text: str, cleaned: str) -> None:
    assert preparation("words")(text) == cleaned


def test_monotone_fields_never_move_the_answer_the_wrong_way(bundles: Path) -> None:
    model = open_model(bundles / "credit-default")
    for row in model.card.real_rows[:20]:
        for field, direction in (("months_late_now", 1), ("worst_delay", 1), ("share_paid", -1)):
            top = 8 if direction == 1 else 1
            answers = model.predict([row | {field: top * step / 8} for step in range(9)]).predictions
            risks = [each.probabilities["default"] * direction for each in answers if isinstance(each, LabelPrediction)]
            assert len(risks) == 9
            assert all(later >= earlier - 1e-6 for earlier, later in pairwise(risks))
