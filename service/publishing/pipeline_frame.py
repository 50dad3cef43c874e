"""Columns of the service as the data frame that a pipeline was fitted on. The process of a model builds the same frame."""

from typing import Any

import pandas as pd

from model_worker.frame import FrameBuilder
from service.model_process.model_inputs import array_texts, frame_fields
from service.rows.columns import Columns
from service.schemas import Card


def frame(card: Card, columns: Columns, prepare: Any = str) -> pd.DataFrame:
    """Return the frame of checked rows. `prepare` makes of a text what the pipeline was fitted on, unless that is done."""
    texts = {name: columns.prepared.get(name) or [prepare(text) for text in cells] for name, cells in columns.texts.items()}
    return FrameBuilder(frame_fields(card))(columns.numbers, texts | array_texts(columns, slice(None)))
