"""Streamlit writes some words in English itself: no page of the demo lets it."""

import ast

from tests.support.repository import ROOT


def test_no_choice_of_several_offers_streamlits_select_all() -> None:
    calls = [
        call
        for path in (ROOT / "demo").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "multiselect"
    ]
    assert calls
    for call in calls:
        arguments = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        assert arguments.get("select_all") == "False", ast.unparse(call)
