"""A sheet that takes formulas as they are: to look for new functions in them takes five sixths of the time of a workbook."""

from xlsxwriter.worksheet import Worksheet


class PlainSheet(Worksheet):  # type: ignore[misc]
    """No formula of ours has a function that is newer than Excel 2010; xlsxwriter looks for each of 29 in every formula."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002, FBT001, FBT002
        return formula.removeprefix("=")
