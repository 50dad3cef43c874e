"""Nightly pictures beside the plain loop that a tutorial writes: rapidocr and the embedding, picture by picture."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from service.jobs import job_runner
from service.jobs.pictures.measured_before import MeasuredBefore
from service.jobs.pictures.picture_job import picture_job, stored_fields
from service.jobs.pictures.picture_sources import FolderSource
from service.jobs.pictures.thread_engine import Threads
from service.schemas import Card
from service.store.store import Store

PICTURES = Path(__file__).parents[2] / "data" / "adverts"
_KEY = "advert_id"
_NUMBERS = ("text_share", "words", "brightness", "contrast", "sharpness", "colourfulness")


@dataclass(frozen=True)
class PictureComparison:
    """Seconds for the same pictures, and the most memory that this process took until the job ended, in MB."""

    pictures: int
    job_seconds: float
    plain_seconds: float
    peak_megabytes: float


def compare_pictures(count: int, threads: int | None) -> PictureComparison:
    """Measure the first pictures of the adverts with the job, then with a plain loop. Both open their networks first."""
    import resource

    with _some_pictures(count) as folder:
        files = sorted(folder.iterdir())
        with _some_pictures(2) as warm:
            _run_job(warm, threads)
        job_seconds = _run_job(folder, threads)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        plain = _plain_loop()
        plain(files[0])
        start = time.perf_counter()
        for file in files:
            plain(file)
        return PictureComparison(len(files), job_seconds, time.perf_counter() - start, peak)


@contextmanager
def _some_pictures(count: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        for file in sorted(PICTURES.iterdir())[:count]:
            (Path(name) / file.name).write_bytes(file.read_bytes())
        yield Path(name)


def _run_job(folder: Path, threads: int | None) -> float:
    """Measure the pictures of a folder into a store of their own; return the seconds."""
    card = _card()
    with tempfile.TemporaryDirectory() as name:
        store = Store(f"sqlite:///{name}/witryna.db", 60.0)
        store.prepare()
        before = MeasuredBefore(store, card.name, None, stored_fields(card))
        start = time.perf_counter()
        job = picture_job(card, FolderSource(folder, _KEY), _KEY, before)
        job_runner.run_job(store, card, job, engine=Threads(threads), max_runs=1, advance=lambda _rows: None)
        seconds = time.perf_counter() - start
        store.close()
    return seconds


def _card() -> Card:
    """Return a card that takes an embedding and numbers of pictures."""
    inputs = [{"name": name, "type": "number", "from": "store"} for name in _NUMBERS]
    vector = {"name": "embedding", "type": "vector", "length": 1280, "from": "store"}
    output = {"kind": "classification", "labels": [{"value": "yes"}, {"value": "no"}], "focus": "yes"}
    card = {"name": "pictures", "title": "", "question": "", "inputs": [*inputs, vector], "output": output}
    scoring = {"scorer": "onnx", "gate_rows": 0, "gate_difference": 0.0}
    return msgspec.convert(
        card | {"scoring": scoring, "entity": {"key": _KEY, "features": "pictures"}, "version": "v"}, Card
    )


def _plain_loop() -> Callable[[Path], None]:
    """Return what a tutorial does with the file of a picture. Both packages choose their threads, as they do by default."""
    import onnxruntime
    from PIL import Image
    from rapidocr import RapidOCR

    reader = RapidOCR(params={"Global.log_level": "error"})
    network = onnxruntime.InferenceSession(PICTURES.parent / "efficientnet_lite0.onnx")
    mean, deviation = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])

    def measure(file: Path) -> None:
        image = Image.open(file).convert("RGB")
        reader(np.asarray(image)[:, :, ::-1])
        pixels = (np.asarray(image.resize((224, 224), Image.Resampling.BICUBIC)) / 255 - mean) / deviation
        network.run(None, {"image": pixels.transpose(2, 0, 1)[np.newaxis].astype(np.float32)})

    return measure
