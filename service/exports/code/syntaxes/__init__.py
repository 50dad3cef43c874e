"""How each language writes formulas, conditions and steps."""
