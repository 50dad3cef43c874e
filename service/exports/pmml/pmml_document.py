"""Write the document of a program: fields with their allowed values, steps as derived fields, and a regression on them.

The elements are those of PMML 4.4 (https://dmg.org/pmml/v4-4-1/GeneralStructure.html).
"""

import math
import re
from itertools import pairwise
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from service.exports.code.file_header import field_comment, header_lines
from service.exports.code.program import MemberSet, Program, ProgramField, refuse_fields
from service.exports.made_file import Proof
from service.exports.pmml.pmml_elements import PmmlElements, apply, number, reference, text
from service.exports.refusals import NotExportable

NEEDS = "an evaluator of PMML 4.4, such as JPMML-Evaluator"
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_pmml(program: Program, proof: Proof | None = None) -> bytes:
    """Return the document. Raises NotExportable if a text of the card has a character that XML does not have."""
    check_texts(program)
    names = DocumentNames(program)
    root = Element("PMML", xmlns="http://www.dmg.org/PMML-4_4", version="4.4")
    root.append(_header(program, proof))
    root.append(_data_dictionary(program, names))
    root.append(_transformations(program, names))
    root.append(_regression(program, names))
    indent(root, space=" ")
    # A carriage return of a text would be read as the end of a line.
    text_of_root: str = tostring(root, encoding="unicode").replace("\r", "&#13;")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text_of_root}\n'.encode()


def check_texts(program: Program) -> None:
    """Raise NotExportable if a text that is compared or answered has a character that XML 1.0 does not have."""
    refuse_fields(program, {"day", "moment"}, "evaluators read dates in different ways")
    texts = [*program.labels, *(name for name, _ in program.bands)]
    texts += [each for field in program.fields for each in (field.name, *field.choices)]
    if any(_NOT_IN_XML.search(each) for each in texts):
        raise NotExportable("a name, a category, a label or a decision has a character that XML does not have", "python")


class DocumentNames:
    """The names of derived fields and of outputs, which no field of the model has."""

    def __init__(self, program: Program) -> None:
        self._taken = {field.name for field in program.fields}
        self.target = self._new("prediction")
        self.label = self._new("label")
        self.probabilities = [self._new(f"probability({label})") for label in program.labels]
        self.value, self.low, self.high = map(self._new, ("value", "low", "high"))
        self.decision = self._new("decision")
        self.valid = self._new("valid")
        self.steps = {step.name: self._new(step.name) for step in program.steps if not isinstance(step, MemberSet)}

    def _new(self, name: str) -> str:
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name


def _header(program: Program, proof: Proof | None) -> Element:
    title, *lines = header_lines(program, needs=NEEDS, proof=proof, ascii_only=False)
    header = Element("Header", description=title, modelVersion=program.card.version)
    for line in lines:
        SubElement(header, "Annotation").text = line
    return header


def _data_dictionary(program: Program, names: DocumentNames) -> Element:
    dictionary = Element("DataDictionary", numberOfFields=str(len(program.fields) + 1))
    dictionary.extend(map(_data_field, program.fields))
    dictionary.append(_target(program, names))
    return dictionary


def _data_field(field: ProgramField) -> Element:
    kind = {"choice": "string", "flag": "boolean"}.get(field.kind, "integer" if field.is_whole else "double")
    element = Element(
        "DataField",
        name=field.name,
        displayName=field_comment(field, ascii_only=False),
        optype="continuous" if field.kind == "number" else "categorical",
        dataType=kind,
    )
    if field.kind == "number":
        write = (lambda number: str(int(number))) if field.is_whole else repr
        SubElement(element, "Interval", closure="closedClosed", leftMargin=write(field.low), rightMargin=write(field.high))
    for choice in field.choices:
        SubElement(element, "Value", value=choice)
    return element


def _target(program: Program, names: DocumentNames) -> Element:
    if not program.labels:
        return Element("DataField", name=names.target, optype="continuous", dataType="double")
    element = Element("DataField", name=names.target, optype="categorical", dataType="string")
    for label in program.labels:
        SubElement(element, "Value", value=label)
    return element


def _transformations(program: Program, names: DocumentNames) -> Element:
    elements = PmmlElements(program, names.steps.__getitem__)
    dictionary = Element("TransformationDictionary")
    _derived(dictionary, names.valid, "boolean").append(elements.valid())
    for step in program.steps:
        if not isinstance(step, MemberSet):
            formula = elements.step(step)
            if step.name == program.answer:
                formula = apply("if", reference(names.valid), formula)
            _derived(dictionary, names.steps[step.name], "double").append(formula)
    return dictionary


def _derived(dictionary: Element, name: str, kind: str) -> Element:
    optype = "continuous" if kind == "double" else "categorical"
    return SubElement(dictionary, "DerivedField", name=name, optype=optype, dataType=kind)


def _regression(program: Program, names: DocumentNames) -> Element:
    """Return the model: each score is a table of its own, whose only term is the derived field of the score."""
    function = "classification" if program.labels else "regression"
    # "none" would take the last probability for the rest of 1, which may break a tie; "simplemax" divides by their sum.
    normalization = "simplemax" if program.labels else "none"
    model = Element("RegressionModel", functionName=function, modelName=program.card.name, normalizationMethod=normalization)
    schema = SubElement(model, "MiningSchema")
    SubElement(schema, "MiningField", name=names.target, usageType="target")
    for field in program.fields:
        treatment = "asIs" if field.nullable else "returnInvalid"
        SubElement(
            schema,
            "MiningField",
            name=field.name,
            invalidValueTreatment="returnInvalid",
            missingValueTreatment=treatment,
        )
    model.append(_output(program, names))
    for label, score in zip(program.labels or (None,), program.scores, strict=True):
        table = SubElement(model, "RegressionTable", {} if label is None else {"targetCategory": label}, intercept="0")
        SubElement(table, "NumericPredictor", name=names.steps[score], coefficient="1")
    return model


def _output(program: Program, names: DocumentNames) -> Element:
    output = Element("Output")
    answer = names.steps[program.answer]
    if program.labels:
        _result(output, names.label, "predictedValue", kind="string")
        for label, name in zip(program.labels, names.probabilities, strict=True):
            _result(output, name, "probability", value=label)
    else:
        _result(output, names.value, "predictedValue")
    if program.margin is not None:
        ends = [apply(operator, reference(answer), number(math.exp(program.margin))) for operator in "/*"]
        _result(output, names.low, "transformedValue").append(apply("min", *ends))
        _result(output, names.high, "transformedValue").append(apply("max", *ends))
    if program.bands:
        _result(output, names.decision, "transformedValue", kind="string").append(_decision(program, answer))
    return output


def _result(output: Element, name: str, feature: str, *, kind: str = "double", **attributes: str) -> Element:
    optype = "continuous" if kind == "double" else "categorical"
    return SubElement(output, "OutputField", attributes, name=name, optype=optype, dataType=kind, feature=feature)


def _decision(program: Program, answer: str) -> Element:
    """Return the decision by the number that decides, from the highest band down."""
    expression = text(program.bands[-1][0])
    for (decision, _), (_, upper) in reversed(list(pairwise(program.bands))):
        expression = apply("if", apply("lessThan", reference(answer), number(upper)), text(decision), expression)
    return expression
