"""What the header of a file says: which model it is, what it answers, and how it was proved."""

from service.exports.code.program import Program, ProgramField
from service.exports.code.text_safety import comment_text
from service.exports.made_file import Proof
from service.schemas import Classification


def header_lines(program: Program, *, needs: str, proof: Proof | None, ascii_only: bool) -> list[str]:
    """Return the lines of the header, safe in a comment."""
    card = program.card
    lines = [
        f"{card.title}: {card.question}",
        f"Model {card.name}",
        f"Version {card.version}",
        f"Built {card.built}" if card.built else "",
        f"Needs {needs}; no package.",
        _answer(program),
        "The service computes this model in 32 bits, so its answers may differ by 1e-6." * program.is_single_precision,
        *_proof(proof),
    ]
    return [comment_text(line, ascii_only=ascii_only) for line in lines if line]


def _answer(program: Program) -> str:
    output = program.card.output
    if isinstance(output, Classification):
        words = "a label, the probability of each label" if output.bands else "a label and the probability of each label"
        decision = f"a decision by that of {output.focus}"
    else:
        unit = f" in {output.unit}" if output.unit else ""
        interval = f", the interval that holds {output.interval.coverage:.0%} of the true values" if output.interval else ""
        words, decision = f"a value{unit}{interval}", "a decision"
    return f"Answers with {words}, and {decision}." if output.bands else f"Answers with {words}."


def _proof(proof: Proof | None) -> list[str]:
    if proof is None:
        return ["Proof: not run. Compare some answers with those of the service before you use this file."]
    rows = f"Proof: {proof.rows:,} rows, {proof.real_rows:,} of them real, largest difference {proof.difference:.1e}."
    return [rows, f"Proved with {proof.program} on {proof.day}."]


def field_comment(field: ProgramField, *, ascii_only: bool) -> str:
    """Return what a person must know of a field: its label, unit and allowed values."""
    if field.kind == "flag":
        values = "true or false"
    elif field.kind == "choice":
        values = f"one of {len(field.choices)} categories"
    elif field.kind == "text":
        values = f"a text of at most {field.high:,.0f} characters"
    elif field.kind == "day":
        values = "a date such as 2026-11-29"
    elif field.kind == "moment":
        values = "a date and time such as 2026-11-29T14:30:00Z"
    else:
        values = "a whole number" if field.is_whole else "a number"
        values += f" from {field.low:.10g}" if field.has_minimum else ""
        values += f" to {field.high:.10g}" if field.has_maximum else ""
        values += f" ({field.unit})" if field.unit else ""
    missing = ", or missing" if field.nullable else ""
    return comment_text(f"{field.label or field.name}: {values}{missing}", ascii_only=ascii_only)
