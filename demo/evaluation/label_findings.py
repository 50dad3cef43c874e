"""The findings of a model with many labels: which label is answered for which, and how good each label is."""

from markupsafe import Markup

from client import Card, Evaluation
from client.shapes.evaluation import Confusion, ConfusionMatrix, LabelFigures
from demo.charts import evaluation_charts
from demo.charts.estimate_chart import Estimate
from demo.charts.evaluation_charts import AxisTitles
from demo.evaluation.findings import Finding, explain_intervals, format_interval, format_share_ticks
from demo.text import wording
from demo.text.markup import build_scrollable, concatenate
from demo.text.translation import Translation
from demo.views import case_story


def find_matrix(card: Card, evaluation: Evaluation) -> ConfusionMatrix | None:
    """Return the confusion matrix of a model whose answer is one of many labels; None for other models."""
    return evaluation.get("confusion") if evaluation["kind"] == "classification" and wording.names_label(card) else None


def describe_labels(card: Card, evaluation: Evaluation, matrix: ConfusionMatrix, tr: Translation) -> Finding:
    """Describe how many answers are right, with the confusion matrix, and how often each label is found."""
    accuracy = evaluation["overall"]
    if evaluation["kind"] == "classification":
        accuracy = evaluation.get("accuracy") or accuracy
    sentence = tr.text("{share} of the answers are correct.", share=format_interval(accuracy, tr, 1))
    if matrix["confusions"]:
        first = name_confusion(card, matrix["confusions"][0], tr)
        sentence += " " + tr.text("Most often confused: {confusion}.", confusion=first)
    notes = (
        tr.text("Rows: what it really is. Columns: what the model answered. Right answers are on the diagonal, in green."),
        explain_intervals(tr, in_chart=False),
    )
    labels = concatenate(
        Markup("<li>{}</li>").format(_describe_label(card, each, tr)) for each in matrix["by_label"] if each["found"]
    )
    folded = Markup("<details><summary>{}</summary><ul>{}</ul></details>").format(tr.text("Each answer in words"), labels)
    table = _build_matrix(card, matrix, tr) + folded
    return Finding(sentence, None, notes, table=table)


def _describe_label(card: Card, figures: LabelFigures, tr: Translation) -> str:
    """Return how often a label is found, and how often its answers are right."""
    label = wording.label_texts(card).get(figures["label"], figures["label"])
    found, right = (format_interval(each, tr) if each else "–" for each in (figures["found"], figures["right"]))
    return tr.text(
        "“{label}”: the model finds {found} of them; {right} of these answers are right",
        label=label,
        found=found,
        right=right,
    )


def name_confusion(card: Card, confusion: Confusion, tr: Translation) -> str:
    """Return what is taken for what."""
    texts = wording.label_texts(card)
    truth, answer = (texts.get(label, label) for label in (confusion["truth"], confusion["answer"]))
    return tr.text("“{answer}” instead of “{truth}”", truth=truth, answer=answer)


def build_confusion(card: Card, confusion: Confusion, tr: Translation) -> Markup:
    """Return what is taken for what, how often, and some of these rows."""
    rows = concatenate(
        Markup("<span>{} {}</span>").format(case_story.build_row(card, each["row"], tr), tr.percent(each["probability"]))
        for each in confusion["rows"]
    )
    share = tr.text("{share} of them", share=format_interval(confusion["share"], tr))
    return Markup('<p class="outcome"><strong>{}</strong>: {}</p><div class="confused">{}</div>').format(
        name_confusion(card, confusion, tr), share, rows
    )


def describe_certainty(matrix: ConfusionMatrix, theme: str, tr: Translation) -> Finding:
    """Describe the calibration of the likeliest label: how often answers of about one share are right."""
    bins = matrix["calibration"]
    worst = max(bins, key=lambda each: abs(each["said"] - each["happened"]["value"]))
    sentence = tr.text(
        "Largest gap: of the answers with about {said}, {happened} are right.",
        said=tr.percent(worst["said"]),
        happened=format_interval(worst["happened"], tr),
    )
    points = [
        (each["said"], Estimate("", each["happened"]["value"], each["happened"]["low"], each["happened"]["high"], ""))
        for each in bins
    ]
    titles = AxisTitles(tr.text("Probability of the answer"), tr.text("Share of right answers"), format_share_ticks(tr))
    note = tr.text("On the dashed line, the probability and the share of right answers are equal.")
    return Finding(
        sentence, evaluation_charts.draw_calibration(points, titles, theme), (note, explain_intervals(tr, in_chart=True))
    )


def _build_matrix(card: Card, matrix: ConfusionMatrix, tr: Translation) -> Markup:
    texts = wording.label_texts(card)
    names = [texts.get(label, label) for label in matrix["labels"]]
    head = concatenate(Markup('<th scope="col"><span>{}</span></th>').format(name) for name in names)
    body = concatenate(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(name, _build_cells(row, index, tr))
        for index, (name, row) in enumerate(zip(names, matrix["counts"], strict=True))
    )
    table = Markup('<table class="label-matrix"><thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table>')
    return build_scrollable(table.format(head, body))


def _build_cells(row: list[int], index: int, tr: Translation) -> Markup:
    """Return the counts of one true label; the deeper the colour, the larger the share of this label."""
    whole = max(1, sum(row))
    return concatenate(
        Markup('<td class="{}" style="--depth:{:.2f}">{}</td>').format(
            "right" if column == index else "wrong", count / whole, tr.number(count) if count else ""
        )
        for column, count in enumerate(row)
    )
