"""Cases with answers for tests of documents and pictures: plain cards, hostile texts."""

from copy import deepcopy
from typing import Any, cast

from client import Card, Explanation
from demo.leave_behind.case_part import AnsweredCase
from tests.support.demo_cards import card_of

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": "\" onload='alert(1)' x=\"",
    "picture": "![x](http://attacker.example/leak.png)",
    "tag": "<img src=http://attacker.example/leak.png onerror=alert(1)>",
    "style": "</style><style>@import url(http://attacker.example/a.css)</style>",
    "formula": '=HYPERLINK("http://attacker.example")',
    "template": "{title} {{7*7}} %s",
    "bidi": "\u202eabc\u2066def",
    "controls": "a\x00b\x1bc\x85d\ud800e\ufffff",
    "marks": "Z" + "\u0335" * 4000,
    "wide": "漢字" * 300,
}
BANDS: list[dict[str, Any]] = [
    {"value": "yes", "low": 0.0, "high": 0.2, "tone": "good", "label": "Approve"},
    {"value": "ask", "low": 0.2, "high": 0.5, "tone": "middle", "label": "Ask a person"},
    {"value": "no", "low": 0.5, "high": 1.0, "tone": "bad", "label": "Refuse"},
]


def credit_card(count: int = 8, **more: Any) -> Card:
    """Return the card of a model with bands and so many fields."""
    inputs = [{"name": f"f{index}", "type": "number", "label": f"Field {index}", "unit": "zł"} for index in range(count)]
    output = {"kind": "classification", "labels": [{"value": "paid"}, {"value": "late"}], "focus": "late"}
    shown = {"bands": deepcopy(BANDS), "sentence": "risk of not paying"}
    return card_of(
        inputs, output | shown, **({"name": "credit", "version": "89ceed0b" + "0" * 56, "title": "Credit"} | more)
    )


def answered(name: str, card: Card, share: float = 0.31, **more: Any) -> AnsweredCase:
    """Return a case of `credit_card`, each of whose fields contributes a little less than the one before."""
    row = {field["name"]: float(index) for index, field in enumerate(card["inputs"])}
    contributions = [
        {"field": field, "value": value, "contribution": (0.2 - value / 50) * (-1) ** int(value)}
        for field, value in row.items()
    ]
    said = {
        "base": 0.22,
        "output": share,
        "standard_error": 0.0,
        "contributions": contributions,
        "sentence": "Raised most by: Field 0.",
        "prediction": {
            "label": "paid",
            "probabilities": {"late": share, "paid": 1 - share},
            "decision": next(band["value"] for band in BANDS if band["low"] <= share < band["high"]),
            "warnings": [],
        },
        "usualness": {"percentile": 42.0, "fields": []},
    }
    return AnsweredCase(name, card, row, cast(Explanation, said), **more)
