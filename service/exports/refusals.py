"""Why a model cannot be had in a form, and which form works instead."""


class NotExportable(Exception):
    """The model cannot be had in this form."""

    def __init__(
        self, reason: str, nearest: str = "the API, or the file model.onnx of the bundle with ONNX Runtime"
    ) -> None:
        """Take two ends of sentences: "It cannot be exported: {reason}. The nearest form that works: {nearest}."."""
        super().__init__(f"{reason}. The nearest form that works: {nearest}.")
        self.reason = reason
        self.nearest = nearest
