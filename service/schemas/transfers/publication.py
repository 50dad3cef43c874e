"""The answer to a model that a caller sends: lines about its publication."""

from typing import Literal

from service.schemas.problem import Problem
from service.schemas.shape import Published
from wire.model_folder.publication_steps import Step


class PublicationState(Published, frozen=True):
    """A line of the answer to a model that is sent. The last one is `published` or `refused`."""

    state: Literal["working", "published", "refused"]
    step: Step | None = None
    """What is being done."""
    model: str | None = None
    version: str | None = None
    summary: str | None = None
    """What was understood, in lines for people."""
    served: bool | None = None
    """This service answers with the version now. If not, `/health/ready` says why."""
    problem: Problem | None = None
    """Why the model is refused, as an answer with a status says it."""
