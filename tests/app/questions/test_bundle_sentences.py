"""Promises of the sentence of an explanation on the rows of the bundled models."""

import re
from pathlib import Path

import pytest

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.questions.explanations import explanations
from tests.support.sentence_checks import AVERAGE, DOWN, UP, well_formed
from wire.languages import LANGUAGES, Language

NAMES = ["comment-sentiment", "credit-default", "credit-scorecard", "diamond-price"]


@pytest.fixture(scope="module")
def models(bundles: Path) -> dict[str, Model]:
    return {name: open_model(bundles / name) for name in NAMES}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES[1:])
def test_every_real_row_gets_a_clean_sentence(
    name: str, language: Language, models: dict[str, Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.questions.explanations._ROW_BUDGET", 1000)  # a rough bar has the same words
    model = models[name]
    labels = {field.label[language] for field in model.card.inputs if isinstance(field.label, dict)}
    rows = list(model.card.real_rows[:20]) + [example.row for example in model.card.examples][:10]
    for result in (explanations(model, [row], language).explanations[0] for row in rows):
        text = str(result.sentence)
        well_formed(text, language)
        named = [label for label in labels if label in text]
        assert named or text == AVERAGE[language]
        first = result.contributions[0]
        if text != AVERAGE[language]:
            assert text.startswith((UP if first.contribution > 0 else DOWN)[language])
            field = next(field for field in model.card.inputs if field.name == first.field)
            assert isinstance(field.label, dict)
            assert text.split(": ", 1)[1].startswith(field.label[language] + " (")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_real_comment_gets_a_sentence_of_its_own_words(language: Language, models: dict[str, Model]) -> None:
    model = models[NAMES[0]]
    for row in model.card.real_rows[:20]:
        text = str(explanations(model, [row], language).explanations[0].sentence)
        assert text.startswith((UP[language], DOWN[language])) or text == AVERAGE[language]
        for quoted in re.findall("“([^”]*)”" if language == "en" else "„([^”]*)”", text):
            assert quoted.removesuffix("…") in " ".join(row["comment"].split())
