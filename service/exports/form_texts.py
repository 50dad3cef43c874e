"""What people read of each form before they take it: its name, what it needs, and what it costs them."""

from collections.abc import Mapping
from dataclasses import dataclass

from wire.languages import Language

Texts = dict[Language, str]


@dataclass(frozen=True)
class FormTexts:
    """The texts of one form in every language."""

    title: Texts
    needs: Texts
    """What must be there to use the file."""
    cost: Texts
    """What the form lacks, or asks of those who use it."""


def _both(english: str, polish: str) -> Texts:
    return {"en": english, "pl": polish}


def _same(text: str) -> Texts:
    return _both(text, text)


_CODE_COST = _both(
    "Each new version of the model is a new file to review and release. It answers, and explains nothing.",
    "Każda nowa wersja modelu to nowy plik do sprawdzenia i wdrożenia. Plik odpowiada, ale niczego nie wyjaśnia.",
)
_SQL_COST = _both(
    "Each new version of the model is a new query. A wrong value is no error: look at the column model_fault.",
    "Każda nowa wersja modelu to nowe zapytanie. Zła wartość nie jest błędem: patrz kolumna model_fault.",
)

TEXTS: Mapping[str, FormTexts] = {
    "python": FormTexts(
        _same("Python"),
        _both("Python 2.7, or 3.3 and later; no package", "Python 2.7 albo 3.3 i nowszy; żadnego pakietu"),
        _CODE_COST,
    ),
    "javascript": FormTexts(
        _same("JavaScript"),
        _both("Node.js 12 and later, or a browser of 2020", "Node.js 12 i nowszy albo przeglądarka z 2020 roku"),
        _CODE_COST,
    ),
    "java": FormTexts(
        _same("Java"),
        _both("Java 8 and later; no library", "Java 8 i nowsza; żadnej biblioteki"),
        _CODE_COST,
    ),
    "csharp": FormTexts(
        _same("C#"),
        _both(".NET or Mono, C# 5 and later; no package", ".NET albo Mono, C# 5 i nowszy; żadnego pakietu"),
        _CODE_COST,
    ),
    "sqlite": FormTexts(
        _both("SQL of SQLite", "SQL dla SQLite"),
        _both(
            "SQLite 3.35 and later with its mathematical functions",
            "SQLite 3.35 i nowszy z funkcjami matematycznymi",
        ),
        _SQL_COST,
    ),
    "postgresql": FormTexts(
        _both("SQL of PostgreSQL", "SQL dla PostgreSQL"),
        _both("PostgreSQL 12 and later", "PostgreSQL 12 i nowszy"),
        _SQL_COST,
    ),
    "pmml": FormTexts(
        _same("PMML"),
        _both("An evaluator of PMML 4.4, such as JPMML", "Program, który oblicza modele PMML 4.4, np. JPMML"),
        _both(
            "Evaluators differ: compare some answers. Each new version of the model is a new document.",
            "Programy różnią się: porównaj kilka odpowiedzi. Każda nowa wersja modelu to nowy dokument.",
        ),
    ),
    "workbook": FormTexts(
        _both("Excel workbook", "Skoroszyt Excela"),
        _both("Excel 2010 and later, or LibreOffice", "Excel 2010 i nowszy albo LibreOffice"),
        _both(
            "For tens or hundreds of cases. Each new version of the model is a new file, and everyone can change a formula.",
            "Dla dziesiątek lub setek przypadków. Każda nowa wersja modelu to nowy plik, a formułę może zmienić każdy.",
        ),
    ),
    "wheel": FormTexts(
        _both("Python package", "Pakiet Pythona"),
        _both(
            "Python 3.11 and later with msgspec, NumPy and ONNX Runtime; "
            "with the packages of the model if it is not on ONNX",
            "Python 3.11 i nowszy z msgspec, NumPy i ONNX Runtime; z pakietami modelu, jeśli nie działa na ONNX",
        ),
        _both(
            "About 140 MB of packages. Each new version of the model is a new package to install.",
            "Około 140 MB pakietów. Każda nowa wersja modelu to nowy pakiet do zainstalowania.",
        ),
    ),
    "saved-object": FormTexts(
        _both("Saved object", "Obiekt zapisany"),
        _both(
            "Python 3.11 and later with the exact packages that the archive names",
            "Python 3.11 i nowszy z dokładnie tymi pakietami, które wymienia archiwum",
        ),
        _both(
            "For the archive and the audit, not for daily use: an environment of its own for each version.",
            "Do archiwum i audytu, nie na co dzień: osobne środowisko dla każdej wersji.",
        ),
    ),
    "mlflow": FormTexts(
        _both("MLflow model", "Model MLflow"),
        _both("MLflow, and Python 3.11 and later", "MLflow oraz Python 3.11 i nowszy"),
        _both(
            "MLflow passes the values on as a data frame, and brings many packages of its own.",
            "MLflow przekazuje wartości jako tabelę pandas i wymaga wielu własnych pakietów.",
        ),
    ),
    "triton": FormTexts(
        _both("Repository of Triton and KServe", "Repozytorium Tritona i KServe"),
        _both("Triton Inference Server, or KServe", "Triton Inference Server albo KServe"),
        _both(
            "The graph alone: your program makes numbers of the fields, checks limits and decides.",
            "Sam graf: Twój program zamienia pola na liczby, sprawdza granice i podejmuje decyzje.",
        ),
    ),
}
"""Kind → texts."""
