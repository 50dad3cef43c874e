"""A model in a document: what it is for, how good it is, where it comes from, and what people said of its answers."""

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from client import Card
from demo.evaluation import baseline_text, metric_text
from demo.text.markup import TableRow, build_paragraph, build_table, concatenate
from demo.text.training_text import list_training_lines
from demo.text.translation import Translation


def build_model(card: Card, tr: Translation) -> Markup:
    """Return the section of a model, from its card."""
    parts = [Markup("<h2>{}</h2>").format(card["title"])]
    parts.append(build_paragraph("summary", card.get("summary", "")))
    parts += [
        _build_texts(tr.text("What it is for"), [card.get("purpose", "")]),
        _build_texts(tr.text("What it is not for"), card.get("not_for", [])),
        _build_metrics(card, tr),
        _build_texts(tr.text("Good to know"), card.get("limits", [])),
        _build_origin(card, tr),
    ]
    return Markup('<section class="model">{}</section>').format(concatenate(parts))


def build_figures(figures: Iterable[Mapping[str, Any]], cards: Iterable[Card], tr: Translation) -> Markup:
    """Return what people said of the answers: agreement with its interval, and how many people are behind it."""
    titles = {card["name"]: card["title"] for card in cards}
    rows = []
    for each in figures:
        interval, share = each["interval"], each["agreement"]
        agreement = "–" if share is None else tr.percent(share)
        if interval:
            agreement += " " + tr.text(
                "(between {low} and {high})", low=tr.percent(interval[0]), high=tr.percent(interval[1])
            )
        numbers = [tr.number(each[name]) for name in ("people", "agree", "disagree", "unsure")]
        name = Markup("<bdi>{}</bdi> · {}").format(titles.get(each["model"], each["model"]), each["version"][:8])
        rows.append(TableRow(name, [agreement, *numbers]))
    if not rows:
        return Markup()
    heads = [tr.text("Agreement"), tr.text("People"), tr.text("Agree"), tr.text("Disagree"), tr.text("Not sure")]
    note = tr.text("Agreement is counted per person, among those who agreed or disagreed, with a 95% confidence interval.")
    return Markup('<section class="figures"><h2>{}</h2>{}{}</section>').format(
        tr.text("What people said of the answers"), build_table(heads, rows, "compared"), build_paragraph("note", note)
    )


def _build_texts(title: str, texts: list[str]) -> Markup:
    texts = [text for text in texts if text]
    if not texts:
        return Markup()
    content = (
        build_paragraph("", texts[0])
        if len(texts) == 1
        else Markup("<ul>{}</ul>").format(concatenate(Markup("<li>{}</li>").format(text) for text in texts))
    )
    return Markup('<div class="block"><h3>{}</h3>{}</div>').format(title, content)


def _build_metrics(card: Card, tr: Translation) -> Markup:
    metrics = card.get("metrics", [])
    if not metrics:
        return Markup()
    rows = []
    for metric in metrics:

        def format_value(value: float, name: str = metric["name"]) -> str:
            return metric_text.format_metric(name, value, tr)

        notes = []
        if "low" in metric and "high" in metric:
            ends = {"low": format_value(metric["low"]), "high": format_value(metric["high"])}
            notes.append(tr.text("between {low} and {high}", **ends))
        if "baseline" in metric:
            notes.append(baseline_text.describe_baseline(metric["name"], format_value(metric["baseline"]), tr))
        cells = Markup("<td>{}</td><td><b>{}</b></td><td>{}</td>")
        rows.append(cells.format(metric.get("label") or metric["name"], format_value(metric["value"]), " · ".join(notes)))
    lines = concatenate(Markup("<tr>{}</tr>").format(row) for row in rows)
    sentences = [baseline_text.describe_measured_rows(card, metrics[0]["rows"], tr)]
    sentences += [tr.text("The ranges are 95% confidence intervals."), baseline_text.describe_threshold(card, tr)]
    note = build_paragraph("note", " ".join(each for each in sentences if each))
    template = Markup('<div class="block"><h3>{}</h3><table class="metrics">{}</table>{}</div>')
    return template.format(tr.text("How good it is"), lines, note)


def _build_origin(card: Card, tr: Translation) -> Markup:
    built = card.get("built")
    lines = [*list_training_lines(card, tr), (tr.text("Version"), card["version"])]
    if built:
        lines.append((tr.text("Built"), tr.date(built)))
    rows = concatenate(Markup("<tr><td>{}</td><td>{}</td></tr>").format(*line) for line in lines)
    template = Markup('<div class="block"><h3>{}</h3><table class="origin-table">{}</table></div>')
    return template.format(tr.text("Where it comes from"), rows)
