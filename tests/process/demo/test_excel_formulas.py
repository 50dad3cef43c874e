"""The addresses that the formulas of a case open give the answer to the case."""

import urllib.request

from client import Client
from demo.exports.case_code import EXCEL, write_case_code
from tests.support.excel_formulas import address_of
from tests.support.server_process import Program


def opened(formula: str) -> str:
    with urllib.request.urlopen(address_of(formula), timeout=60) as answer:
        return str(answer.read().decode())


def test_the_formulas_of_every_model_open_the_answer_to_the_case(bundled_service: Program) -> None:
    client = Client(bundled_service.url)
    for state in client.models():
        card = client.card(state["name"])
        row = card["examples"][0]["row"]
        code = write_case_code(EXCEL, bundled_service.url, card, row, with_key=False)
        if any(field["type"] in {"image", "vector"} for field in card["inputs"]):  # no address is long enough for them
            assert code is None
            continue
        assert code is not None
        number, *others = map(opened, code.text.split("\n"))
        prediction = client.predict(state["name"], [row])["predictions"][0]
        expected = prediction.get("probabilities", {}).get(card["output"].get("focus", ""), prediction.get("value"))
        assert float(number) == expected
        assert others == ([prediction["decision"] or prediction["label"]] if "label" in prediction else [])
