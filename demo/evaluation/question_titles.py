"""The questions that an evaluation answers, with their titles on the page How good."""

from client import Card, Evaluation
from demo.evaluation import label_findings
from demo.text.translation import Translation

MISTAKES, GROUPS, WORST = "mistakes", "groups", "worst"
LABELS, CONFUSED, CERTAIN = "labels", "confused", "certain"


def make_titles(card: Card, evaluation: Evaluation, tr: Translation) -> dict[str, str]:
    """Return question → title, for the questions that this evaluation answers, in the order of the page."""
    matrix = label_findings.find_matrix(card, evaluation)
    if matrix:
        titles = {LABELS: tr.text("Right and wrong")}
        titles |= {CONFUSED: tr.text("Confusions")} if matrix["confusions"] else {}
        titles |= {CERTAIN: tr.text("Percentages")} if matrix["calibration"] else {}
    elif evaluation["kind"] == "classification" and evaluation["auc"] is None:
        titles = {"correct": tr.text("Correct answers")}
    elif evaluation["kind"] == "classification":
        titles = {
            "apart": tr.text("Ranking"),
            "trust": tr.text("Percentages"),
            MISTAKES: tr.text("Mistakes and cost"),
            "finding": tr.text("How many found"),
        }
    else:
        titles = {
            "against": tr.text("Accuracy"),
            "errors": tr.text("Errors"),
            "ranges": tr.text("Ranges"),
        }
    if evaluation["bands"]:
        titles["bands"] = tr.text("Decisions")
    if evaluation["importance"]:  # a model of one text has nothing to rank
        titles["matters"] = tr.text("What matters")
    if evaluation["segments"]:
        titles[GROUPS] = tr.text("Groups")
    titles["weak"] = tr.text("Weak spots")
    if evaluation.get("worst_rows") and not matrix:
        has_order = evaluation["kind"] == "regression" or evaluation["auc"] is not None
        titles[WORST] = tr.text("Worst mistakes") if has_order else tr.text("Mistakes")
    return titles
