"""The models and rows that every form is run on."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from service.bundles.model import Model
from service.exports.proof.proof_rows import real_rows
from service.publishing.plain_rows import plain_rows
from service.training.recipes import RECIPES
from tests.support.exported_models import (
    BUNDLED,
    DATED,
    MODELS,
    REAL_ROWS,
    TEXTED,
    ExportCase,
    export_case,
    odd_moments,
    write_bundle,
    write_dated_bundle,
    write_hostile_bundle,
    write_text_bundle,
)


@pytest.fixture(scope="package")
def cases(bundles: Path, models: dict[str, Model], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, ExportCase]:
    """Real rows, rows at thresholds, missing, unknown and refused values of bundled models, and of toys with hostile cards."""
    found = {}
    for name in BUNDLED:
        model = models[name]
        rows = plain_rows(model.card, RECIPES[name].split().test.fields.head(REAL_ROWS))
        found[name] = export_case(model, bundles / name, rows)
    for name in MODELS:
        folder, hostile = tmp_path_factory.mktemp(name), tmp_path_factory.mktemp(f"{name}-hostile")
        model = write_bundle(folder, name)
        found[name] = export_case(model, folder, real_rows(model, folder))
        hostile_model = write_hostile_bundle(hostile, folder, model.card)
        found[f"{name}-hostile"] = export_case(hostile_model, hostile, real_rows(hostile_model, hostile))
    for name in DATED:
        folder = tmp_path_factory.mktemp(name)
        model = write_dated_bundle(folder, name)
        rows = real_rows(model, folder)
        found[name] = export_case(model, folder, [*rows, *odd_moments(name, rows)])
    folder = tmp_path_factory.mktemp(TEXTED)
    model = write_text_bundle(folder)
    found[TEXTED] = export_case(model, folder, real_rows(model, folder))
    return found
