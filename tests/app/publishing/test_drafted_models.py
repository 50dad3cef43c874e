"""Promises of a draft: a user's model and a sample become a bundle that answers as the model does, without a line of text."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pandas as pd
import pytest

from model_worker.model_facts import unwrapped
from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.bundles.versions.bundle_folder import default_folder
from service.publishing.drafting.draft import Drafted
from service.publishing.plain_rows import plain_rows
from service.publishing.publish import publish
from service.schemas import Card, Classification, ClassificationEvaluation, Regression
from tests.support.users_models import USERS_MODELS, UsersModel, user_model

TOLERANCE = {"tweets": 1e-6}
MIN_EXAMPLES = {"one row": 1}


@dataclass(frozen=True)
class Published:
    """A user's model, its draft and its bundle."""

    user: UsersModel
    drafted: Drafted
    model: Model

    @property
    def card(self) -> Card:
        return self.model.card


@cache
def published(name: str) -> Published:
    user = user_model(name)
    drafted = user.draft("toy")
    folder = Path(mkdtemp())
    estimator = unwrapped(user.estimator)
    publish(folder, drafted.card, estimator, drafted.split, to_onnx=user.to_onnx, attributes=drafted.attributes)
    return Published(user, drafted, open_model(default_folder(folder, "toy")))


def answers(each: Published, rows: list[Any]) -> list[Any]:
    return list(each.model.predict(rows).predictions)


@pytest.mark.parametrize("name", USERS_MODELS)
def test_the_bundle_answers_every_row_of_the_sample_as_the_model_does(name: str) -> None:
    each = published(name)
    user, output = each.user, each.card.output
    inputs = user.sample[user.inputs]
    given: Any = inputs.to_numpy() if name == "iris of an array" else inputs
    served = answers(each, plain_rows(each.card, inputs.set_axis([field.name for field in each.card.inputs], axis=1)))
    assert len(served) == len(user.sample)
    if isinstance(output, Regression):
        expected = user.estimator.predict(given)
        assert [answer.value for answer in served] == pytest.approx(expected.tolist(), rel=1e-9)
    elif output.scores == "labels":
        words = {1: "typical", -1: "unusual"} if name == "outliers" else {}
        named = [words.get(label, str(label)) for label in user.estimator.predict(given).tolist()]
        assert [answer.label for answer in served] == named
    else:
        expected = user.estimator.predict_proba(given)
        numbers = [list(answer.probabilities.values()) for answer in served]
        assert np.abs(np.array(numbers) - expected).max() <= TOLERANCE.get(name, 1e-9)


@pytest.mark.parametrize("name", USERS_MODELS)
def test_the_fields_are_the_columns_of_the_fit_in_their_order(name: str) -> None:
    each = published(name)
    assert [field.name for field in each.card.inputs] == each.user.inputs
    assert all(field.label for field in each.card.inputs)
    dtypes = {field.name: field.dtype for field in each.card.inputs}
    sample = each.user.sample
    for field, dtype in dtypes.items():
        kinds = {str(sample[field].dtype)} | ({"float64"} if sample[field].dtype.kind == "i" else set())
        assert dtype in kinds, field


@pytest.mark.parametrize("name", USERS_MODELS)
def test_the_defaults_together_are_one_real_row(name: str) -> None:
    each = published(name)
    default = {field.name: field.default for field in each.card.inputs}
    rows = plain_rows(each.card, each.user.sample[each.user.inputs])
    assert default in rows
    assert default == each.card.examples[0].row


@pytest.mark.parametrize("name", USERS_MODELS)
def test_there_are_three_to_six_different_examples_from_the_sample(name: str) -> None:
    each = published(name)
    rows = plain_rows(each.card, each.user.sample[each.user.inputs])
    examples = each.card.examples
    assert MIN_EXAMPLES.get(name, 3) <= len(examples) <= 6
    assert all(example.row in rows for example in examples)
    assert len({repr(example.row) for example in examples}) == len(examples)
    assert len({example.name for example in examples}) == len(examples)
    for example in examples:
        assert isinstance(example.label, dict)
        assert example.label.keys() == {"en", "pl"}


@pytest.mark.parametrize("name", ["breast cancer", "credit", "tweets"])
def test_the_examples_of_two_labels_are_high_low_and_on_the_borderline(name: str) -> None:
    each = published(name)
    output = each.card.output
    assert isinstance(output, Classification)
    focus = {
        example.name: answer.probabilities[output.focus]
        for example, answer in zip(
            each.card.examples, answers(each, [example.row for example in each.card.examples]), strict=True
        )
    }
    every = [answer.probabilities[output.focus] for answer in answers(each, list(each.card.real_rows))]
    threshold = min(band.high for band in output.bands)
    assert focus["high"] >= np.quantile(every, 0.9)
    assert focus["low"] <= np.quantile(every, 0.1)
    assert abs(focus["borderline"] - threshold) < 0.1


def test_the_examples_of_many_labels_show_them_each() -> None:
    each = published("wine")
    labels = [answer.label for answer in answers(each, [example.row for example in each.card.examples])]
    assert {"0", "1", "2"} <= set(labels)


@pytest.mark.parametrize("name", ["diabetes", "diamonds"])
def test_the_examples_of_a_value_are_high_and_low(name: str) -> None:
    each = published(name)
    values = {
        example.name: answer.value
        for example, answer in zip(
            each.card.examples, answers(each, [example.row for example in each.card.examples]), strict=True
        )
    }
    assert values["low"] < values["typical"] < values["high"]


def test_the_categories_are_those_of_the_encoder() -> None:
    each = published("diamonds")
    listed = {field.name: [category.value for category in field.categories] for field in each.card.inputs}
    for column in ("cut", "color", "clarity"):
        assert listed[column] == sorted(each.user.sample[column].unique())
    assert all(category.seen for field in each.card.inputs for category in field.categories)


