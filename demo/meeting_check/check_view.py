"""Builds the HTML of the check before a meeting: a summary, and a line for each thing that was checked."""

from collections.abc import Sequence

from markupsafe import Markup

from demo.meeting_check.check_lines import CheckLine
from demo.text.markup import build_paragraph, concatenate
from demo.text.translation import Translation


def build_summary(lines: Sequence[CheckLine], tr: Translation) -> Markup:
    """Return in one sentence whether the meeting can begin."""
    faults = sum(not line.is_good for line in lines)
    if not faults:
        return Markup('<p class="check-summary good" role="status">{}</p>').format(tr.text("Ready for the meeting."))
    text = tr.count("{n} thing to do before the meeting.", "{n} things to do before the meeting.", faults)
    return Markup('<p class="check-summary bad" role="status">{}</p>').format(text)


def build_lines(lines: Sequence[CheckLine], tr: Translation) -> Markup:
    """Return the list of the lines: those with something to do first."""
    ordered = sorted(lines, key=lambda line: line.is_good)
    return Markup('<ul class="check">{}</ul>').format(concatenate(_build_line(line, tr) for line in ordered))


def _build_line(line: CheckLine, tr: Translation) -> Markup:
    """Return a line. A word says what its colour says."""
    tone, mark = ("good", tr.text("OK")) if line.is_good else ("bad", tr.text("To do"))
    details = concatenate(Markup("<li><bdi>{}</bdi></li>").format(each) for each in line.details)
    return Markup('<li class="{}"><b class="check-mark">{}</b><h2>{}</h2><div><p>{}</p>{}{}</div></li>').format(
        tone,
        mark,
        line.title,
        line.text,
        Markup("<ul>{}</ul>").format(details) if details else "",
        build_paragraph("check-advice", line.advice) if line.advice else "",
    )
