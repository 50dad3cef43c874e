"""What the page Clients says of a stored key, and the notes under its fields: refused, warned of, expired, unknown."""

from markupsafe import Markup

from client import Card, EntityName, Prediction
from demo.session import entity_lookup, query_errors
from demo.session.entity_lookup import EntityLookup
from demo.text import answer_html, wording
from demo.text.markup import build_footer, build_paragraph
from demo.text.translation import Translation
from demo.views import field_notes


def get_entity_name(card: Card, tr: Translation) -> str:
    """Return the word for what a key names: client, advert."""
    return card["entity"].get("name") or card.get("row_name") or tr.text("case")


def build_title(card: Card, tr: Translation) -> str:
    """Return the title of the page: Client look-up."""
    if "entity" not in card:
        return tr.text("Look-up")
    word = get_entity_name(card, tr)
    return tr.text("{row} look-up", row=word[:1].upper() + word[1:] if tr.language == "en" else word)


def build_errors(card: Card, lookup: EntityLookup, tr: Translation) -> dict[str, str]:
    """Return field → the sentence for a value that the service refused."""
    states = _describe_states(tr)
    return {
        name: states.get(entity_lookup.stored_state(lookup.entity, name)) or tr.text("Please check this value.")
        for name in (field["name"] for field in card["inputs"])
        if name in query_errors.get_field_errors()
    }


def build_notes(card: Card, lookup: EntityLookup, shown: Prediction | None, tr: Translation) -> dict[str, Markup]:
    """Return field → its note, for fields that have one. `shown` is the prediction of the fields in the form."""
    warnings = field_notes.build_field_notes(card, shown["warnings"] if shown else [], tr)
    notes: dict[str, Markup] = {}
    for field in card["inputs"]:
        name = field["name"]
        sentence = _describe_source(lookup, name, tr)
        if name in warnings or sentence:
            notes[name] = warnings.get(name, Markup()) + (build_paragraph("unusual", sentence) if sentence else Markup())
    return notes


def _describe_source(lookup: EntityLookup, name: str, tr: Translation) -> str:
    """Return where a stored value comes from, or what is wrong with it; nothing for a value of the visitor."""
    features, stored = lookup.entity["stored_features"], lookup.entity["stored_prediction"]
    state = entity_lookup.stored_state(lookup.entity, name)
    if name in lookup.case.changed() or name in lookup.fresh:
        return ""
    if features and stored and entity_lookup.comes_from_prediction(lookup.entity, name):
        age = tr.time_ago(lookup.age_seconds(stored["age_seconds"]))
        return tr.text("Value used for the stored answer, {age}.", age=age)
    all_expired = bool(features and features["expired"])  # the line above the fields says this already
    return "" if state == "stored" or (state == "expired" and all_expired) else _describe_states(tr)[state]


def _describe_states(tr: Translation) -> dict[str, str]:
    return {
        "expired": tr.text("Stored too long ago to rely on."),
        "null": tr.text("Stored as unknown."),
        "missing": tr.text("Not stored."),
    }


def build_stored_answer(card: Card, item: EntityName, seconds_since: float, tr: Translation) -> Markup:
    """Return the stored answer of a key of a list, with its age, as HTML. `seconds_since` is the age of the list."""
    prediction, age = item.get("prediction"), item.get("age_seconds")
    if not prediction or age is None:
        return build_footer([] if item["stored_prediction"] else [tr.text("no stored answer")])
    stale = [tr.text("too old to rely on")] if item.get("stale") else []
    return Markup('<p class="feed-answer"><b>{}</b>{}</p>{}').format(
        wording.format_prediction(card, prediction, tr),
        answer_html.build_band_badge(card, prediction),
        build_footer([tr.text("computed {age}", age=tr.time_ago(age + seconds_since)), *stale]),
    )


def build_answer(card: Card, title: str, prediction: Prediction, parts: list[str], tr: Translation) -> Markup:
    """Return an answer with its title, and with the parts of its origin under it."""
    answer = wording.format_prediction(card, prediction, tr)
    badge, mark = (
        answer_html.build_band_badge(card, prediction),
        answer_html.build_contradiction_mark(prediction, tr),
    )
    return Markup('<section class="{}"><h2>{}</h2><p class="{}">{}</p>{}{}{}</section>').format(
        "void" if mark else "",
        title,
        answer_html.number_class(card, answer),
        answer,
        badge,
        mark,
        build_footer(parts),
    )
