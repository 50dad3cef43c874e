"""Mark tests with their layer and load the fixtures that several layers use."""

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.support.databases", "tests.support.explained_models", "tests.support.service_app"]

TESTS = Path(__file__).parent
SLOW_LAYERS = ["speed", "browser", "process", "app", "unit"]
"""The slowest layer first."""
_ALLOCATIONS_BETWEEN_COLLECTIONS = 100_000

# Time decides no test: a busy machine makes an example slow, not wrong.
settings.register_profile("witryna", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("witryna")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test with the layer that its file lies in: tests/app/… is `app`. Parallel workers begin with slow layers."""
    for item in items:
        item.add_marker(layer_of(item))
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: SLOW_LAYERS.index(layer_of(item)))


def layer_of(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0]


def pytest_collection_finish() -> None:
    """Keep the garbage collector from going through imported modules again, and let it run as rarely as in the service."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS)


@pytest.fixture(autouse=True)
def _restore_main_module() -> Iterator[None]:
    """Put `__main__` back: Streamlit's AppTest replaces it by the demo, and a process that a later test spawns would run that."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main
