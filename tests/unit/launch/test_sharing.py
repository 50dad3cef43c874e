"""Promises of `make demo SHARE=yes`: safe by default, and accepted by both programs as it is."""

import socket
from collections.abc import Mapping

import pytest

from demo.settings import read_settings as read_demo_settings
from launch.console import LaunchError
from launch.sharing import Sharing, read_sharing
from service.settings import read_settings as read_service_settings

KEY = "a-secret-of-the-user"


def shared(**environment: str) -> Sharing:
    """Return what is added to an environment; both programs must take the settings."""
    result = read_sharing(environment)
    given = {name: value for name, value in environment.items() if name != "SHARE"}
    read_demo_settings({**given, **result.demo})
    read_service_settings({**given, **result.service})
    return result


@pytest.mark.parametrize(
    "environment", [{}, {"SHARE": "no"}, {"SHARE": ""}, {"DEMO_HOST": "127.0.0.1"}, {"DEMO_API_KEY": KEY}]
)
def test_without_being_told_to_nothing_is_shared(environment: Mapping[str, str]) -> None:
    assert shared(**environment) == Sharing({}, {}, ())


@pytest.mark.parametrize("environment", [{"SHARE": "yes"}, {"DEMO_HOST": "0.0.0.0"}, {"DEMO_HOST": "::"}])
def test_sharing_makes_a_new_key_for_both_programs_and_names_the_machine(environment: Mapping[str, str]) -> None:
    result, again = shared(**environment), shared(**environment)
    key = result.demo["DEMO_API_KEY"]
    assert result.service == {"SERVICE_API_KEYS": f"{key}:read"}
    assert len(key) >= 32
    assert key != again.demo["DEMO_API_KEY"]
    assert result.demo["DEMO_HOST"] == environment.get("DEMO_HOST", "0.0.0.0")
    assert socket.gethostname() in result.hosts
    assert result.demo["DEMO_ALLOWED_HOSTS"].split(",") == list(result.hosts)
    assert not any(host.startswith("127.") for host in result.hosts)


def test_what_the_user_has_set_stays() -> None:
    assert shared(SHARE="yes", DEMO_API_KEY=KEY).service == {"SERVICE_API_KEYS": f"{KEY}:read"}
    own_keys = shared(SHARE="yes", SERVICE_API_KEYS=f"{KEY}:read", DEMO_API_KEY=KEY)
    assert own_keys.service == {}
    assert set(own_keys.demo) == {"DEMO_HOST", "DEMO_ALLOWED_HOSTS"}
    assert shared(SHARE="yes", DEMO_ALLOWED_HOSTS="demo.example.org").demo["DEMO_ALLOWED_HOSTS"] == "demo.example.org"
    assert shared(DEMO_HOST="192.168.1.5").hosts == ("192.168.1.5",)


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"SHARE": "perhaps"}, "SHARE is 'perhaps': give yes or no."),
        ({"SHARE": "yes", "DEMO_HOST": "localhost"}, "SHARE=yes opens the demo to others and DEMO_HOST=localhost closes it"),
    ],
)
def test_what_contradicts_itself_is_one_sentence(environment: Mapping[str, str], sentence: str) -> None:
    with pytest.raises(LaunchError, match=sentence):
        read_sharing(environment)
