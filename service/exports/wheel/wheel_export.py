"""Write a model as a wheel: `pip install` it, and `import model_NAME`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from service.bundles.model import Model
from service.exports.wheel.package_project import write_project


@contextmanager
def wheel_of(model: Model, bundle: Path) -> Iterator[Path]:
    """Give a wheel of the model; it is deleted at the end. Raises NotExportable."""
    from flit_core.wheel import make_wheel_in

    with TemporaryDirectory(prefix="witryna-wheel-") as scratch:
        project = Path(scratch) / "project"
        write_project(model, bundle, project)
        yield make_wheel_in(project / "pyproject.toml", Path(scratch)).file
