"""What every process of a model gets on this machine. A program sets it once when it starts, before it opens a bundle."""

from dataclasses import dataclass
from pathlib import Path

ENVIRONMENTS = Path(__file__).parents[2] / "var" / "environments"


@dataclass(frozen=True)
class ProcessLimits:
    """The memory of a process, and where the environments of the models are."""

    max_memory_bytes: int = 4 * 2**30
    environments: Path = ENVIRONMENTS


_limits = [ProcessLimits()]


def set_process_limits(limits: ProcessLimits) -> None:
    """Set the limits of the processes that this program starts from now on."""
    _limits[0] = limits


def process_limits() -> ProcessLimits:
    """Return the limits of this program."""
    return _limits[0]
