"""The errors about forms in which a model is taken away, in the family of `service.errors`."""

from service.errors import Forbidden, NotFound, ServiceError
from wire.error_codes import NOT_EXPORTABLE


class ExportsForbidden(Forbidden):
    code, title = "exports_forbidden", "The card of this model says that it may not be taken away"


class UnknownExport(NotFound):
    code, title = "unknown_export", "There is no form of this name"


class CannotExport(ServiceError):
    """`reason` says why, `nearest` names the form that works; None: the API alone."""

    status, code, title = 422, NOT_EXPORTABLE, "The model cannot be had in this form"

    def __init__(self, reason: str = "", nearest: str | None = None) -> None:
        super().__init__(f"The model cannot be had in this form: {reason}." if reason else "")
        self.reason, self.nearest = reason, nearest


class ExportFailed(ServiceError):
    code, title = "export_failed", "The file could not be made"


class ExportTimeout(ServiceError):
    status, code, title = 504, "export_timeout", "The file took too long to make"
