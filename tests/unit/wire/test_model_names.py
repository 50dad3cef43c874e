"""The name of a model that its user did not name is one that every address can hold."""

import re

from hypothesis import given
from hypothesis import strategies as st

from wire.model_folder.model_names import name_of_location, slug


@given(st.text(max_size=200))
def test_a_slug_is_empty_or_the_name_of_a_model(text: str) -> None:
    assert re.fullmatch(r"([a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?)?", slug(text))


@given(st.text(alphabet=st.characters(exclude_characters="\0"), max_size=100))
def test_every_location_has_a_name(location: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,64}", name_of_location(location))
