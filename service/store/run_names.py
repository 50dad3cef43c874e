"""Names of runs: each begins with the start time of its run, so names sort in the order in which the runs started."""

import secrets
from datetime import UTC, datetime, timedelta

_STAMP = "%Y%m%dT%H%M%S%fZ"


def run_name(started: str, newest: str | None) -> str:
    """Return a name that sorts after the newest name, even if the clock was set back."""
    stamp = "".join(filter(str.isalnum, started))
    before = (newest or "").partition("-")[0]
    if before >= stamp:
        later = datetime.strptime(before, _STAMP).replace(tzinfo=UTC) + timedelta(milliseconds=1)
        stamp = later.strftime("%Y%m%dT%H%M%S") + f"{later.microsecond // 1000:03}Z"
    return f"{stamp}-{secrets.token_hex(3)}"
