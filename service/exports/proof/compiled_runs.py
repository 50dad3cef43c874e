"""Compile and run code of Java and C#. One compiler and one process serve several models, each in a namespace of its own."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from service.exports.code.languages import LANGUAGES, driver_code
from service.exports.code.program import Program
from service.exports.proof.called_program import call_program
from service.exports.proof.proof_answers import REFUSED, Answer, TimedAnswers
from service.schemas import Row

_SHORT_RUN = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx1g")
"""Options with which the virtual machine of Java starts sooner, and reserves less than a quarter of the machine's memory."""
_JAVA_STEP = """
    System.setIn(new java.io.FileInputStream("m{0}/rows"));
    System.setOut(new java.io.PrintStream("m{0}/answers", "US-ASCII"));
    m{0}.Run.main(arguments);"""
_CSHARP_STEP = """
        using (System.IO.StreamReader rows = new System.IO.StreamReader("m{0}/rows"))
        using (System.IO.StreamWriter answers = new System.IO.StreamWriter("m{0}/answers"))
        {{
            System.Console.SetIn(rows);
            System.Console.SetOut(answers);
            m{0}.Run.Main();
        }}"""


@dataclass(frozen=True)
class _Compiler:
    runtime: str
    suffix: str
    namespace: str
    """A file in the namespace of its model; {0} is its name, {1} the file."""
    main: str
    """The program that runs all models; {0} has a step for each."""
    step: str
    compile: tuple[str, ...]
    """Takes the files in addition."""
    run: tuple[str, ...]


COMPILED: Mapping[str, _Compiler] = {
    "java": _Compiler(
        "Java",
        "java",
        "package {0};\n{1}",
        "public final class Main {{\n  public static void main(String[] arguments) throws Exception {{{0}\n  }}\n}}\n",
        _JAVA_STEP,
        ("javac", *(f"-J{each}" for each in _SHORT_RUN), "-encoding", "US-ASCII", "-Xlint:all", "-Werror"),
        ("java", *_SHORT_RUN, "Main"),
    ),
    "csharp": _Compiler(
        "Mono",
        "cs",
        "namespace {0}\n{{\n{1}\n}}\n",
        "public static class Start\n{{\n    public static void Main()\n    {{{0}\n    }}\n}}\n",
        _CSHARP_STEP,
        ("mcs", "-warnaserror", "-langversion:5", "-main:Start", "-out:Run.exe"),
        ("mono", "Run.exe"),
    ),
}


def run_compiled(language: str, cases: Sequence[tuple[Program, str, Sequence[Row]]]) -> list[TimedAnswers]:
    """Return the answers of code to rows, for each program with its code. Raises NotInstalled, CodeFailed."""
    compiler = COMPILED[language]
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        files = [file for at, case in enumerate(cases) for file in _write(language, folder / f"m{at}", case)]
        steps = "".join(compiler.step.format(at) for at in range(len(cases)))
        main = Path(f"Main.{compiler.suffix}")
        (folder / main).write_text(compiler.main.format(steps), encoding="ascii")
        call_program([*compiler.compile, main, *files], folder)
        call_program(compiler.run, folder)
        return [
            _from_lines(compiler.runtime, (folder / f"m{at}" / "answers").read_text(encoding="ascii"))
            for at in range(len(cases))
        ]


def _write(language: str, folder: Path, case: tuple[Program, str, Sequence[Row]]) -> list[Path]:
    """Write the code of a program, what runs it, and its rows; return the files to compile."""
    program, code, rows = case
    compiler, name = COMPILED[language], LANGUAGES[language].file_name(program.card.name)
    driver = f"Run.{compiler.suffix}"
    folder.mkdir()
    for file, text in ((name, code), (driver, driver_code(driver, program, name))):
        (folder / file).write_text(compiler.namespace.format(folder.name, text), encoding="utf-8")
    (folder / "rows").write_text(_as_lines(program, rows), encoding="ascii")
    return [folder / name, folder / driver]


def _from_lines(title: str, output: str) -> TimedAnswers:
    """Read the version of a program, a line for each row, and the seconds."""
    version, *lines, seconds = output.splitlines()
    return TimedAnswers([_from_line(line) for line in lines], f"{title} {version}", _number(seconds))


def _as_lines(program: Program, rows: Sequence[Row]) -> str:
    """Return rows as lines of cells without a character that a line could not hold: numbers and texts are hexadecimal."""
    return "".join("\t".join(_cell(row.get(field.name)) for field in program.fields) + "\n" for row in rows)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return (
        value.encode("utf-16-be", "surrogatepass").hex() + "." if isinstance(value, str) else struct.pack(">d", value).hex()
    )


def _from_line(line: str) -> Answer:
    if line == "refused":
        return REFUSED
    label, decision, *numbers = line.split("\t")
    return Answer(tuple(_number(each) for each in numbers), _text(label), _text(decision))


def _number(cell: str) -> float:
    number: float = struct.unpack(">d", bytes.fromhex(cell))[0]
    return number


def _text(cell: str) -> str | None:
    return bytes.fromhex(cell[:-1]).decode("utf-16-be") if cell else None
