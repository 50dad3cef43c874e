"""Promises of the choice of stored keys: a key is called by what it names, which may be another thing than a row."""

from streamlit.testing.v1 import AppTest


def draw() -> None:
    from typing import Any

    from demo.session import visitor
    from demo.widgets import key_choice

    card: Any = {"name": "m", "row_name": "showing", "entity": {"key": "id", "name": "advert"}, "output": {}}
    page: Any = {"items": [{"id": "1001", "label": None, "prediction": None}], "next": None}
    tr = visitor.get_translation()
    key_choice.draw_choice(card, key_choice.StoredKeys(page, None, "en", made_at_seconds=0), print, tr)


def test_a_key_is_called_by_the_name_of_the_entity() -> None:
    app = AppTest.from_function(draw).run()
    assert [button.label for button in app.button] == ["Advert 1001"]
