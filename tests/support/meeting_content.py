"""The content of a meeting, for tests."""

import base64
import uuid
from typing import Any

from starlette.testclient import TestClient

from tests.support.formula_models import FLAT_ROW, PET_ROW

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
FLAT_CASE: dict[str, Any] = {
    "id": "flat",
    "name": "Mieszkanie na Woli",
    "note": "Ask Anna first.\nThen wait.",
    "model": "flat-price",
    "version": None,
    "row": FLAT_ROW,
    "show": ["answer", "why", "what-if"],
    "what_if_field": "area",
    "compare_with": None,
    "guess": True,
}
PET_CASE: dict[str, Any] = FLAT_CASE | {
    "id": "pet",
    "name": "Zwierzę",
    "model": "pet-kind",
    "row": PET_ROW,
    "what_if_field": None,
    "show": ["answer", "compare"],
    "compare_with": "flat",
}
CONTENT: dict[str, Any] = {
    "title": "Spotkanie: „ceny” 🏠 <b>=1+1</b>",
    "language": "pl",
    "models": ["flat-price", "pet-kind"],
    "notes": "Private: they doubt the first case.",
    "pages": ["try"],
    "look": {
        "name": "Acme",
        "accent": "#0a7D55",
        "logo": {"media_type": "image/png", "data": base64.b64encode(PNG).decode()},
    },
    "reasons": ["za nisko", "za wysoko"],
    "cases": [FLAT_CASE, PET_CASE],
}


def create(app: TestClient, content: dict[str, Any] = CONTENT, key: str | None = None, **headers: str) -> Any:
    """Return the answer to a new meeting."""
    return app.post("/v1/meetings", json=content, headers={"Idempotency-Key": key or uuid.uuid4().hex} | headers)
