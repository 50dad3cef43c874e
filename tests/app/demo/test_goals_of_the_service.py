"""Promises of goals that the demo sends to the service."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from demo.address import goal_choice
from tests.support.in_process_client import client_of


@pytest.mark.parametrize("model", ["credit-default", "diamond-price"])
def test_recommendations_of_the_service_reach_a_range_as_goal(service: TestClient, model: str) -> None:
    client = client_of(service)
    card = client.card(model)
    row = card["examples"][1 if model == "credit-default" else 0]["row"]
    least, most = (0.4, 0.5) if model == "credit-default" else (2600.0, 2900.0)
    wish = replace(goal_choice.default_range(card), minimum=least, maximum=most)
    result = client.recommend(model, row, goal_choice.to_goal(card, wish))
    assert result["recommendations"]
    for each in result["recommendations"]:
        said = each["prediction"]
        answer = said["probabilities"][card["output"]["focus"]] if model == "credit-default" else said["value"]
        assert least <= answer <= most


def test_a_refused_example_can_be_approved_by_a_change_of_two_fields(service: TestClient) -> None:
    """What to change has something to show for a case that the menu of Try offers."""
    client = client_of(service)
    card = client.card("credit-default")
    answers = [client.recommend("credit-default", each["row"], {"decision": "approve"}) for each in card["examples"]]
    refused = [answer for answer in answers if answer["prediction"]["decision"] == "refuse"]
    assert refused
    counts = [len(each["changes"]) for answer in refused for each in answer["recommendations"]]
    assert 2 in counts
