"""Turns the values of rows into JSON: those of Python, and those of numpy and pandas."""

import json
from typing import Any

from client.arguments import refused_argument
from wire.row_values import plain_value


def to_json(body: Any) -> bytes:
    """Return a body as JSON. Numbers of numpy and Decimals become numbers, dates ISO text, pandas.NA and NaT null.

    Raises Refused if a value has no form in JSON. NaN is sent as it is: the service refuses it as `not_finite`.
    """
    try:
        return json.dumps(body, ensure_ascii=True, default=plain_value).encode()
    except RecursionError:
        raise refused_argument("A value cannot be sent as JSON: it holds too many others inside each other.") from None
    except (TypeError, ValueError) as error:
        raise refused_argument(f"A value cannot be sent as JSON: {error}.") from None
