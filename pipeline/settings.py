"""The pipeline's settings, from PIPELINE_… variables."""

from collections.abc import Mapping
from dataclasses import dataclass

from wire import settings_reader

PREFIX = "PIPELINE_"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting with its default. Each is read from PIPELINE_<NAME>; docs/settings.md explains them."""

    service_url: str = "http://127.0.0.1:8000"
    api_key: str = ""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings of an environment. Raises WrongSettings with a sentence that names the variable."""
    return settings_reader.read_settings(Settings, PREFIX, environment)
