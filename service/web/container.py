"""The objects that all requests share, built once: settings, models, store, limits, metrics."""

import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from service.bundles.model import Model
from service.bundles.registry import Registry
from service.by_key.freshness import Freshness
from service.errors import BrokenStorage
from service.export_processes.made_forms import MadeForms
from service.meetings.guesses import GivenGuess, StoredGuess, give_guesses
from service.meetings.meeting_reader import MeetingReader
from service.settings import Settings
from service.store.database import meetings_url
from service.store.schema import MEETINGS
from service.store.store import Store
from service.web.body_reader import BodyReader
from service.web.file_turns import FileTurns
from service.web.limits import BatchedCalls, EventLoopWork, Slots, StoreCalls, Threads, wait_for_process
from service.web.middleware.http_metrics import HttpMetrics
from service.web.middleware.model_metrics import ModelMetrics
from service.web.middleware.presenter_secrets import PresenterSecrets
from service.web.streams.meeting_watch import MeetingWatches, read_snapshot
from wire.settings_reader import WrongSettings

_FILES_AT_ONCE = 2
"""Each keeps a core busy for seconds."""
_STORE_SECONDS = 2.0
"""The deadline of a question to the store. A usual one takes milliseconds."""
_LOCK_SECONDS = 1.5
"""The wait for a lock of another program. It is shorter than the deadline, so that the answer can name the lock."""

_PUBLICATION_RETRY_SECONDS = 10
_PICTURES_AT_ONCE = 8
_EXPORTS_AT_ONCE, _EXPORT_RETRY_SECONDS = 8, 5
_MAX_PROCESS_ROWS = 100
"""The largest number of rows that are prepared for the process of a model, and answered, on the event loop."""
T = TypeVar("T")


@dataclass(frozen=True)
class Services:
    """The one container of the web service. Routes take from it what they need."""

    settings: Settings
    registry: Registry
    store: Store
    meetings: Store
    """What people write. It has a database file of its own, so that nightly jobs do not make people wait."""
    freshness: Freshness
    metrics: HttpMetrics
    requests: Slots
    """One for each request that is being answered. A request whose body still arrives has none."""
    streams: Slots
    """One for each answer that stays open (server-sent events). They take no slots of `requests`."""
    file_turns: FileTurns
    """Turns for large files; small files take slots of `requests`."""
    threads: Threads
    event_loop_work: EventLoopWork
    store_calls: StoreCalls
    meeting_calls: StoreCalls
    """Calls to `meetings`; look-ups of nightly results do not wait for them."""
    meeting_reader: MeetingReader
    presenter_secrets: PresenterSecrets
    meeting_watches: MeetingWatches
    guesses: BatchedCalls[GivenGuess, StoredGuess]
    publications: Slots
    """One for the model that is being published. It takes no slot of `requests`."""
    export_slots: Slots
    """One for each request that makes or reads the file of a form. They take no slots of `requests`."""
    picture_slots: Slots
    """One for each picture that is sent alone. They take no slots of `requests`."""
    exports: MadeForms
    bodies: BodyReader
    stopping: threading.Event
    """Set when the process is told to stop: /health/ready says so from then on."""

    def in_version(self, model: Model, version: str | None) -> Model:
        """Return the model, or its other version that `version` names. Raises UnknownVersion, ModelUnavailable."""
        return model if version in {None, model.card.version} else self.registry.get(model.card.name, version)

    async def run_scoring(
        self, model: Model, rows: int, work: Callable[..., T], work_in_process: Callable[..., Awaitable[T]], *arguments: Any
    ) -> T:
        """Return `work(model, *arguments)`: few rows on the event loop; many, and few that take too long, in a thread.

        `work_in_process` does the same for a few rows of a model with a process, without a thread that waits.
        """
        if rows <= model.few_rows and not model.checks.has_pictures:  # a picture takes up to a quarter of a second
            answer = self.event_loop_work.run((model.card.name, model.card.version), work, model, *arguments)
            if answer is not None:
                return answer
        if model.process and rows <= _MAX_PROCESS_ROWS and not model.checks.has_pictures:
            return await wait_for_process(self.settings.model_seconds, work_in_process, model, *arguments)
        return await self.threads.run(model.card.name, work, model, *arguments)


def build_services(settings: Settings, registry: Registry) -> Services:
    """Return the container. The store is opened at the first question to it, or by `prepare`. Raises WrongSettings."""
    try:
        store = Store(settings.database_url, _LOCK_SECONDS, settings.database_seconds)
        meetings = Store(meetings_url(settings.database_url), _LOCK_SECONDS, settings.database_seconds, MEETINGS)
    except BrokenStorage as error:
        raise WrongSettings(f"SERVICE_DATABASE_URL: {error}") from None
    freshness = Freshness(
        settings.stored_max_age_hours,
        rescore=settings.stale_predictions == "rescore",
        features_max_age_hours=settings.features_max_age_hours,
        refuse_expired=settings.expired_features == "refuse",
    )
    metrics = HttpMetrics()
    metrics.registry.register(ModelMetrics(registry))
    meeting_calls = StoreCalls(_STORE_SECONDS)
    meeting_reader = MeetingReader(meetings)
    return Services(
        settings=settings,
        registry=registry,
        store=store,
        meetings=meetings,
        freshness=freshness,
        metrics=metrics,
        requests=Slots(settings.max_in_flight),
        streams=Slots(settings.max_streams, "Too many streams at once."),
        file_turns=FileTurns(_FILES_AT_ONCE, settings.max_in_flight, settings.file_wait_seconds),
        threads=Threads(settings.model_seconds),
        event_loop_work=EventLoopWork(),
        store_calls=StoreCalls(_STORE_SECONDS),
        meeting_calls=meeting_calls,
        meeting_reader=meeting_reader,
        presenter_secrets=PresenterSecrets(meetings, meeting_calls),
        guesses=BatchedCalls(partial(give_guesses, meetings, meeting_reader, registry.get), meeting_calls),
        meeting_watches=MeetingWatches(partial(read_snapshot, meetings, meeting_reader, settings.max_days), meeting_calls),
        publications=Slots(1, "Another model is being published.", retry_after_seconds=_PUBLICATION_RETRY_SECONDS),
        export_slots=Slots(_EXPORTS_AT_ONCE, "Other forms are being made.", retry_after_seconds=_EXPORT_RETRY_SECONDS),
        picture_slots=Slots(_PICTURES_AT_ONCE, "Other pictures are being read."),
        exports=MadeForms(registry, settings.export_seconds),
        bodies=BodyReader(settings),
        stopping=threading.Event(),
    )