def test_codes_and_ordered_categories_are_those_of_their_encoder() -> None:
    fields = {field.name: field for field in published("codes").card.inputs}
    assert [category.value for category in fields["region"].categories] == ["1", "3", "12"]
    assert [(category.value, category.seen) for category in fields["grade"].categories][-1] == ("top", False)
    assert [fields[name].type for name in ("age", "member")] == ["integer", "boolean"]
    ordered = {field.name: field for field in published("categories").card.inputs}
    assert [category.value for category in ordered["grade"].categories] == ["low", "middle", "high", "top"]
    assert ordered["grade"].dtype == "category"


def test_a_model_without_probabilities_is_judged_by_its_labels() -> None:
    evaluation = published("labels alone").model.evaluation
    assert isinstance(evaluation, ClassificationEvaluation)
    user = user_model("labels alone")
    right = user.estimator.predict(user.sample[user.inputs]) == user.sample["cultivar"]
    assert evaluation.accuracy
    assert evaluation.accuracy.value == pytest.approx(right.mean(), abs=1e-6)
    assert published("labels alone").card.output.bands == ()
    assert published("outliers").model.evaluation is None


@pytest.mark.parametrize("name", ["codes", "diabetes"])
def test_card_toml_of_a_published_model_drafts_the_same_card(name: str) -> None:
    from service.publishing.drafting.card_toml import describe_card

    each = published(name)
    overrides = tomllib.loads(describe_card(each.card))
    assert each.user.draft("other", overrides=overrides).card == each.drafted.card


def test_codes_without_an_encoder_stay_whole_numbers() -> None:
    kinds = {field.name: field.type for field in published("credit").card.inputs}
    assert kinds["EDUCATION"] == kinds["PAY_0"] == "integer"


def test_two_labels_have_one_threshold_at_the_share_of_the_focus() -> None:
    each = published("credit")
    output = each.card.output
    assert isinstance(output, Classification)
    share = each.user.sample["DEFAULT_NEXT_MONTH"].mean()
    assert output.focus == "1"
    assert [band.high for band in output.bands] == [pytest.approx(share, abs=0.005), 1]
    assert [band.tone for band in output.bands] == ["good", "bad"]


def test_groups_are_compared_by_a_column_that_the_model_does_not_read() -> None:
    each = published("credit")
    assert [field.name for field in each.drafted.attributes] == ["SEX"]
    assert each.model.evaluation
    assert [segment.name for segment in each.model.evaluation.segments if not segment.is_input] == ["SEX"]


def test_the_figures_are_those_of_scikit_learn() -> None:
    from sklearn.metrics import accuracy_score, brier_score_loss, roc_auc_score

    each = published("breast cancer")
    evaluation = each.model.evaluation
    assert isinstance(evaluation, ClassificationEvaluation)
    truth = each.user.sample["diagnosis"]
    probability = each.user.estimator.predict_proba(each.user.sample[each.user.inputs])[:, 1]
    assert list(each.user.estimator.classes_) == ["benign", "malignant"]
    assert evaluation.focus == "malignant"
    assert evaluation.rows == len(truth)
    assert evaluation.auc
    assert evaluation.auc.value == pytest.approx(roc_auc_score(truth == "malignant", probability), abs=1e-6)
    assert evaluation.brier
    assert evaluation.accuracy
    assert evaluation.brier.value == pytest.approx(brier_score_loss(truth == "malignant", probability), abs=1e-6)
    predicted = each.user.estimator.predict(each.user.sample[each.user.inputs])
    assert evaluation.accuracy.value == pytest.approx(accuracy_score(truth, predicted), abs=1e-6)


def test_the_evaluation_says_that_the_model_may_know_its_rows() -> None:
    assert "may have been used to fit the model" in str(published("wine").card.evaluation_note)
    assert published("wine").card.evaluated_on == "any_rows"
    held_out = user_model("wine").draft("toy", held_out=True).card
    assert held_out.evaluation_note == ""
    assert held_out.evaluated_on == "unseen_rows"


def test_without_a_target_there_is_no_evaluation_and_no_interval() -> None:
    each = published("without a target")
    assert each.model.evaluation is None
    assert each.card.metrics == ()
    assert len(each.card.real_rows) == 100
    assert each.card.real_truths == ()
    assert isinstance(each.card.output, Regression)
    assert each.card.output.interval is None
    assert each.card.output.seen is not None
    assert "no_target" in {finding.code for finding in each.drafted.findings}


def test_one_row_is_published_without_an_evaluation_and_five_rows_with_one() -> None:
    assert published("one row").model.evaluation is None
    assert "one_value" in {finding.code for finding in published("one row").drafted.findings}
    assert published("five rows").model.evaluation is not None
    assert published("five values").model.evaluation is not None


def test_a_sample_of_rows_in_another_order_of_columns_gives_the_same_card() -> None:
    user = user_model("wine")
    turned = UsersModel(user.estimator, user.sample[user.sample.columns[::-1]], user.target, user.inputs)
    assert turned.draft("toy").card == user.draft("toy").card


def test_the_target_may_be_a_column_of_its_own() -> None:
    user = user_model("wine")
    alone = UsersModel(user.estimator, user.sample[user.inputs], None, user.inputs)
    target: pd.Series[Any] = user.sample["cultivar"]
    from service.publishing.drafting.draft import draft
    from service.publishing.drafting.facts import facts_of

    drafted = draft(alone.sample, target, facts_of(user.estimator), user.scores, name="toy")
    assert drafted.card == user.draft("toy").card
