"""Promises of the store of upload jobs: few, for an hour, found by model and token alone."""

import io

from demo.files.upload_job import UploadJob
from demo.files.upload_store import MAX_JOBS, UploadStore


def make_job() -> UploadJob:
    return UploadJob("rows.csv", "text/csv", io.BytesIO(), "id")


def test_a_job_is_found_by_its_model_and_token_alone() -> None:
    store, job = UploadStore(), make_job()
    store.put("one", job)
    assert store.get("one", job.token) is job
    assert store.get("two", job.token) is None
    assert store.get("one", "") is None
    store.remove("one", job)
    store.remove("one", job)
    assert store.get("one", job.token) is None


def test_a_token_is_long_and_never_the_same() -> None:
    tokens = {make_job().token for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 16


def test_a_job_is_kept_for_an_hour_after_its_last_use() -> None:
    now = [0.0]
    store, job = UploadStore(lambda: now[0]), make_job()
    store.put("one", job)
    now[0] = 3000.0
    store.put("one", job)
    now[0] = 6000.0
    assert store.get("one", job.token) is job
    now[0] = 6601.0
    assert store.get("one", job.token) is None


def test_the_store_holds_the_jobs_that_were_used_last() -> None:
    store, jobs = UploadStore(), [make_job() for _ in range(MAX_JOBS + 1)]
    for job in jobs[:-1]:
        store.put("one", job)
    store.put("one", jobs[0])
    store.put("one", jobs[-1])
    kept = [store.get("one", job.token) is job for job in jobs]
    assert kept == [True, False, *[True] * (MAX_JOBS - 1)]
