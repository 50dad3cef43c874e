"""How often people agree with a model, in words: the share, what it rests on, and how sure it is."""

from markupsafe import Markup

from client import AgreementFigures
from demo.text.translation import Translation


def build_agreement(figures: AgreementFigures, name: str, tr: Translation) -> Markup:
    """Return the agreement with one version as HTML. `name` is how the page calls the version."""
    share = "–" if figures["agreement"] is None else tr.percent(figures["agreement"])
    line = Markup('<p class="headline agreed"><strong>{}</strong><span><b>{}</b> {}</span></p>')
    return line.format(share, name, describe_agreement(figures, tr))


def describe_agreement(figures: AgreementFigures, tr: Translation) -> str:
    """Return what the share rests on, and between which shares the true one most likely is."""
    agree, decided, interval = figures["agree"], figures["agree"] + figures["disagree"], figures["interval"]
    people, unsure = tr.number(figures["people"]), tr.number(figures["unsure"])
    behind = (
        tr.text("People: {people}. Not sure: {unsure}.", people=people, unsure=unsure)
        if figures["unsure"]
        else tr.text("People: {people}.", people=people)
    )
    if interval is None:
        return f"{tr.text('Nobody has agreed or disagreed yet.')} {behind}"
    counts = tr.count(
        "{agree} of {n} opinion agrees with the model.",
        "{agree} of {n} opinions agree with the model.",
        decided,
        agree=tr.number(agree),
    )
    low, high = (tr.percent(end) for end in interval)
    sure = tr.text("If many more were asked, most likely between {low} and {high} would agree.", low=low, high=high)
    return f"{counts} {behind} {sure}"
