"""One entry of feedback as HTML: a line of the list, and all that it refers to. What people wrote is only text."""

from collections.abc import Iterable
from datetime import datetime, tzinfo

from markupsafe import Markup

from client import Card, StoredFeedback
from demo.feedback.feedback_entry import describe_reason
from demo.fields import field_types
from demo.review import answer_text
from demo.text.markup import build_typed, concatenate
from demo.text.translation import Translation
from demo.text.wording import field_label
from wire.languages import LANGUAGES

_MAX_WORDS = 140
_MAX_REASONS = 3
_MARKS = {"agree": "✓", "disagree": "✕", "unsure": "?"}


def verdict_texts(tr: Translation) -> dict[str, str]:
    """Return verdict → its word."""
    return {"disagree": tr.text("Disagrees"), "unsure": tr.text("Not sure"), "agree": tr.text("Agrees")}


def state_texts(tr: Translation) -> dict[str, str]:
    """Return state → its word."""
    return {
        "new": tr.text("New"),
        "accepted": tr.text("Accepted"),
        "rejected": tr.text("Rejected"),
        "done": tr.text("Done"),
    }


def build_heads(tr: Translation) -> Markup:
    """Return the heads of the columns; the lines repeat them for screen readers and on a phone."""
    return Markup('<div class="opinion heads" aria-hidden="true">{}</div>').format(
        concatenate(Markup("<span>{}</span>").format(head) for head in _heads(tr))
    )


def _heads(tr: Translation) -> list[str]:
    return [
        tr.text("Verdict"),
        tr.text("Case"),
        tr.text("The model said"),
        tr.text("Right in their eyes"),
        tr.text("In their words"),
        tr.text("Who, when"),
        tr.text("State"),
    ]


def build_line(entry: StoredFeedback, card: Card | None, title: str, zone: tzinfo, tr: Translation) -> Markup:
    """Return an entry as one line of the list. `title` is that of its model."""
    words = " · ".join(filter(None, [describe_reason(entry["reason"] or "", tr), entry["comment"]]))
    cells = [
        Markup('<b class="verdict verdict-{}">{} {}</b>').format(
            entry["verdict"], _MARKS.get(entry["verdict"], ""), verdict_texts(tr).get(entry["verdict"], entry["verdict"])
        ),
        Markup("<small>{}</small> {}").format(title, _typed(answer_text.build_case(card, entry["row"], tr))),
        answer_text.build_answer(card, answer_text.find_prediction(entry), tr),
        _typed(answer_text.describe_named_answer(card, entry["right_answer"], tr)),
        _typed(words),
        Markup("{} <small>{}</small>").format(_typed(entry["name"] or ""), _moment(entry["created"], zone, tr)),
        Markup('<span class="state state-{}">{}</span>').format(
            entry["state"], state_texts(tr).get(entry["state"], entry["state"])
        ),
    ]
    pieces = (
        Markup('<span class="{}"><span class="head">{}: </span>{}</span>').format("" if cell else "void", head, cell)
        for head, cell in zip(_heads(tr), cells, strict=True)
    )
    return Markup('<div class="opinion">{}</div>').format(concatenate(pieces))


def build_case(entry: StoredFeedback, card: Card | None, tr: Translation) -> Markup:
    """Return the row as the person saw it: every field with its value."""
    fields = field_types.get_fields(card) if card else {}
    known = [
        (field_label(fields[name].field), fields[name].build_value(entry["row"][name], tr))
        for name in fields
        if name in entry["row"]
    ]
    unknown = [
        (name, answer_text.build_raw_value(name, value)) for name, value in entry["row"].items() if name not in fields
    ]
    return build_facts([*known, *unknown])


def build_words(entry: StoredFeedback, card: Card | None, meeting: str, zone: tzinfo, tr: Translation) -> Markup:
    """Return what the person said, and where: everything but the case and the answers."""
    shown, fields = entry["shown"], field_types.get_fields(card) if card else {}
    reasons = shown.get("reasons")
    named = [str(name) for name in reasons][:_MAX_REASONS] if isinstance(reasons, list) else []
    labels = [field_label(fields[name].field) if name in fields else name for name in named]
    language = str(shown.get("language", ""))
    facts = [
        (tr.text("Right in their eyes"), answer_text.describe_named_answer(card, entry["right_answer"], tr)),
        (tr.text("Reason"), describe_reason(entry["reason"] or "", tr)),
        (tr.text("In their words"), entry["comment"] or ""),
        (tr.text("Who"), entry["name"] or ""),
        (tr.text("Meeting"), meeting),
        (tr.text("When"), _moment(entry["created"], zone, tr)),
        (tr.text("On the page"), _page_title(str(shown.get("page", "")), tr)),
        (tr.text("In the language"), tr.language_name(language) if language in LANGUAGES else ""),
        (tr.text("Reasons on screen"), ", ".join(labels)),
    ]
    return build_facts((name, text) for name, text in facts if text)


def build_facts(facts: Iterable[tuple[str, str]]) -> Markup:
    """Return names with texts as HTML. A text that is Markup stays as it is."""
    pieces = (
        Markup("<dt>{}</dt><dd>{}</dd>").format(name, text if isinstance(text, Markup) else build_typed(text))
        for name, text in facts
    )
    return Markup('<dl class="facts">{}</dl>').format(concatenate(pieces))


def _typed(text: str) -> Markup:
    """Return a text that somebody typed, shortened; Markup stays as it is."""
    return text if isinstance(text, Markup) else build_typed(text, _MAX_WORDS)


def _page_title(path: str, tr: Translation) -> str:
    titles = {
        "try": tr.text("Try"),
        "what-if": tr.text("What if"),
        "to-change": tr.text("What to change"),
        "compare": tr.text("Compare"),
        "files": tr.text("Files"),
        "clients": tr.text("Clients"),
        "feed": tr.text("Feed"),
    }
    return titles.get(path, path[:_MAX_WORDS])


def _moment(created: str, zone: tzinfo, tr: Translation) -> str:
    return tr.day_and_time(datetime.fromisoformat(created).astimezone(zone))


def build_note(text: str) -> Markup:
    """Return a text of ours that stands where an answer would."""
    return Markup('<span class="note">{}</span>').format(text)
