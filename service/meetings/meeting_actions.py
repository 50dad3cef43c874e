"""Everything that a presenter does with meetings, one function each. All raise StorageUnavailable."""

import hashlib

import msgspec

from service.bundles.registry import Registry
from service.meeting_errors import UnknownMeeting
from service.meetings.meeting_checks import check_content, check_state
from service.pictures.model_picture import keep_pictures
from service.rows.strict_json import encode
from service.schemas.meetings.meeting import (
    Meeting,
    MeetingChange,
    MeetingCheck,
    MeetingContent,
    MeetingList,
    MeetingState,
    MeetingSummary,
    StateChange,
)
from service.store.meetings import meeting_records
from service.store.meetings.meeting_records import MeetingContentText, MeetingRecord, StoredMeeting
from service.store.meetings.write_check import check_writing
from service.store.run_history import now
from service.store.store import Store

_CONTENT = msgspec.json.Decoder(MeetingContent)


def create_meeting(store: Store, registry: Registry, key: str, content: MeetingContent) -> Meeting:
    """Store a meeting under an Idempotency-Key. Raises InvalidInput, KeyReused."""
    check_content(content, registry.get)
    digest = hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()
    return _whole(meeting_records.add_meeting(store, key, digest, _text_of(content)))


def read_meeting(store: Store, id: str) -> Meeting:  # noqa: A002 - the name in the path
    """Return a meeting. Raises UnknownMeeting."""
    return _whole(_known(meeting_records.find_meeting(store, id)))


def list_meetings(store: Store, after: str | None, only: str | None) -> MeetingList:
    """Return a page of meetings, the newest first; `only` is the id of the one that the caller may see."""
    page = meeting_records.list_meetings(store, after, only)
    return MeetingList(
        items=[
            MeetingSummary(id=each.id, title=each.title, created=each.created, changed=each.changed, cases=each.cases)
            for each in page.records
        ],
        next=page.next,
    )


def change_meeting(store: Store, registry: Registry, id: str, change: MeetingChange) -> Meeting:  # noqa: A002
    """Replace the content of a meeting. Raises UnknownMeeting, InvalidInput, MeetingChanged."""
    check_content(change.content, registry.get, ("content",))
    ids = [case.id for case in change.content.cases]
    return _whole(_known(meeting_records.change_meeting(store, id, change.revision, _text_of(change.content), ids)))


def change_codes(store: Store, id: str) -> Meeting:  # noqa: A002
    """Give a meeting a new presenter token and a new audience code. Raises UnknownMeeting."""
    return _whole(_known(meeting_records.change_codes(store, id)))


def change_state(store: Store, id: str, change: StateChange) -> MeetingState:  # noqa: A002
    """Set what is on the screen. Raises UnknownMeeting, InvalidInput."""
    stored = _known(meeting_records.find_meeting(store, id))
    check_state(change, content_of(stored.content))
    record = meeting_records.change_state(store, id, change)
    if record is None:
        raise UnknownMeeting
    return state_of(record)


def check_meeting(store: Store, id: str) -> MeetingCheck:  # noqa: A002
    """Prove that the storage takes what people will write, and say the time. Raises UnknownMeeting."""
    if not check_writing(store, id):
        raise UnknownMeeting
    return MeetingCheck(time=now())


def content_of(text: str) -> MeetingContent:
    """Return stored content."""
    return _CONTENT.decode(text)


def state_of(record: MeetingRecord) -> MeetingState:
    """Return what is on the screen."""
    return MeetingState(
        revision=record.state_revision,
        case=record.state_case,
        phase=record.phase,
        show=record.show,
        audience=record.audience,
    )


def _known(stored: StoredMeeting | None) -> StoredMeeting:
    if stored is None:
        raise UnknownMeeting
    return stored


def _text_of(content: MeetingContent) -> MeetingContentText:
    cases = [msgspec.structs.replace(case, row=keep_pictures(case.row)) for case in content.cases]
    kept = msgspec.structs.replace(content, cases=cases)
    return MeetingContentText(title=content.title, cases=len(cases), content=encode(kept).decode())


def _whole(stored: StoredMeeting) -> Meeting:
    record = stored.record
    return Meeting(
        id=record.id,
        created=record.created,
        changed=record.changed,
        revision=record.revision,
        presenter_token=record.presenter_token,
        audience_code=record.audience_code,
        content=content_of(stored.content),
        state=state_of(record),
    )
