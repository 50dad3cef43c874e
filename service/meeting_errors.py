"""The errors of meetings, in the family of `service.errors`."""

from service.errors import NotFound, ServiceError
from wire.error_codes import GUESSES_CLOSED, MEETING_CHANGED, UNKNOWN_LINK, UNKNOWN_MEETING


class UnknownMeeting(NotFound):
    """There is none, or this caller may not see it: the answer does not say which."""

    code, title = UNKNOWN_MEETING, "There is no such meeting"


class UnknownLink(NotFound):
    code, title = UNKNOWN_LINK, "This link was used, has expired, or was never made"


class MeetingChanged(ServiceError):
    status, code, title = 409, MEETING_CHANGED, "Somebody else has changed this meeting meanwhile"


class GuessesClosed(ServiceError):
    status, code, title = 409, GUESSES_CLOSED, "This case takes no guesses now"
