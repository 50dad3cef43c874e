"""The errors of packed files."""


class PackedFileError(Exception):
    """A file that cannot be unpacked. The message is a sentence for people, without the contents of the file.

    `code` is one of the codes in docs/files.md: `damaged_file`, `several_files`, `not_workbook`, `unknown_sheet`,
    `formula_without_value`. `line` is the row of a sheet, from 1.
    """

    def __init__(self, code: str, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.line = line


class PackedFileTooLarge(Exception):
    """A file that unpacks to more than the limit. The message is a sentence for people."""
