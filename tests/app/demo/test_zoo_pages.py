"""Promises of the pages for models as their users bring them: each page is drawn from a drafted card, without a fault.

The pages know a model by its card and its evaluation alone. So one model of each shape stands for all models of the zoo: two
models of one shape have the same widgets, charts and sentences, with other names and numbers. Others are drawn in turn, which
also finds a shape that no representative has. `python -m tests.support.zoo_pages` draws all of them.
"""

import tempfile
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from service.bundles.model import Model
from service.publishing.drafting.findings import CannotDraft
from tests.support.model_zoo import models, refused
from tests.support.zoo_pages import REFUSED, REPRESENTATIVES, draw_pages, published, rotation, shape_of

OTHERS = rotation(sorted(models().keys() - refused() - {*REPRESENTATIVES, *REFUSED}), 3)
pytestmark = pytest.mark.filterwarnings("ignore")


@cache
def zoo_model(name: str) -> tuple[Model, pd.DataFrame]:
    with tempfile.TemporaryDirectory() as folder:
        return published(models()[name], Path(folder))


@pytest.mark.parametrize("name", [*REPRESENTATIVES, *OTHERS])
def test_every_page_is_drawn_from_a_drafted_card(name: str) -> None:
    language = ("en", "pl")[len(name) % 2]
    assert draw_pages(*zoo_model(name), language) == {}


@pytest.mark.parametrize("name", OTHERS)
def test_a_model_of_the_zoo_has_the_shape_of_a_representative(name: str) -> None:
    assert shape_of(zoo_model(name)[0]) in {shape_of(zoo_model(each)[0]) for each in REPRESENTATIVES}


def test_no_two_representatives_have_one_shape() -> None:
    assert len({shape_of(zoo_model(each)[0]) for each in REPRESENTATIVES}) == len(REPRESENTATIVES)


@pytest.mark.parametrize("name", REFUSED)
def test_probabilities_that_do_not_add_up_are_refused_with_the_way_out(name: str) -> None:
    with pytest.raises(CannotDraft, match=r"do not add up to 1: .* OneVsRestClassifier"):
        zoo_model(name)
