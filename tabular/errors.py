"""The errors of packed files."""


class PackedFileError(Exception):
    """A file that cannot be unpacked. The message is a sentence for people, without the contents of the file.

    `code` is one of the codes in docs/files.md: `damaged_file`, `several_files`, `not_workbook`, `unknown_sheet`,
    `formula_without_value`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class PackedFileTooLarge(Exception):
    """A file that unpacks to more than the limit. The message is a sentence for people."""
