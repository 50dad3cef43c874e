"""The errors of meetings, in the family of `service.errors`."""

from service.errors import NotFound, ServiceError


class UnknownMeeting(NotFound):
    """There is none, or this caller may not see it: the answer does not say which."""

    code, title = "unknown_meeting", "There is no such meeting"


class UnknownLink(NotFound):
    code, title = "unknown_link", "This link was used, has expired, or was never made"


class MeetingChanged(ServiceError):
    status, code, title = 409, "meeting_changed", "Somebody else has changed this meeting meanwhile"


class GuessesClosed(ServiceError):
    status, code, title = 409, "guesses_closed", "This case takes no guesses now"
