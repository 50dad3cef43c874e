"""The steps in which a model is published, in their order, as a running service reports them to the caller."""

from typing import Literal

Step = Literal["packages", "sample", "model", "card", "bundle", "switch"]
"""Its packages are installed; the sample is read; the model is opened; the card is drafted; the model is converted, compared
and measured; the running service takes the new version up."""
