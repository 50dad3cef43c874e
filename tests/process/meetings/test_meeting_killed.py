"""Promises of a meeting in a real service: guesses survive a kill, the client follows events, a stop ends streams at once."""

import signal
from pathlib import Path

import pytest

from client import Client, MeetingContent, ServiceError
from tests.support.databases import sqlite_url
from tests.support.server_process import running, service_program

MODEL = "diamond-price"
SECONDS_TO_STOP = 300


def test_guesses_survive_a_kill_and_followers_learn_of_each_change_and_of_a_stop(bundles: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bundles"
    folder.mkdir()
    (folder / MODEL).symlink_to((bundles / MODEL).resolve())
    address, seconds = sqlite_url(tmp_path), str(SECONDS_TO_STOP)
    with running(service_program(folder, SERVICE_DATABASE_URL=address, SERVICE_STOP_SECONDS=seconds)) as program:
        client = Client(program.url)
        row = client.card(MODEL)["examples"][0]["row"]
        content: MeetingContent = {
            "title": "Stones",
            "cases": [{"id": "one", "name": "One", "model": MODEL, "row": row, "guess": True}],
        }
        meeting = client.meetings.create(content, client.feedback.new_key())
        code = meeting["audience_code"]
        events, views = client.meetings.events(meeting["id"]), client.audience.events(code)
        assert (next(events)["event"], next(views)["case"]) == ("state", None)
        client.meetings.set_state(meeting["id"], {"case": "one", "phase": "guess"})
        assert next(views)["state"]["phase"] == "guess"
        for number in range(30):
            client.audience.guess(code, {"case": "one", "person": f"person {number}", "value": float(number)})
        last = next(event for event in events if event["data"].get("people") == 30)
        program.end(signal.SIGKILL)
        with pytest.raises(ServiceError):
            list(views)
        program.start()
        assert client.meetings.guesses(meeting["id"])["cases"] == [last["data"]]
        client.meetings.set_state(meeting["id"], {"case": "one", "phase": "answer"})
        views = client.audience.events(code)
        assert next(views)["guesses"] == last["data"]
        program.ask_to_stop()
        assert list(views) == []
        assert program.stop() == 0  # Program.stop waits for 60 s, the service for SECONDS_TO_STOP if a stream were left
