"""Formulas of Excel that call WEBSERVICE, read by their grammar: literals in double quotes, joined by &."""

import re


def address_of(formula: str) -> str:
    """Return the address that a formula opens. Check that it does nothing else, and that Excel takes its literals."""
    literals = re.findall(r'"((?:[^"]|"")*)"', formula.removesuffix(',".")'))
    assert all(len(literal.replace('""', '"')) <= 255 for literal in literals)
    joined = " & ".join(f'"{literal}"' for literal in literals)
    assert formula in {f'=NUMBERVALUE(WEBSERVICE({joined}),".")', f"=WEBSERVICE({joined})"}
    return "".join(literal.replace('""', '"') for literal in literals)
