"""The Python client of the model service: typed, and it checks every answer.

from client import Client

service = Client("http://127.0.0.1:8000")
answer = service.predict("diamond-price", [{"carat": 0.7, "cut": "Ideal", ...}])
"""

from client.errors import Busy, Failed, InvalidAnswer, Refused, ServiceError, TooSlow, Unavailable
from client.feedback_calls import FeedbackCalls
from client.meetings.audience_calls import AudienceCalls
from client.meetings.link_calls import LinkCalls
from client.meetings.meeting_calls import MeetingCalls
from client.model_folder import hand_over
from client.publishing import Publication
from client.service_client import Client
from client.shapes.answers import (
    Contribution,
    Curve,
    Curves,
    Explanation,
    Explanations,
    FieldWarning,
    KnownWords,
    Origin,
    Prediction,
    Predictions,
    Row,
    Stored,
    Surface,
    Usualness,
    Value,
)
from client.shapes.audience import (
    AudienceCase,
    AudienceView,
    Guess,
    GuessFigures,
    GuessList,
    MeetingEvent,
    OwnGuesses,
    PresenterLink,
    PresenterSession,
)
from client.shapes.card import Band, Card, Health, Metric, ModelState, Output
from client.shapes.card_fields import Field
from client.shapes.evaluation import (
    Classification,
    CoverageBin,
    Evaluation,
    Figure,
    GroupTest,
    Regression,
    Segment,
    SegmentGroup,
    ThresholdCounts,
)
from client.shapes.exports import (
    Comparison,
    ComparisonAnswer,
    Export,
    ExportedFile,
    ExportList,
    ExportProof,
    MadeExport,
    RefusedExport,
)
from client.shapes.feedback import (
    AgreementFigures,
    FeedbackFigures,
    FeedbackList,
    FeedbackReceipt,
    NewFeedback,
    RightAnswer,
    StoredFeedback,
    Verdict,
)
from client.shapes.meetings import (
    Link,
    Meeting,
    MeetingCase,
    MeetingContent,
    MeetingList,
    MeetingState,
    MeetingSummary,
    NewState,
)
from client.shapes.recognised_file import RecognisedFile
from client.shapes.recommendations import Change, Goal, Recommendation, Recommendations
from client.shapes.stored import Entity, EntityList, EntityName, Run, RunList, StoredFeatures

__all__ = [
    "AgreementFigures",
    "AudienceCalls",
    "AudienceCase",
    "AudienceView",
    "Band",
    "Busy",
    "Card",
    "Change",
    "Classification",
    "Client",
    "Comparison",
    "ComparisonAnswer",
    "Contribution",
    "CoverageBin",
    "Curve",
    "Curves",
    "Entity",
    "EntityList",
    "EntityName",
    "Evaluation",
    "Explanation",
    "Explanations",
    "Export",
    "ExportList",
    "ExportProof",
    "ExportedFile",
    "Failed",
    "FeedbackCalls",
    "FeedbackFigures",
    "FeedbackList",
    "FeedbackReceipt",
    "Field",
    "FieldWarning",
    "Figure",
    "Goal",
    "GroupTest",
    "Guess",
    "GuessFigures",
    "GuessList",
    "Health",
    "InvalidAnswer",
    "KnownWords",
    "Link",
    "LinkCalls",
    "MadeExport",
    "Meeting",
    "MeetingCalls",
    "MeetingCase",
    "MeetingContent",
    "MeetingEvent",
    "MeetingList",
    "MeetingState",
    "MeetingSummary",
    "Metric",
    "ModelState",
    "NewFeedback",
    "NewState",
    "Origin",
    "Output",
    "OwnGuesses",
    "Prediction",
    "Predictions",
    "PresenterLink",
    "PresenterSession",
    "Publication",
    "RecognisedFile",
    "Recommendation",
    "Recommendations",
    "Refused",
    "RefusedExport",
    "Regression",
    "RightAnswer",
    "Row",
    "Run",
    "RunList",
    "Segment",
    "SegmentGroup",
    "ServiceError",
    "Stored",
    "StoredFeatures",
    "StoredFeedback",
    "Surface",
    "ThresholdCounts",
    "TooSlow",
    "Unavailable",
    "Usualness",
    "Value",
    "Verdict",
    "hand_over",
]
