"""Promises of files with damaged bytes: each is read or refused, and none ends the process."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from service.bundles.bundle_files import read_card
from service.bundles.versions.bundle_folder import default_folder
from service.settings import BUNDLES
from tests.support.repository import ROOT

MODEL = "diamond-price"
TRIALS = 1500

# In a process of its own: what is tested is that it is still there at the end.
TRY_ALL = """
import json, random, sys
from pathlib import Path
from service.errors import InvalidFile, TooLarge
from service.files.arrow_format.arrow_file import open_arrow_file, open_parquet_file
from service.files.file_request import FileRequest
from service.bundles.bundle_files import read_card
from service.bundles.versions.bundle_folder import default_folder

card, whole, file = read_card(Path(sys.argv[1])), Path(sys.argv[2]).read_bytes(), Path(sys.argv[3])
kind = file.suffix[1:]
dice = random.Random(1)
ends = {"read": 0, "refused": 0}


def spoil(trial):
    # Each byte in its turn, by as much as can make a list of one a list of two; then some by chance.
    spoiled = bytearray(whole)
    if trial < len(whole):
        spoiled[trial] = (spoiled[trial] + 4) % 256
        return spoiled
    for _ in range(dice.choice([1, 1, 1, 2, 8])):
        at = dice.randrange(len(whole))
        spoiled[at] = dice.choice([0, 1, 127, 128, 255, spoiled[at] ^ (1 << dice.randrange(8))])
    return spoiled


for trial in range(len(whole) + int(sys.argv[4])):
    file.write_bytes(spoil(trial))
    try:
        opened = (open_parquet_file if kind == "parquet" else open_arrow_file)(file, card, FileRequest(kind, kind, keep_inputs=True))
        for part in opened.parts():
            pass
    except (InvalidFile, TooLarge):
        ends["refused"] += 1
    else:
        ends["read"] += 1
print(json.dumps(ends))
"""


def diamonds() -> pa.Table:
    rows = [
        dict(row) | {"id": f"diamond {index}"}
        for index, row in enumerate(read_card(default_folder(BUNDLES, MODEL)).real_rows[:50])
    ]
    return pa.Table.from_pylist(rows)


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_whatever_byte_of_a_file_is_damaged_the_process_lives_on(kind: str, bundles: Path, tmp_path: Path) -> None:
    whole = tmp_path / f"whole.{kind}"
    if kind == "parquet":
        pq.write_table(diamonds(), whole)
    else:
        with pa.ipc.new_stream(str(whole), diamonds().schema) as writer:
            writer.write_table(diamonds())
    arguments = [str(bundles / MODEL), str(whole), str(tmp_path / f"spoiled.{kind}"), str(TRIALS)]
    program = [sys.executable, "-c", TRY_ALL, *arguments]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    ends = json.loads(done.stdout)
    assert sum(ends.values()) == whole.stat().st_size + TRIALS
    assert min(ends.values()) > 0
