"""A data scientist's afternoon: a model is added by the command while the demo is open, appears, and every page draws it."""

import subprocess
import sys
from pathlib import Path

from playwright.sync_api import expect
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from client import hand_over
from tests.support.browser_session import Contexts, own_demo, visits_of
from tests.support.repository import ROOT
from tests.support.server_process import running, service_program

X, Y = load_breast_cancer(return_X_y=True, as_frame=True)
KINDS = Y.map({0: "malignant", 1: "benign"}).rename("diagnosis")


def add(bundles: Path, folder: Path) -> str:
    """Run the command as a user does; return what it prints."""
    command = [sys.executable, "-m", "service.models", "--bundles", str(bundles), "add", str(folder), "--trust-this-file"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_a_model_that_is_added_while_the_demo_is_open_appears_and_every_page_draws_it(
    contexts: Contexts, tmp_path: Path
) -> None:
    bundles = tmp_path / "bundles"
    bundles.mkdir()
    model = make_pipeline(StandardScaler(), HistGradientBoostingClassifier(max_iter=20)).fit(X[:400], KINDS[:400])
    folder = hand_over(model, X[400:], KINDS[400:], "tumour", folder=tmp_path)
    service = service_program(bundles, SERVICE_BUNDLES_POLL_SECONDS="0.1")
    with running(service), own_demo(service.url) as demo, visits_of(contexts, demo.url) as begin:
        at = begin("/?lang=en")
        expect(at.page.get_by_text("No model has been published yet.")).to_be_visible()
        assert "in the service, as a graph" in add(bundles, folder)
        expect(at.number).to_be_visible()
        at.page.get_by_test_id("stMainBlockContainer").get_by_text("An unusual case", exact=True).click()
        at.settled()
        seen = []
        for path in at.menu_pages():
            expect(at.page.get_by_test_id("stException")).to_have_count(0)
            expect(at.page.get_by_role("heading", level=1)).to_have_count(1)
            seen.append(path)
        assert {"/what-if", "/to-change", "/compare", "/files", "/how-good", "/about"} <= set(seen)
        at.open("/files?model=tumour&lang=en")
        at.page.locator("input[type=file]").set_input_files(
            {"name": "rows.csv", "mimeType": "text/csv", "buffer": X[400:420].to_csv(index=False).encode()}
        )
        expect(at.page.get_by_text("20 rows scored")).to_be_visible()
