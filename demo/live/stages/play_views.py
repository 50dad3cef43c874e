"""A case that a person goes through alone on a phone: the list of cases, a few fields to change, and the answer to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from client import AudienceCase, AudienceView, Card, Value
from demo.address.field_values import decode_values
from demo.address.page_paths import DEFAULT_PATH
from demo.fields import field_types
from demo.fields.field_type import FieldType
from demo.live.stages import case_views
from demo.live.stages.phone_feedback import build_feedback_form, build_shown_answer
from demo.live.stages.step_answers import StepAnswer, StepAnswers
from demo.session.cases import Case, case_from_row, encode_case
from demo.text.markup import concatenate
from demo.text.translation import Translation
from demo.text.wording import field_label

_MAX_FIELDS = 5
_MAX_LETTERS = 2000


def build_case_list(cases: Sequence[AudienceCase]) -> Markup:
    """Return a button for each case, and the place for the chosen one."""
    buttons = concatenate(
        Markup('<li><button type="button" data-play="{}" aria-pressed="false">{}</button></li>').format(
            case["id"], case["name"]
        )
        for case in cases
    )
    return Markup('<ul class="cases">{}</ul><p id="play-state" class="state"></p><section id="play"></section>').format(
        buttons
    )


@dataclass(frozen=True)
class Player:
    """What a phone that plays alone may see: the view of the meeting, and where the demo's pages are."""

    view: AudienceView
    answers: StepAnswers
    root: str
    tr: Translation

    def open_case(self, case: AudienceCase) -> dict[str, Any]:
        """Return a case: its answer, and the fields that can be changed. Raises ServiceError."""
        card = self._get_card(case)
        current = case_from_row(card, case["row"])
        answer = self.answers.predict(card, current.row, self.tr.language)
        fields = _list_changeable(card).items()
        inputs = [_build_input(index, field, current.row[name], self.tr) for index, (name, field) in enumerate(fields)]
        html = Markup(
            '<h2 tabindex="-1">{}</h2><div class="play-answer">{}</div><form class="inputs" data-case="{}">{}'
            '<div class="send"><button type="button" class="quiet" data-reasons>{}</button>'
            '<button type="reset" class="quiet">{}</button></div></form>'
        ).format(
            case["name"],
            self._build_answer(card, current, answer, answer),
            case["id"],
            concatenate(inputs),
            self.tr.text("Why?"),
            self.tr.text("Back to start"),
        )
        return {"html": html, **self._offer_feedback(case, answer)}

    def answer_changes(self, case: AudienceCase, changes: dict[str, Any], *, wants_reasons: bool) -> dict[str, Any]:
        """Return the answer to a case with changed fields, and the fields that were not accepted. Raises ServiceError."""
        card, language = self._get_card(case), self.tr.language
        current = case_from_row(card, case["row"])
        changeable = _list_changeable(card)
        pairs = [(name, str(text)[: _MAX_LETTERS + 2]) for name, text in changes.items() if name in changeable]
        values, rejected = decode_values(card, pairs)
        current.row = current.row | values
        start = self.answers.predict(card, current.start_row, language)
        if wants_reasons:
            now, before = (self.answers.explain(card, row, language) for row in (current.row, current.start_row))
            html = self._build_answer(card, current, start, now)
            if now.explanation and before.explanation:
                first = before.explanation if current.changed() else now.explanation
                html += case_views.build_reasons(card, current.row, now.explanation, first, self.tr)
        else:
            now = self.answers.predict(card, current.row, language)
            html = self._build_answer(card, current, start, now)
        shown = {name: changeable[name].value_with_unit(value, self.tr) for name, value in values.items()}
        refusals = dict.fromkeys((name for name, _ in rejected), self.tr.text("Please check this value."))
        return {"html": html, "values": shown, "errors": refusals, **self._offer_feedback(case, now)}

    def _get_card(self, case: AudienceCase) -> Card:
        return self.answers.get_card(case["model"], case["version"], self.tr.language)

    def _offer_feedback(self, case: AudienceCase, answer: StepAnswer) -> dict[str, Any]:
        form = build_feedback_form(answer, case["name"], self.view["reasons"], self.tr)
        return {"feedback": form, "shown": build_shown_answer(answer, self.tr.language)}

    def _build_answer(self, card: Card, case: Case, start: StepAnswer, now: StepAnswer) -> Markup:
        story = case_views.build_story(card, case, start.prediction, now.prediction, self.tr)
        return case_views.build_answer(now, self.tr) + story + self._build_page_links(card, case)

    def _build_page_links(self, card: Card, case: Case) -> Markup:
        """Return links from a case to the full pages that the meeting allows."""
        tr = self.tr
        titles = {
            "try": tr.text("Try"),
            "what-if": tr.text("What if"),
            "to-change": tr.text("What to change"),
            "how-good": tr.text("How good"),
            "about": tr.text("About the model"),
        }
        query = urlencode(encode_case(card, case, tr.language))
        links = [
            Markup('<li><a href="{}/{}?{}">{}</a></li>').format(
                self.root, "" if path == DEFAULT_PATH else path, query, titles[path]
            )
            for path in self.view["pages"]
            if path in titles
        ]
        template = Markup('<nav class="pages" aria-label="{}"><ul>{}</ul></nav>')
        return template.format(tr.text("More about this case"), concatenate(links)) if links else Markup()


def _list_changeable(card: Card) -> dict[str, FieldType]:
    """Return the fields that a phone can change: those that matter most."""
    fields = field_types.get_fields(card)
    names = [name for name in field_types.order_by_importance(card) if fields[name].has_widget and not fields[name].is_array]
    return {name: fields[name] for name in names[:_MAX_FIELDS]}


def _build_input(index: int, field: FieldType, value: Value, tr: Translation) -> Markup:
    """Return a field as an input whose value is the text that the field decodes."""
    attributes = Markup('id="field-{0}" name="{1}" aria-describedby="error-{0}"').format(index, field.field["name"])
    options = field.options()
    if options:
        choices = concatenate(
            Markup('<option value="{}"{}>{}</option>').format(
                field.encode(option), Markup(" selected") if option == value else "", field.value_text(option, tr)
            )
            for option in options
        )
        control = Markup("<select {}>{}</select>").format(attributes, choices)
    elif slider := field.slider():
        low, high, step = (repr(end) for end in slider)
        control = Markup('<input type="range" {} min="{}" max="{}" step="{}" value="{}">').format(
            attributes, low, high, step, field.encode(value)
        )
    elif field.is_long:
        control = Markup('<textarea {} rows="4" maxlength="{}">{}</textarea>').format(
            attributes, field.field.get("max_length", _MAX_LETTERS), "" if value is None else str(value)
        )
    else:
        control = Markup('<input type="{}" {} value="{}">').format(
            field.html_input, attributes, "" if value is None else field.encode(value)
        )
    shown = "" if field.is_long or options else field.value_with_unit(value, tr)
    return Markup(
        '<div class="input"><label for="field-{0}">{1} <output for="field-{0}">{2}</output></label>{3}'
        '<p class="fault" id="error-{0}"></p></div>'
    ).format(index, field_label(field.field), shown, control)
