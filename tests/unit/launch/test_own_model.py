"""Promises of `make demo MODEL=…`: what the user names is what the command publishes, and the page opens on it."""

from pathlib import Path

import pytest

from launch.own_model import read_own_model
from service.models.__main__ import build_parser

ROOT = Path("/witryna")


def test_without_a_model_nothing_is_published() -> None:
    assert read_own_model({"DATA": "churn.csv", "TARGET": "churned"}, ROOT) is None
    assert read_own_model({"MODEL": ""}, ROOT) is None


def test_the_command_takes_what_the_user_names() -> None:
    named = {"MODEL": "churn.joblib", "DATA": "churn.csv", "TARGET": "churned", "CARD": "card.toml"}
    own = read_own_model(named | {"REQUIREMENTS": "needs.txt"}, ROOT)
    assert own is not None
    options = build_parser().parse_args(own.arguments)
    assert (options.model, options.data, options.target) == ("churn.joblib", Path("churn.csv"), "churned")
    assert (options.card, options.requirements) == (Path("card.toml"), Path("needs.txt"))
    assert (options.name, options.bundles) == (own.name, own.bundles)
    assert options.trust_this_file
    assert own.bundles == ROOT / "my-models"


def test_further_options_of_the_command_can_be_given() -> None:
    own = read_own_model({"MODEL": "churn.joblib", "OPTIONS": "--dates day_first --sheet 'First sheet' --held-out"}, ROOT)
    assert own is not None
    options = build_parser().parse_args(own.arguments)
    assert (options.dates, options.sheet, options.held_out, options.name) == ("day_first", "First sheet", True, "churn")


def test_a_folder_of_bundles_that_the_user_chose_stays() -> None:
    own = read_own_model({"MODEL": "churn.joblib", "SERVICE_BUNDLES": "/models"}, ROOT)
    assert own is not None
    assert own.bundles == Path("/models")


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("churn.joblib", "churn"),
        ("models/Churn 2026_v2.pkl", "churn-2026-v2"),
        ("hand-over/churn", "churn"),
        ("my_project.models:best_model", "best-model"),
        ("ząb.pkl", "z-b"),
        ("模型.pkl", "model"),
        (f"{'a' * 100}.skops", "a" * 64),
    ],
)
def test_the_name_comes_from_the_file(model: str, name: str) -> None:
    own = read_own_model({"MODEL": model}, ROOT)
    assert own is not None
    assert own.name == name
