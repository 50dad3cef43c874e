"""A folder with a fitted model that somebody hands over: which files it has, and what its manifest says.

    churn/model.pkl  sample.parquet  witryna.json

The client writes such a folder in a notebook; `python -m service.models add FOLDER` publishes it, and so does a running
service that gets it as a zip archive. The user may put a card.toml beside the model.
"""

MANIFEST = "witryna.json"
MODEL = "model.pkl"
SAMPLES = ("sample.parquet", "sample.csv")
CARD = "card.toml"
"""What the card says otherwise than the draft. It stays when the folder is written again."""
FILES = frozenset({MANIFEST, MODEL, *SAMPLES, CARD})
FORMAT = 1
"""The number of this format, in the manifest. A reader refuses a higher one."""

# The keys of the manifest.
FORMAT_KEY = "format"
NAME_KEY = "name"
TARGET_KEY = "target"
"""The column of the sample with the true answers, or null."""
HELD_OUT_KEY = "held_out"
"""Whether the model was not fitted on the rows of the sample. Without this key it may have been."""
PYTHON_KEY = "python"
"""The version of Python that wrote the model, such as `3.11`."""
REQUIREMENTS_KEY = "requirements"
"""The packages that the model's classes come from, each with its exact version, such as `scikit-learn==1.9.1`."""
