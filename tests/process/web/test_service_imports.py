"""What the running service imports."""

import subprocess
import sys
from pathlib import Path

from tests.support.repository import ROOT


def test_a_service_whose_models_run_on_onnx_loads_neither_scikit_learn_nor_scipy(bundles: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from service.web.app import create_app; from service.settings import Settings;"
        f"app = create_app(Settings()); app.services.registry.load(Path({str(bundles)!r}));"
        "print(len(app.services.registry.models()), sorted({'sklearn', 'scipy', 'skl2onnx', 'pandas', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "4 []"
