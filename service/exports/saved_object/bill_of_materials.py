"""What a saved object consists of, as a bill of materials: CycloneDX 1.6 (cyclonedx.org/docs/1.6/json)."""

import uuid
from typing import Any

from service.exports.saved_object.pinned_packages import PinnedPackage
from service.fields.value_wording import localized_text
from service.schemas import Card, Classification, Text
from wire.languages import DEFAULT

_NAMESPACE = uuid.UUID("7b4ce1f4-9d2f-5b8e-9f0c-3f6f6a1c2d55")


def bill_of_materials(card: Card, packages: list[PinnedPackage]) -> dict[str, Any]:
    """Return the document: the model with its card, and the packages that it needs."""
    reference = f"{card.name}@{card.version}"
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, card.version)}",
        "version": 1,
        "metadata": ({"timestamp": f"{card.built}T00:00:00Z"} if card.built else {})
        | {"component": _model(card, reference)},
        "components": [_package(package) for package in packages],
        "dependencies": [{"ref": reference, "dependsOn": [_url(package) for package in packages]}],
    }


def _model(card: Card, reference: str) -> dict[str, Any]:
    kind = "classification" if isinstance(card.output, Classification) else "regression"
    metrics = [_metric(metric.name, metric.value, metric.low, metric.high) for metric in card.metrics]
    training = card.training
    parameters: dict[str, Any] = {"task": kind}
    if training:
        parameters["architectureFamily"] = _text(training.algorithm)
        parameters["datasets"] = [
            {
                "type": "dataset",
                "name": _text(training.data),
                "governance": {"owners": [{"organization": {"name": training.source}}]},
                "sensitiveData": [],
                "contents": {"properties": [{"name": "licence", "value": training.licence}]},
            }
        ]
    considerations = {
        "useCases": [_text(card.purpose)] if card.purpose else [],
        "technicalLimitations": [_text(text) for text in (*card.not_for, *card.limits)],
    }
    return {
        "type": "machine-learning-model",
        "bom-ref": reference,
        "name": card.name,
        "version": card.version,
        "description": _text(card.title),
        "hashes": [{"alg": "SHA-256", "content": card.version}],
        "modelCard": {
            "modelParameters": parameters,
            "quantitativeAnalysis": {"performanceMetrics": metrics},
            "considerations": considerations,
        },
    }


def _metric(name: str, value: float, low: float | None, high: float | None) -> dict[str, Any]:
    interval = (
        {} if low is None or high is None else {"confidenceInterval": {"lowerBound": str(low), "upperBound": str(high)}}
    )
    return {"type": name, "value": str(value)} | interval


def _package(package: PinnedPackage) -> dict[str, Any]:
    licence = {"licenses": [{"expression": package.licence}]} if package.licence else {}
    reference = {"type": "library", "bom-ref": _url(package), "purl": _url(package)}
    return reference | {"name": package.name, "version": package.version} | licence


def _url(package: PinnedPackage) -> str:
    return f"pkg:pypi/{package.name}@{package.version}"


def _text(text: Text) -> str:
    return localized_text(text, DEFAULT)
