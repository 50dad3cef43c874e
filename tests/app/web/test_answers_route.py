"""Promises of GET …/answers/{part}: the answer of the predictions as one text, for a row in the address."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.bundled_models import WITHOUT_ARRAYS
from tests.support.problem_check import check_problem

DIAMOND = {"carat": "0.7", "cut": "Ideal", "color": "G", "clarity": "VS2", "depth": "61.8", "table": "56"}
PRICE = "/v1/models/diamond-price/answers/number"


def written(row: dict[str, Any]) -> dict[str, str]:
    """Return a row as the parameters of an address."""
    texts = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in row.items()}
    return {name: texts[name] for name, value in row.items() if value is not None}


def test_every_part_is_that_of_the_prediction(service: TestClient, cards: dict[str, Any]) -> None:
    for name, card in ((name, cards[name]) for name in WITHOUT_ARRAYS):
        for example in card["examples"]:
            row = example["row"]
            (prediction,) = service.post(f"/v1/models/{name}/predictions", json={"rows": [row]}).json()["predictions"]
            is_classification = card["output"]["kind"] == "classification"
            number = prediction["probabilities"][card["output"]["focus"]] if is_classification else prediction["value"]
            answer = service.get(f"/v1/models/{name}/answers/number", params=written(row))
            assert answer.headers["content-type"] == "text/plain; charset=utf-8"
            assert answer.headers["x-model-version"] == card["version"]
            assert float(answer.text) == number
            for part in ("label", "decision"):
                text = service.get(f"/v1/models/{name}/answers/{part}", params=written(row))
                assert (text.text if text.status_code == 200 else None) == prediction.get(part)


def test_a_field_that_may_be_missing_is_left_out_or_empty(toys: TestClient) -> None:
    row = {"area": "37.5", "rooms": "2", "lift": "FALSE", "floor": "3"}
    full = {"area": 37.5, "rooms": 2, "state": None, "lift": False, "floor": 3}
    (prediction,) = toys.post("/v1/models/flat-price/predictions", json={"rows": [full]}).json()["predictions"]
    for address in (row, row | {"state": ""}):
        assert float(toys.get("/v1/models/flat-price/answers/number", params=address).text) == prediction["value"]


WRONG = [
    ({"cut": "Best"}, "/cut", "unknown_category"),
    ({"carat": "heavy"}, "/carat", "wrong_type"),
    ({"carat": "0,7"}, "/carat", "wrong_type"),
    ({"carat": "1e400"}, "/carat", "not_finite"),
    ({"carat": ""}, "/carat", "missing_field"),
    ({"carat": "-1"}, "/carat", "out_of_range"),
    ({"colour": "G"}, "/colour", "unknown_field"),
    ({"version": "1"}, "/version", "unknown_field"),
    ({"cut": "\x00"}, "/cut", "unknown_category"),
]


@pytest.mark.parametrize(("change", "pointer", "code"), WRONG)
def test_a_wrong_value_is_named(service: TestClient, change: dict[str, str], pointer: str, code: str) -> None:
    problem = check_problem(service.get(PRICE, params=DIAMOND | change), 422, "invalid_input")
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]


def test_what_is_no_answer_is_not_found(service: TestClient) -> None:
    check_problem(service.get("/v1/models/diamond-price/answers/label", params=DIAMOND), 404, "not_found")
    check_problem(service.get("/v1/models/diamond-price/answers/colour", params=DIAMOND), 404, "not_found")
    check_problem(service.get("/v1/models/nobody/answers/number", params=DIAMOND), 404, "unknown_model")


def test_a_field_that_comes_twice_or_too_many_fields_are_refused(service: TestClient) -> None:
    check_problem(service.get(f"{PRICE}?carat=0.7&carat=0.8"), 400, "invalid_request")
    many = DIAMOND | {f"f{number}": "1" for number in range(100)}
    check_problem(service.get(PRICE, params=many), 400, "invalid_request")
