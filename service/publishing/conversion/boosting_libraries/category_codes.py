"""The codes that boosting libraries give the categories of a pandas column."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class CategoryCodes:
    """A step that turns the columns of the type category into codes, as the library does before it predicts."""

    categories: Sequence[Sequence[Any]]
    """The values of each such column, in the order of their codes. Other values, and missing ones, are NaN."""

    def transform(self, table: Any) -> Any:
        if not hasattr(table, "columns"):
            return table
        columns = [name for name in table.columns if str(table[name].dtype) == "category"]
        if len(columns) != len(self.categories):
            raise ValueError("the columns of the type category are not those of the fit")
        coded = table.copy()
        for name, categories in zip(columns, self.categories, strict=True):
            codes = table[name].cat.set_categories(list(categories)).cat.codes.to_numpy(np.float64)
            coded[name] = np.where(codes < 0, np.nan, codes)
        return coded
