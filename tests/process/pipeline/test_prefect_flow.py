"""The flow of docs/pipeline.md in a real Prefect, which has an environment of its own."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.pipeline_command import lines_of
from tests.support.repository import ROOT
from tests.support.server_process import Program

PREFECT = ROOT / ".venv" / "prefect" / "bin" / "python"
ASK = """
import sys
if __name__ == "__main__":
    print("failed:", nightly_comments(*sys.argv[1:]))
"""


@pytest.mark.skipif(not PREFECT.exists(), reason="make test builds .venv/prefect")
def test_the_documented_flow_runs_in_prefect(bundled_service: Program, tmp_path: Path) -> None:
    match = re.search(
        r"```python\n(from prefect.*?)```", (ROOT / "docs" / "pipeline.md").read_text(encoding="utf-8"), re.DOTALL
    )
    assert match is not None
    (tmp_path / "nightly.py").write_text(match[1] + ASK, encoding="utf-8")
    (tmp_path / "in.jsonl").write_text('{"comment": "I love it"}\n{"comment": 5}\n')
    quiet = {
        "PREFECT_HOME": str(tmp_path / "home"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "100",
        "DO_NOT_TRACK": "1",
    }
    done = subprocess.run(
        [PREFECT, tmp_path / "nightly.py", tmp_path / "in.jsonl", tmp_path / "out.jsonl", bundled_service.url],
        env=os.environ | quiet | {"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.endswith("failed: 1\n"), done.stderr
    assert "Finished in state Completed()" in done.stderr
    assert [each["label"] for each in lines_of(tmp_path / "out.jsonl")] == ["positive"]
