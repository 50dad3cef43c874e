"""The settings of the three programs are read alike: unknown names and values that do not fit are refused by name."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

import demo.settings
import pipeline.settings
import service.settings
from wire.settings_reader import WrongSettings

Reader = Callable[[Mapping[str, str]], Any]
READERS: dict[str, Reader] = {
    "DEMO": demo.settings.read_settings,
    "PIPELINE": pipeline.settings.read_settings,
    "SERVICE": service.settings.read_settings,
}


@pytest.mark.parametrize(
    ("misspelt", "nearest"),
    [
        ("SERVICE_PROT", "SERVICE_PORT"),
        ("SERVICE_MAX_ROW", "SERVICE_MAX_ROWS"),
        ("SERVICE_BUNDLE", "SERVICE_BUNDLES"),
        ("DEMO_SERVICE_URI", "DEMO_SERVICE_URL"),
        ("DEMO_ALLOWED_HOST", "DEMO_ALLOWED_HOSTS"),
        ("PIPELINE_SERVICE_URI", "PIPELINE_SERVICE_URL"),
        ("PIPELINE_APIKEY", "PIPELINE_API_KEY"),
        ("PIPELINE_KEY", "PIPELINE_API_KEY"),
    ],
)
def test_a_misspelt_name_is_refused_and_the_nearest_one_named(misspelt: str, nearest: str) -> None:
    with pytest.raises(WrongSettings) as refusal:
        READERS[misspelt.partition("_")[0]]({misspelt: "1"})
    assert str(refusal.value) == f"There is no setting {misspelt}. The nearest one is {nearest}."


@pytest.mark.parametrize("prefix", READERS)
def test_a_name_that_resembles_nothing_is_refused_too(prefix: str) -> None:
    with pytest.raises(WrongSettings, match=rf"There is no setting {prefix}_ŻÓŁW\. The nearest one is {prefix}_\w+\."):
        READERS[prefix]({f"{prefix}_ŻÓŁW": "1"})


@pytest.mark.parametrize("prefix", READERS)
def test_variables_of_other_programs_are_ignored(prefix: str) -> None:
    others = {f"{name}_NONE": "1" for name in READERS if name != prefix} | {
        "PATH": "/bin",
        prefix: "x",
        f"A{prefix}_PORT": "0",
    }
    assert READERS[prefix](others) == READERS[prefix]({})


@pytest.mark.parametrize("port", ["0", "65536", "-1", "", " 80", "80 ", "8_0", "0x50", "8e1", "80.0", "٨٠", "9" * 5000])
@pytest.mark.parametrize("prefix", ["DEMO", "SERVICE"])
def test_a_port_is_a_whole_number_within_its_range_and_nothing_else(prefix: str, port: str) -> None:
    with pytest.raises(WrongSettings) as refusal:
        READERS[prefix]({f"{prefix}_PORT": port})
    assert str(refusal.value) == f"{prefix}_PORT must be a whole number from 1 to 65,535."


@pytest.mark.parametrize(("text", "hours"), [("0", 0.0), ("1.5", 1.5), (".5", 0.5), ("12.", 12.0), ("1000000", 1e6)])
def test_hours_may_have_a_fraction(text: str, hours: float) -> None:
    assert service.settings.read_settings({"SERVICE_STORED_MAX_AGE_HOURS": text}).stored_max_age_hours == hours


@pytest.mark.parametrize("text", ["inf", "nan", "1,5", "1e400", "", "-0.1", "1000000.1", "one"])
def test_what_is_no_number_of_hours_is_refused(text: str) -> None:
    with pytest.raises(WrongSettings) as refusal:
        service.settings.read_settings({"SERVICE_STORED_MAX_AGE_HOURS": text})
    assert str(refusal.value) == "SERVICE_STORED_MAX_AGE_HOURS must be a number from 0 to 1,000,000."


def test_a_choice_is_one_of_its_words() -> None:
    assert service.settings.read_settings({"SERVICE_EXPIRED_FEATURES": "refuse"}).expired_features == "refuse"
    with pytest.raises(WrongSettings, match=r"^SERVICE_EXPIRED_FEATURES must be one of: mark, refuse\.$"):
        service.settings.read_settings({"SERVICE_EXPIRED_FEATURES": "Refuse"})


def test_a_name_in_lower_case_is_the_same_setting() -> None:
    assert service.settings.read_settings({"SERVICE_port": "8001"}).port == 8001
