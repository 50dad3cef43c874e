"""Chooses the goal with which the page What to change begins."""

from client import Card, Row
from demo.address import goal_choice
from demo.session import page_view, service_queries


def choose_default_goal(card: Card, row: Row, page: str) -> None:
    """Choose a goal that the case does not meet yet, if neither the visitor nor the address has one.

    The goal is a band if the card has bands. Otherwise it depends on the answer, which Try has mostly asked for already.
    """
    if page_view.get_view(page) or card["output"].get("bands"):
        return
    explanations = service_queries.explain(card, [row])
    if explanations:
        page_view.set_view(page, goal_choice.encode_goal(goal_choice.default_goal(card, explanations[0]["output"])))
