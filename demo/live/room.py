"""One meeting in this process: follows the service, makes the stage of each language once, and wakes the phones."""

import asyncio
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias, cast

from markupsafe import Markup

from client import AudienceView, Client, Refused, ServiceError
from demo.live.stages.stage import Stage
from demo.meetings.audience_copy import find_audience_view
from wire.languages import DEFAULT, Language, language_of

StageMaker: TypeAlias = Callable[[AudienceView, Language], Stage]
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 10.0
_REPAIR_SECONDS = 2.0
"""A stage that lacks something is made again after this time."""
_EMPTY_SECONDS = 60.0
_COPY_SECONDS = 0.5
"""So often, while the service is lost, the demo's own copy of the meeting is read."""


class Room:
    """The phones wait in the event loop; two threads follow the service and make stages."""

    def __init__(
        self,
        code: str,
        view: AudienceView,
        make_client: Callable[[], Client],
        make_stage: StageMaker,
        loop: asyncio.AbstractEventLoop,
        *,
        is_copy: bool = False,
    ) -> None:
        """`is_copy`: the view is that of the demo's own copy, because the service does not answer."""
        self.code, self.meeting, self.is_closed = code, view["meeting"], False
        self._make_client, self._make_stage, self._loop = make_client, make_stage, loop
        self._client = make_client()
        self._served, self._kept = view, _step_of(view) if is_copy else {}
        self._languages: set[Language] = set()
        self._news = threading.Condition()
        self._has_news = False
        self._stages: dict[Language, tuple[int, Stage, bytes]] = {}
        """Language → number, stage and event of the newest stage. Only the event loop touches it."""
        self._changed = asyncio.Event()
        self.phones = 0

    # Threads

    def start(self) -> None:
        """Begin to follow the service."""
        for work in (self._follow, self._show):
            threading.Thread(target=work, name=f"meeting {work.__name__}", daemon=True).start()

    def close(self) -> None:
        """End the stream from the service, and those of the phones. Any thread may call this."""
        self.is_closed = True
        self._client.close()
        self._wake()
        self._call_in_loop(self._ring)

    @property
    def view(self) -> AudienceView:
        """Return the newest view: that of the service, with the step that the presenter has made since it was lost."""
        return cast(AudienceView, {**self._served, **self._kept})

    def _wake(self) -> None:
        with self._news:
            self._has_news = True
            self._news.notify_all()

    def _follow(self) -> None:
        """Take each view of the service's stream; come back, with pauses that grow, when it breaks."""
        pause = _FIRST_PAUSE_SECONDS
        while not self.is_closed:
            try:
                for view in self._client.audience.events(self.code):
                    self._take(view)
                    pause = _FIRST_PAUSE_SECONDS
            except Refused:
                self.close()  # the code does not open the meeting any more
            except ServiceError:
                pass
            if not self.is_closed:
                self._follow_copy(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, no secret
                pause = min(_LONGEST_PAUSE_SECONDS, pause * 2)

    def _take(self, view: AudienceView) -> None:
        with self._news:
            if view["state"]["revision"] != self._served["state"]["revision"]:
                self._kept = {}
            self._served = view
        self._wake()

    def _follow_copy(self, seconds: float) -> None:
        """Take the presenter's steps from the demo's copy of the meeting for so long, then ask the service again."""
        end = time.monotonic() + seconds
        while not self.is_closed and (left := end - time.monotonic()) > 0:
            copy = find_audience_view(self.code)
            if copy is not None and self._is_newer(copy):
                with self._news:
                    self._kept = _step_of(copy)
                self._wake()
            threading.Event().wait(min(left, _COPY_SECONDS))

    def _is_newer(self, copy: AudienceView) -> bool:
        """Return whether a copy has a step that follows the last one of the service, and is not shown yet."""
        return copy["state"]["revision"] >= self._served["state"]["revision"] and copy["state"] != self.view["state"]

    def _show(self) -> None:
        """Make the stages of the newest view, and of no view between."""
        is_whole = True
        while not self.is_closed:
            with self._news:
                self._news.wait_for(lambda: self._has_news, None if is_whole else _REPAIR_SECONDS)
                self._has_news = False
                view, languages = self.view, sorted(self._languages)
            stages = {language: self._make_stage(view, language) for language in languages}
            events = {language: (stage, stage.to_event()) for language, stage in stages.items()}
            self._call_in_loop(self._publish, events)
            is_whole = all(stage.is_whole for stage in stages.values())
            if view["state"]["phase"] == "guess":
                self._prepare_answer(view, languages)

    def _prepare_answer(self, view: AudienceView, languages: list[Language]) -> None:
        """Let the model answer while the audience guesses: the answer is there then, even if the service is not."""
        state = {**view["state"], "phase": "answer"}
        for language in languages:
            self._make_stage(cast(AudienceView, {**view, "state": state}), language)

    def _call_in_loop(self, work: Callable[..., object], *arguments: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(work, *arguments)
        except RuntimeError:  # the loop is closed: the demo has stopped
            self.is_closed = True

    # The event loop

    def _publish(self, stages: dict[Language, tuple[Stage, bytes]]) -> None:
        is_new = False
        for language, (stage, event) in stages.items():
            number, _, before = self._stages.get(language, (0, stage, b""))
            if event != before:
                self._stages[language], is_new = (number + 1, stage, event), True
        if is_new:
            self._ring()

    def _ring(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def join(self) -> None:
        """Count a phone that follows."""
        self.phones += 1

    def leave(self) -> None:
        """Count a phone that has left. The room closes a minute after the last one."""
        self.phones -= 1
        if self.is_empty():
            self._loop.call_later(_EMPTY_SECONDS, self._close_if_empty)

    def is_empty(self) -> bool:
        """Return whether no phone follows."""
        return self.phones == 0

    def _close_if_empty(self) -> None:
        if self.is_empty():
            self.close()

    def choose_language(self, requested: str) -> Language:
        """Return the language of a phone: that of the meeting, else the reader's."""
        return language_of(self.view["language"] or "") or language_of(requested) or DEFAULT

    async def first_stage(self, language: Language, seconds: float) -> Stage:
        """Return the stage for a page that opens now. If it takes longer, return an empty one: the stream brings it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.next_event(language, 0)
        if language in self._stages:
            return self._stages[language][1]
        return Stage(Markup("<h1>{}</h1>").format(self.view["title"]))

    async def next_event(self, language: Language, after: int) -> tuple[int, bytes]:
        """Return the newest event with a number above `after`; wait for it. The number is −1 when the room is closed."""
        if language not in self._languages:
            self._languages.add(language)
            self._wake()
        while not self.is_closed:
            number, _, event = self._stages.get(language, (0, None, b""))
            if number > after:
                return number, event
            await self._changed.wait()
        return -1, b""


def _step_of(view: AudienceView) -> dict[str, Any]:
    """Return what a step of the presenter changes in a view."""
    return {name: cast(Any, view)[name] for name in ("state", "case", "compare_case", "cases", "guesses")}
