"""Promises of a model in a process: whatever it does, only the call that is to blame gets an error."""

import gc
import logging
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from service.bundles.bundle_opening import open_model
from service.bundles.model import Model
from service.bundles.registry import Registry
from service.bundles.scorers.deadlines import give_up_after
from service.errors import BrokenBundle, ModelFailed, ModelTimeout, Overloaded
from service.schemas import Input
from service.settings import Settings
from tests.support import code_models
from tests.support.code_models import MISCHIEF, row, write_code_bundle
from tests.support.inference_requests import columns_of, json_request
from tests.support.onnx_models import toy_card
from tests.support.server_process import children
from tests.support.service_app import serve

MAX_LOOKS = 600


@pytest.fixture(scope="module")
def mischief(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return open_model(write_code_bundle(tmp_path_factory.mktemp("mischief"), "mischief", MISCHIEF))


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    """What a test starts ends with the last reference to its model."""
    before = children(os.getpid())
    yield
    gc.collect()
    for _ in range(MAX_LOOKS):
        if len(children(os.getpid())) <= len(before) + 1:  # the model of the fixture may have a new process
            return
        time.sleep(0.05)
    raise AssertionError("a process is left")


def values(model: Model, rows: list[dict[str, float]], seconds: float = 60.0) -> list[float]:
    answers: list[Any] = []
    with give_up_after(seconds):
        answers = list(model.predict(rows).predictions)
    return [each.value for each in answers]


def test_many_threads_at_once_get_the_numbers_of_their_own_rows(mischief: Model) -> None:
    def ask(number: int) -> list[float]:
        return values(mischief, [row(number, each) for each in range(number % 7 + 1)])

    with ThreadPoolExecutor(24) as callers:
        answers = list(callers.map(ask, range(190)))
    assert answers == [[float(number + each) for each in range(number % 7 + 1)] for number in range(190)]


@pytest.mark.parametrize("rows", [0, 1, 100, 101])
def test_tensors_of_few_and_of_many_rows_get_the_numbers_of_the_process(rows: int, mischief: Model) -> None:
    asked = [row(number, number) for number in range(rows)]
    request = json_request(msgspec.to_builtins(mischief.card), asked)
    for client in serve(Settings(), Registry.of([mischief])):
        answer = client.post(f"/v2/models/{mischief.card.name}/infer", json=request)
        assert columns_of(answer)["value"] == [float(2 * number) for number in range(rows)]


@pytest.mark.parametrize("code", [code_models.SEGFAULT, code_models.EXIT, code_models.CLOSE])
def test_a_process_that_ends_fails_its_call_and_is_started_again(code: int, mischief: Model) -> None:
    with pytest.raises(ModelFailed, match="The process of the model ended while it scored these rows"):
        values(mischief, [row(code)])
    assert values(mischief, [row(1)]) == [2.0]


@pytest.mark.parametrize(
    "code",
    [
        code_models.RAISE,
        code_models.MUCH_MEMORY,
        code_models.WRONG_SHAPE,
        code_models.NAN,
        code_models.SYSTEM_EXIT,
        code_models.TEXT,
    ],
)
def test_a_model_that_raises_or_answers_nonsense_fails_its_call_and_goes_on(code: int, mischief: Model) -> None:
    assert values(mischief, [row(1)]) == [2.0]
    before = children(os.getpid())
    with pytest.raises(ModelFailed) as failure:
        values(mischief, [row(code)])
    assert "secret" not in failure.value.detail
    assert values(mischief, [row(1)]) == [2.0]
    assert children(os.getpid()) == before, "the same process"


def test_a_row_that_hangs_is_given_up_at_its_deadline_and_the_process_is_replaced(mischief: Model) -> None:
    assert values(mischief, [row(1)]) == [2.0]
    before = children(os.getpid())
    with pytest.raises(ModelTimeout):
        values(mischief, [row(code_models.HANG)], seconds=1.0)
    assert values(mischief, [row(1)]) == [2.0]
    assert before - children(os.getpid()), "the process that hung has ended"


def test_what_a_model_prints_goes_to_the_log_and_not_among_the_messages(
    mischief: Model, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert values(mischief, [row(code_models.PRINT)]) == [code_models.PRINT + 1.0]
        assert values(mischief, [row(2)]) == [3.0]
        for _ in range(MAX_LOOKS):
            if "a line of the model" in caplog.text:
                break
            time.sleep(0.05)
    assert "a line of the model" in caplog.text


@pytest.mark.parametrize("code", [code_models.HANG, code_models.SEGFAULT, code_models.RAISE])
def test_calls_that_are_scored_together_with_one_that_is_to_blame_get_their_numbers(code: int, mischief: Model) -> None:
    """The calls arrive while the process is busy, so that they become one batch."""
    outcomes: dict[int, Any] = {}

    def ask(number: int) -> None:
        try:
            outcomes[number] = values(mischief, [row(number)], seconds=3.0 if number == code_models.HANG else 60.0)
        except (ModelFailed, ModelTimeout) as error:
            outcomes[number] = type(error)

    values(mischief, [row(1)])
    callers = [threading.Thread(target=ask, args=[number]) for number in (3, code, 4, 5, 6)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(60)
    expected = ModelTimeout if code == code_models.HANG else ModelFailed
    assert outcomes == {code: expected} | {number: [number + 1.0] for number in (3, 4, 5, 6)}


def test_a_call_that_takes_long_does_not_keep_the_others_waiting(tmp_path: Path) -> None:
    """A second process serves the others, and ends when it is not needed any more."""
    before = children(os.getpid())
    model = open_model(write_code_bundle(tmp_path, "slow", MISCHIEF))

    def hang() -> None:
        with pytest.raises(ModelFailed):
            values(model, [row(code_models.HANG)])

    hanging = threading.Thread(target=hang, daemon=True)
    hanging.start()
    answers = [values(model, [row(number)], seconds=30.0) for number in range(5)]
    assert answers == [[number + 1.0] for number in range(5)]
    assert hanging.is_alive()
    for process in children(os.getpid()) - before:
        process.kill()
    hanging.join(60)
    assert not hanging.is_alive()


def process_of(model: Model) -> psutil.Process:
    scorer: Any = model.scorer
    return psutil.Process(scorer.facts["pid"])


def test_the_process_ends_with_the_model(tmp_path: Path) -> None:
    model = open_model(write_code_bundle(tmp_path, "short"))
    process = process_of(model)
    assert values(model, [row(1)]) == [2.0]
    scratch = Path(process.cwd())
    assert scratch.is_dir()
    del model
    gc.collect()
    assert psutil.wait_procs([process], timeout=30)[1] == []
    for _ in range(MAX_LOOKS):
        if not scratch.exists():
            return
        time.sleep(0.05)
    raise AssertionError("its scratch folder is left")


def test_the_environment_of_the_process_holds_no_variable_of_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_API_KEYS", "a-secret-of-the-service:read")
    monkeypatch.setenv("PGPASSWORD", "a-secret-of-the-database")
    model = open_model(write_code_bundle(tmp_path, "clean"))
    assert set(process_of(model).environ()) <= {"HOME", "TMPDIR", "PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TZ"} | {
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "JOBLIB_MULTIPROCESSING", "OPENBLAS_CORETYPE",
        "OPENBLAS_L2_SIZE",
    }  # fmt: skip
    assert values(model, [row(1)]) == [2.0]


ANSWERS = {
    "in another order": "return (frame['a'] + frame['b']).to_numpy()[::-1].copy()",
    "of the whole batch": "return np.full(len(frame), float(frame['a'].sum()))",
    "with a row too many": "return np.zeros(len(frame) + 1)",
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_model_that_answers_for_other_rows_is_not_served(answer: str, tmp_path: Path) -> None:
    source = f"import numpy as np\nclass Model:\n    def predict(self, frame):\n        {ANSWERS[answer]}\n"
    with pytest.raises(BrokenBundle):
        open_model(write_code_bundle(tmp_path, "wrong", source))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import no_such_package_at_all", "lacks the package no_such_package_at_all"),
        ("import os\nos._exit(7)", r"ended at the start \(exit code 7\)"),
        ("raise RuntimeError('a secret value')", "cannot be opened: RuntimeError"),
        ("class Other: pass", "cannot be opened: AttributeError"),
    ],
)
def test_a_model_that_cannot_be_opened_is_listed_with_a_reason(source: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(BrokenBundle, match=reason) as failure:
        open_model(write_code_bundle(tmp_path, "wrong", source))
    assert "secret" not in str(failure.value)


def test_a_model_that_hangs_while_it_is_opened_is_given_up_at_the_deadline(tmp_path: Path) -> None:
    bundle = write_code_bundle(tmp_path, "slow", "import time\ntime.sleep(1000)")
    with pytest.raises((BrokenBundle, ModelTimeout)), give_up_after(2.0):
        open_model(bundle)


def test_code_that_nobody_trusts_is_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "executed"
    bundle = write_code_bundle(tmp_path, "untrusted", f"open({str(mark)!r}, 'w')\n{code_models.ADDING}", trusted=False)
    with pytest.raises(BrokenBundle, match="nobody has said to trust it"):
        open_model(bundle)
    assert not mark.exists()


def test_a_model_of_a_text_and_a_date_gets_them_as_its_card_says(tmp_path: Path) -> None:
    fields = (Input(name="text", type="text"), Input(name="day", type="date", dtype="datetime64[ms]"))
    source = """
        class Model:
            def predict(self, frame):
                return (frame["text"].str.len() + frame["day"].dt.day).to_numpy(float)
        """
    rows: list[Any] = [{"text": "zażółć", "day": "2026-11-30"}, {"text": "a b", "day": "2026-02-01"}]
    card = msgspec.structs.replace(toy_card("text"), inputs=fields, examples=(), real_rows=tuple(rows))
    model = open_model(write_code_bundle(tmp_path, "text", source, card))
    assert values(model, rows) == [36.0, 4.0]
    only_text = msgspec.structs.replace(card, inputs=fields[:1], real_rows=({"text": "abc"},), name="only-text")
    model = open_model(write_code_bundle(tmp_path, "only-text", source.replace('+ frame["day"].dt.day', ""), only_text))
    assert values(model, [{"text": "four"}, {"text": "a"}]) == [4.0, 1.0]  # type: ignore[dict-item]


def test_a_file_that_has_changed_is_not_opened_when_the_process_starts_again(tmp_path: Path) -> None:
    bundle = write_code_bundle(tmp_path, "changed", MISCHIEF)
    model = open_model(bundle)
    other = write_code_bundle(tmp_path / "other", "changed", code_models.ADDING)
    (bundle / "code.zip").write_bytes((other / "code.zip").read_bytes())
    with pytest.raises(ModelFailed):
        values(model, [row(code_models.EXIT)])
    with pytest.raises(ModelFailed, match="The process of the model cannot be started"):
        values(model, [row(1)])
    refusals = []
    for _ in range(6):  # a process that cannot be started is started ever more rarely
        try:
            values(model, [row(1)])
        except ModelFailed:
            continue
        except Overloaded as refusal:
            refusals.append(int(refusal.headers["Retry-After"]))
    assert refusals
    assert min(refusals) >= 1
