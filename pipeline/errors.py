"""The errors that end a run.

PipelineError
├── Unusable         the input, the output or an option cannot be used
├── Stopped          the run can go on: the same call resumes it
└── VersionChanged   the service serves another version of the model than the run began with
"""


class PipelineError(Exception):
    """The message is a sentence for people."""

    exit_code = 2


class Unusable(PipelineError):
    pass


class Stopped(PipelineError):
    exit_code = 3


class VersionChanged(PipelineError):
    exit_code = 4
