"""Documents of PMML: they are valid, and hold every text of a card."""

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest

from service.exports.pmml.pmml_document import DocumentNames
from service.exports.program_forms import PROGRAM_FORMS
from service.exports.proof.proof_rows import real_rows
from service.exports.refusals import NotExportable
from tests.support.exported_models import BUNDLED, HOSTILE, MODELS, ExportCase, export_case, write_hostile_bundle

PMML = PROGRAM_FORMS["pmml"]
NAMES = [*BUNDLED, *MODELS, *(f"{name}-hostile" for name in MODELS)]
# What XML 1.0 does not have is taken out; everything else stays, line ends included.
IN_XML = tuple(text.replace("\x0b", "").replace("\x0c", "") for text in HOSTILE)
VALIDATOR = """
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;

class Validate {
  public static void main(String[] files) throws Exception {
    var factory = SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI);
    var schema = factory.newSchema(new StreamSource(files[0]));
    for (int at = 1; at < files.length; at++) {
      schema.newValidator().validate(new StreamSource(files[at]));
    }
  }
}
"""


@pytest.fixture(scope="module")
def pmml_cases(cases: Mapping[str, ExportCase], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, ExportCase]:
    """The models of the package, the hostile ones with texts that XML can hold."""
    found = {name: cases[name] for name in (*BUNDLED, *MODELS)}
    for name in MODELS:
        folder = tmp_path_factory.mktemp(name)
        model = write_hostile_bundle(folder, cases[name].folder, cases[name].model.card, IN_XML)
        found[f"{name}-hostile"] = export_case(model, folder, real_rows(model, folder))
    return found


def test_a_document_is_valid_by_the_schema_of_pmml_4_4(pmml_cases: Mapping[str, ExportCase], tmp_path: Path) -> None:
    package, java = find_spec("jpmml_evaluator"), shutil.which("java")
    if package is None or package.origin is None or java is None:
        pytest.skip("jpmml-evaluator or java is not installed")
    (archive,) = Path(package.origin).parent.glob("dependencies/pmml-model-[0-9]*.jar")
    (tmp_path / "pmml.xsd").write_bytes(zipfile.ZipFile(archive).read("pmml.xsd"))
    (tmp_path / "Validate.java").write_text(VALIDATOR)
    for name, case in pmml_cases.items():
        (tmp_path / f"{name}.pmml").write_bytes(PMML.write(case.program, [], None))
    wrong = (tmp_path / "toy-line.pmml").read_text("utf-8").replace("<Interval ", "<Span ")
    (tmp_path / "wrong.pmml").write_text(wrong, "utf-8")

    def validate(*names: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [java, "-XX:TieredStopAtLevel=1", "Validate.java", "pmml.xsd", *names],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    done = validate(*(f"{name}.pmml" for name in pmml_cases), "wrong.pmml")
    assert re.search("wrong.pmml.*:Span}", done.stderr), done.stderr


def test_every_text_of_a_card_reads_back_from_the_document(pmml_cases: Mapping[str, ExportCase]) -> None:
    """Line ends, quotes, `]]>` and directions of writing are kept where texts are compared or answered."""
    case = pmml_cases["toy-scorecard-hostile"]
    root = ElementTree.parse(io.BytesIO(PMML.write(case.program, [], None))).getroot()  # noqa: S314 - our own
    namespace = "{http://www.dmg.org/PMML-4_4}"
    values = {element.get("value") for element in root.iter(f"{namespace}Value")}
    constants = {element.text for element in root.iter(f"{namespace}Constant")}
    assert {*case.program.labels, *(choice for field in case.program.fields for choice in field.choices)} <= values
    assert {name for name, _ in case.program.bands} <= constants


def test_a_text_that_xml_cannot_hold_is_refused(cases: Mapping[str, ExportCase]) -> None:
    with pytest.raises(NotExportable, match="XML"):
        PMML.write(cases["toy-scorecard-hostile"].program, [], None)


def test_no_output_has_the_name_of_a_field(pmml_cases: Mapping[str, ExportCase]) -> None:
    for case in pmml_cases.values():
        names = DocumentNames(case.program)
        outputs = [names.target, names.label, *names.probabilities, names.value, names.low, names.high, names.decision]
        everything = [*outputs, names.valid, *names.steps.values(), *(field.name for field in case.program.fields)]
        assert len(set(everything)) == len(everything)
