"""An interrupt ends a run, whatever the main thread does at that moment."""

import ctypes
import sys
import threading
from types import FrameType
from typing import Any

import pytest

from pipeline import ordered_batches
from pipeline.formats.records import Record
from pipeline.ordered_batches import process_in_order

DEADLINE_SECONDS = 20.0
RECORDS = [Record(number, number, b"{}") for number in range(1, 7)]


class Consumer(threading.Thread):
    """Consumes the batches of `records` in a thread of its own, with an interrupt at its line number `interrupt_at`."""

    def __init__(self, records: Any, interrupt_at: int | None = None) -> None:
        super().__init__(daemon=True)
        self._records = records
        self._lines_left = interrupt_at
        self.consumed: list[int] = []
        self.interrupted = False
        self.first = threading.Event()

    def run(self) -> None:
        try:
            with process_in_order(iter(self._records), lambda batch: batch, threads=2, batch_records=1) as batches:
                if self._lines_left is not None:
                    sys.settrace(self._trace)
                for batch in batches:
                    self.consumed += [record.number for record in batch]
                    self.first.set()
                sys.settrace(None)
        except KeyboardInterrupt:
            self.interrupted = True

    def _trace(self, _frame: FrameType, event: str, _argument: object) -> Any:
        if event == "line" and self._lines_left is not None:
            self._lines_left -= 1
            if self._lines_left < 0:
                sys.settrace(None)
                raise KeyboardInterrupt
        return self._trace

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt at the next instruction. Like a late signal, this wakes no lock."""
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident or 0), ctypes.py_object(KeyboardInterrupt))


def test_an_interrupt_at_any_line_ends_the_run_and_leaves_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordered_batches, "_POLL_SECONDS", 0.002)
    line = 0
    while True:
        before = set(threading.enumerate())
        consumer = Consumer(RECORDS, interrupt_at=line)
        consumer.start()
        consumer.join(DEADLINE_SECONDS)
        assert not consumer.is_alive(), f"hangs when it is interrupted at line {line}"
        for thread in set(threading.enumerate()) - before:
            thread.join(DEADLINE_SECONDS)
            assert not thread.is_alive(), f"{thread.name} goes on after an interrupt at line {line}"
        assert consumer.consumed == [record.number for record in RECORDS][: len(consumer.consumed)]
        if not consumer.interrupted:
            break
        line += 1
    assert consumer.consumed == [record.number for record in RECORDS]
    assert line > len(RECORDS), "the interrupts did not reach the run"


def test_an_interrupt_that_wakes_no_wait_ends_a_run_whose_input_is_silent() -> None:
    silence = threading.Event()

    def records() -> Any:
        yield RECORDS[0]
        silence.wait()

    consumer = Consumer(records())
    consumer.start()
    assert consumer.first.wait(DEADLINE_SECONDS)
    consumer.interrupt()
    consumer.join(DEADLINE_SECONDS)
    assert consumer.interrupted
    silence.set()
