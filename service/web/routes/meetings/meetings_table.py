"""All rows of the table of routes for what people write: feedback and meetings."""

from service.web.route import Route
from service.web.routes.meetings.audience_table import AUDIENCE_ROUTES
from service.web.routes.meetings.feedback_table import FEEDBACK_ROUTES
from service.web.routes.meetings.link_table import LINK_ROUTES
from service.web.routes.meetings.meeting_table import MEETING_ROUTES

MEETINGS_ROUTES: tuple[Route, ...] = (*FEEDBACK_ROUTES, *MEETING_ROUTES, *AUDIENCE_ROUTES, *LINK_ROUTES)
