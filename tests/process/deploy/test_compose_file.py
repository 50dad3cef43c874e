"""test_compose_builds_both_dockerfiles_and_waits_for_the_service_to_be_healthy"""

import subprocess
import sys

from tests.support.repository import ROOT


def test_the_compose_file_keeps_to_the_compose_specification() -> None:
    check = ["check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(ROOT / "docker-compose.yml")]
    answer = subprocess.run([sys.executable, "-m", *check], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout
