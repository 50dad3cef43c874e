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
    assert result.service == {"SERVICE_API_KEYS": f"{key}:read+feedback,{result.presenter_key}:present"}
    assert len(key) >= 32
    assert len(result.presenter_key) >= 32
    assert result.presenter_key not in {key, again.presenter_key}
    assert result.presenter_key not in str(result.demo), "the demo never presents with a key of its own"
    assert key != again.demo["DEMO_API_KEY"]
    assert result.demo["DEMO_HOST"] == environment.get("DEMO_HOST", "0.0.0.0")
    assert socket.gethostname() in result.hosts
    assert result.demo["DEMO_ALLOWED_HOSTS"].split(",") == list(result.hosts)
    assert not any(host.startswith("127.") for host in result.hosts)


def test_what_the_user_has_set_stays() -> None:
    keys = shared(SHARE="yes", DEMO_API_KEY=KEY).service["SERVICE_API_KEYS"]
    assert keys.startswith(f"{KEY}:read+feedback,")
    own_keys = shared(SHARE="yes", SERVICE_API_KEYS=f"{KEY}:read", DEMO_API_KEY=KEY)
    assert own_keys.service == {}
    assert set(own_keys.demo) == {"DEMO_HOST", "DEMO_ALLOWED_HOSTS"}
    assert shared(SHARE="yes", DEMO_ALLOWED_HOSTS="demo.example.org").demo["DEMO_ALLOWED_HOSTS"] == "demo.example.org"
    assert shared(DEMO_HOST="192.168.1.5").hosts == ("192.168.1.5",)


@pytest.mark.parametrize("environment", [{}, {"SHARE": "yes"}])
def test_with_the_users_own_keys_the_launcher_presents_with_the_first_that_may(environment: Mapping[str, str]) -> None:
    keys = f"{KEY}:read, one:with:colons-and-more:feedback+present,another-secret-of-the-user:present"
    assert shared(**environment, SERVICE_API_KEYS=keys).presenter_key == "one:with:colons-and-more"
    assert shared(**environment, SERVICE_API_KEYS=f"{KEY}:read").presenter_key == ""


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
