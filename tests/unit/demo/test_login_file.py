"""Promises of the file that turns the log-in on: a mistake is named when the program starts, and no secret is shown."""

from pathlib import Path

import pytest

from demo.configuration import login_file
from demo.configuration.login_file import read_login
from wire.settings_reader import WrongSettings

KEPT_WORDS = "never-show-these-words-in-a-message!"
RIGHT = {
    "redirect_uri": "https://models.example.com/oauth2callback",
    "cookie_secret": KEPT_WORDS,
    "client_id": "demo",
    "client_secret": KEPT_WORDS,
    "server_metadata_url": "https://id.example.com/.well-known/openid-configuration",
}


def write(folder: Path, **changes: str | None) -> str:
    entries = {name: text for name, text in (RIGHT | changes).items() if text is not None}
    path = folder / "secrets.toml"
    path.write_text("[auth]\n" + "\n".join(f'{name} = "{text}"' for name, text in entries.items()), encoding="utf-8")
    return str(path)


def test_without_the_setting_nobody_has_to_log_in() -> None:
    assert read_login("") is None


def test_the_section_of_the_file_is_read(tmp_path: Path) -> None:
    assert read_login(write(tmp_path)) == RIGHT


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"client_id": None}, ["client_id"]),
        ({"cookie_secret": ""}, ["cookie_secret"]),
        ({"cookie_secret": "short"}, ["cookie_secret", "32"]),
        ({"redirect_uri": "https://models.example.com/"}, ["redirect_uri", "/oauth2callback"]),
        ({"redirect_uri": "models.example.com/oauth2callback"}, ["redirect_uri"]),
        ({"server_metadata_url": "file:///etc/passwd"}, ["server_metadata_url"]),
        ({"client_sekret": "x"}, ["client_sekret", "client_secret"]),
        ({"client_kwargs": "x"}, ["client_kwargs"]),
    ],
)
def test_a_mistake_is_refused_with_its_key_and_without_a_secret(
    changes: dict[str, str | None], words: list[str], tmp_path: Path
) -> None:
    with pytest.raises(WrongSettings) as caught:
        read_login(write(tmp_path, **changes))
    assert all(word in str(caught.value) for word in ["DEMO_LOGIN", "secrets.toml", *words])
    assert KEPT_WORDS not in str(caught.value)


@pytest.mark.parametrize("text", ["[other]\nx = 1", "auth = 1", f'cookie_secret = "{KEPT_WORDS}'])
def test_a_file_without_the_section_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "secrets.toml").write_text(text, encoding="utf-8")
    with pytest.raises(WrongSettings) as caught:
        read_login(str(tmp_path / "secrets.toml"))
    assert KEPT_WORDS not in str(caught.value)


def test_a_missing_file_and_missing_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongSettings, match=r"nowhere\.toml"):
        read_login(str(tmp_path / "nowhere.toml"))
    monkeypatch.setattr(login_file, "PACKAGES", ("authlib", "not_installed"))
    with pytest.raises(WrongSettings, match=r"not_installed.*docs/login\.md"):
        read_login(write(tmp_path))
