"""The one Python way to call the model service: small, typed, and never fooled by a bad answer.

from client import Client

service = Client("http://127.0.0.1:8000")
answer = service.predict("diamond-price", [{"carat": 0.7, "cut": "Ideal", ...}])
"""

from client.errors import Busy, Failed, Nonsense, Refused, ServiceError, TooSlow, Unavailable
from client.service_client import Client
from client.shapes import Band, Card, Field, Health, ModelState, Output, Prediction, Predictions, Row, Value

__all__ = [
    "Band",
    "Busy",
    "Card",
    "Client",
    "Failed",
    "Field",
    "Health",
    "ModelState",
    "Nonsense",
    "Output",
    "Prediction",
    "Predictions",
    "Refused",
    "Row",
    "ServiceError",
    "TooSlow",
    "Unavailable",
    "Value",
]
