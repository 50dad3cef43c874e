"""The answer of a model on its card: labels, the one that people read, the decision bands, and the words around them."""

import re
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from service.fields.value_wording import localized_text
from service.publishing.drafting.facts import ModelFacts
from service.publishing.drafting.field_drafts import label_of
from service.publishing.drafting.target_rows import Target
from service.schemas import Band, Classification, Label, Regression, Text

_POSITIVE = re.compile(
    r"1|true|yes|y|t|tak|positive|pos|default|defaulted|churn|churned|fraud|fraudulent|spam|malignant|late|lost|fail|failed"
    r"|failure|sick|ill|bad|risk|risky|died|dead|left|exited|attrition|unusual|anomaly|outlier",
    re.IGNORECASE,
)
"""Labels whose probability people read, whatever their share is."""
_BAD = re.compile(
    r"churn|default|fraud|risk|fail|death|died|dead|malign|cancer|spam|late|delay|lost|loss|claim|bad|sick|disease|defect|fault"
    r"|error|attrition|exit|unusual|anomal|outlier|negative|delinquen|bankrupt|complain|injur|accident",
    re.IGNORECASE,
)
_GOOD = re.compile(
    r"surviv|approv|success|paid|repaid|good|benign|healthy|pass|passed|accept|renew|retain|loyal|positive|convert|bought",
    re.IGNORECASE,
)
_TWO = 2
_GENERIC = {"", "target", "y", "label", "class", "outcome", "output", "result", "truth", "answer", "0"}
_YES_NO: dict[str, Text] = {"yes": {"en": "Yes", "pl": "Tak"}, "no": {"en": "No", "pl": "Nie"}}
_SIDES: dict[str, Text] = {
    "typical": {"en": "Typical", "pl": "Typowy"},
    "unusual": {"en": "Unusual", "pl": "Nietypowy"},
}
_WORDS = {"1": "yes", "0": "no", "true": "yes", "false": "no", "yes": "yes", "no": "no", "tak": "yes", "nie": "no"}


def draft_output(target: Target, facts: ModelFacts, scores: NDArray[np.float64]) -> Classification | Regression:
    """Return the output of a card. `scores` are those of some rows of the sample: (rows, labels) or (rows, 1)."""
    if facts.task == "regression":
        subject = _lower_first(_subject(target))
        sentence: Text = {
            "en": f"estimated {subject or 'value'}",
            "pl": f"oszacowanie: {subject}" if subject else "oszacowanie",
        }
        return Regression(unit=label_of(target.name)[1] if target.name else "", sentence=sentence)
    focus = _focus(target)
    index = target.label_texts.index(focus)
    return Classification(
        labels=tuple(Label(value=text, label=label_text(text, target.label_texts)) for text in target.label_texts),
        focus=focus,
        scores="probabilities" if facts.has_probabilities else "labels",
        sentence=_sentence(target, facts, focus),
        bands=_bands(target, focus, scores[:, index]) if facts.has_probabilities and len(target.label_texts) == _TWO else (),
    )


def label_text(text: str, texts: tuple[str, ...]) -> Text:
    """Return the label of a label for people: yes and no for 1 and 0, true and false; else the label itself."""
    if text in _SIDES and set(texts) == set(_SIDES):
        return _SIDES[text]
    words = {_WORDS.get(each.lower()) for each in texts}
    return _YES_NO[_WORDS[text.lower()]] if words == {"yes", "no"} else ""


def title_of(name: str) -> str:
    """Return the title of a model for its name: churn-2026 is Churn 2026."""
    return label_of(name.replace("-", " "))[0]


def question_of(target: Target, facts: ModelFacts, title: str) -> Text:
    """Return the question that the model answers."""
    if facts.task == "outliers":
        return {"en": "Is this case typical?", "pl": "Czy ten przypadek jest typowy?"}
    subject = _subject(target) or title
    if facts.task == "regression":
        return {"en": f"{subject}: how much?", "pl": f"{subject}: ile?"}
    if {_WORDS.get(each.lower()) for each in target.label_texts} == {"yes", "no"}:
        return {"en": f"{subject}: yes or no?", "pl": f"{subject}: tak czy nie?"}
    return {"en": f"{subject}: which one?", "pl": f"{subject}: która odpowiedź?"}


def _focus(target: Target) -> str:
    """Return the label whose probability people read: a positive one, or else the rarest, or else the last."""
    positive = [text for text in target.label_texts if _POSITIVE.fullmatch(text.strip())]
    if len(positive) == 1 and (len(target.label_texts) == _TWO or not positive[0].isdigit()):
        return positive[0]
    counts = (
        np.zeros(len(target.label_texts))
        if target.truth is None
        else np.bincount(target.truth, minlength=len(target.label_texts))
    )
    present = np.flatnonzero(counts)
    if not len(present):
        return target.label_texts[-1]
    rarest = present[counts[present] == counts[present].min()]
    return target.label_texts[int(rarest[-1])]


def _sentence(target: Target, facts: ModelFacts, focus: str) -> Text:
    label = label_text(focus, target.label_texts)
    if not facts.has_probabilities:
        words = label if isinstance(label, dict) else {"en": focus, "pl": focus}
        return {"en": f"answer “{words['en']}”", "pl": f"odpowiedź „{words['pl']}”"}
    if not isinstance(label, dict):
        return {"en": f"probability of “{focus}”", "pl": f"prawdopodobieństwo odpowiedzi „{focus}”"}
    subject = _lower_first(_subject(target))
    return {
        "en": f"probability of “{subject or localized_text(label, 'en')}”",
        "pl": f"prawdopodobieństwo „{subject or localized_text(label, 'pl')}”",
    }


def _subject(target: Target) -> str:
    """Return what the target is in words; empty if it has a name that says nothing."""
    return "" if target.name.strip().lower() in _GENERIC else label_of(target.name)[0]


def _bands(target: Target, focus: str, probabilities: NDArray[np.float64]) -> tuple[Band, ...]:
    """Return two bands with one threshold: the share of the focus among the rows, or else its mean probability."""
    index = target.label_texts.index(focus)
    rate = float(np.mean(target.truth == index)) if target.truth is not None and len(target.truth) else 0.0
    if not 0 < rate < 1:
        rate = float(np.mean(probabilities)) if len(probabilities) else 0.5
    threshold = min(max(float(f"{rate:.2g}"), 0.001), 0.99)
    below, above = _tones(target, focus)
    bands = (
        Band(
            value="below_average",
            low=0.0,
            high=threshold,
            tone=below,
            label={"en": "Less likely than on average", "pl": "Mniej prawdopodobne niż średnio"},
        ),
        Band(
            value="above_average",
            low=threshold,
            high=1.0,
            tone=above,
            label={"en": "More likely than on average", "pl": "Bardziej prawdopodobne niż średnio"},
        ),
    )
    return bands[::-1] if above == "good" else bands


def _tones(target: Target, focus: str) -> tuple[Literal["good", "middle", "bad"], Literal["good", "middle", "bad"]]:
    """Return the tones below and above the threshold: neutral, unless the words say that the focus is good or bad."""
    words = f"{focus} {target.name}"
    if _BAD.search(words):
        return "good", "bad"
    return ("bad", "good") if _GOOD.search(words) else ("middle", "middle")


def _lower_first(text: str) -> str:
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def focus_scores(output: Classification | Regression, scores: NDArray[np.float64]) -> NDArray[Any]:
    """Return the number of each row (rows,) that people read: the score of the focus, or the value."""
    if isinstance(output, Regression):
        return scores[:, 0]
    return scores[:, [label.value for label in output.labels].index(output.focus)]
