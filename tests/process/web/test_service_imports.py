"""What the running service imports."""

import os
import subprocess
import sys
from pathlib import Path

from service.training.__main__ import NAMES
from tests.support.repository import ROOT


def test_a_service_whose_models_run_on_onnx_loads_neither_scikit_learn_nor_scipy(bundles: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from service.web.app import create_app; from service.settings import Settings;"
        "from service.bundles.versions.registry_updates import RegistryUpdates;"
        f"app = create_app(Settings()); RegistryUpdates(app.services.registry, Path({str(bundles)!r})).load();"
        "print(len(app.services.registry.models()), sorted({'sklearn', 'scipy', 'skl2onnx', 'pandas', 'pyarrow', 'rapidocr', 'cv2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"{len(NAMES)} []"


def test_no_library_of_the_models_leaves_an_identity_of_the_machine(bundles: Path, tmp_path: Path) -> None:
    """ONNX Runtime does so for its telemetry: a session in the temporary folder, a device in the home folder."""
    program = (
        "from pathlib import Path; from service.bundles.registry import Registry;"
        "from service.bundles.versions.registry_updates import RegistryUpdates;"
        f"registry = Registry(); RegistryUpdates(registry, Path({str(bundles)!r})).load(); print(len(registry.models()))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache"), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == str(len(NAMES))
    assert list(tmp_path.iterdir()) == []
