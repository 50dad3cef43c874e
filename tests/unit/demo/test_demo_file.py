"""Promises of demo.toml: a mistake is named when the program starts, colours can be read, the logo is embedded."""

import base64
from pathlib import Path

import pytest

from demo.__main__ import main
from demo.configuration.accent import contrast, make_accent
from demo.configuration.demo_file import DemoConfig, read_demo_config
from tests.support.repository import ROOT
from wire.settings_reader import WrongSettings

PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


def config_of(folder: Path, text: str) -> DemoConfig:
    (folder / "demo.toml").write_text(text, encoding="utf-8")
    return read_demo_config(str(folder / "demo.toml"))


def test_without_a_file_the_demo_shows_everything() -> None:
    config = read_demo_config()
    assert (config.title, config.logo, config.languages, config.models) == ("Witryna", "", ("en", "pl"), ())
    assert {"try", "models", "about"} <= set(config.pages)


def test_every_key_is_read(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(PIXEL)
    config = config_of(
        tmp_path,
        """
        title = "Acme: risk"
        logo = "logo.png"
        accent = "#1F4E79"
        languages = ["pl"]
        models = ["diamond-price", "credit-default"]
        pages = ["try", "models", "about"]
        opens = "about"
        sentence = { en = "Models of Acme.", pl = "Modele Acme." }
        """,
    )
    assert (config.title, config.languages, config.opens) == ("Acme: risk", ("pl",), "about")
    assert config.models == ("diamond-price", "credit-default")
    assert config.pages == ("try", "models", "about")
    assert config.sentence == {"en": "Models of Acme.", "pl": "Modele Acme."}
    assert config.accent.light == "#1F4E79"
    head, _, data = config.logo.partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(data) == PIXEL


def test_the_example_file_is_read_and_has_every_key(tmp_path: Path) -> None:
    text = (ROOT / "demo" / "demo.example.toml").read_text(encoding="utf-8")
    lines = [line.removeprefix("# ") if line.startswith("# ") and " = " in line else line for line in text.splitlines()]
    (tmp_path / "logo.png").write_bytes(PIXEL)
    config = config_of(tmp_path, "\n".join(lines))
    default = read_demo_config()
    assert all(getattr(config, name) != getattr(default, name) for name in vars(default))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('tittle = "x"', ["'tittle' is no key", "Did you mean title?", "accent", "opens"]),
        ('colour = "#123456"', ["'colour' is no key", "accent"]),
        ("title = 3", ["title"]),
        ('title = ""', ["title"]),
        ('title = "a\\nb"', ["title"]),
        (f'title = "{"x" * 61}"', ["title", "60"]),
        ('sentence = "One for all"', ["sentence", "language"]),
        ('sentence = { de = "Hallo" }', ["'de'", "en, pl"]),
        ('accent = "blue"', ["accent", "#1F4E79"]),
        ('accent = "#12345"', ["accent"]),
        ('languages = ["de"]', ["'de'", "languages", "en, pl"]),
        ("languages = []", ["languages"]),
        ('languages = "pl"', ["languages"]),
        ('models = ["one", "one"]', ["models", "twice"]),
        ("models = [1]", ["models"]),
        ('pages = ["try", "wat-if"]', ["'wat-if'", "what-if", "how-good"]),
        ('pages = ["models"]', ["pages", '"try"']),
        ('opens = "home"', ["'home'", "opens", "models"]),
        ('pages = ["try"]\nopens = "feed"', ["feed", "pages"]),
        ('logo = "missing.png"', ["missing.png"]),
        ('logo = "demo.toml"', ["demo.toml", "PNG, JPEG, WebP or SVG"]),
        ("logo = 1", ["logo"]),
        ("title = \n", ["no TOML", "line 1"]),
        ('title = "x"\ntitle = "y"', ["no TOML"]),
    ],
)
def test_a_mistake_is_refused_with_the_file_and_the_key(text: str, words: list[str], tmp_path: Path) -> None:
    with pytest.raises(WrongSettings) as caught:
        config_of(tmp_path, text)
    assert all(word in str(caught.value) for word in ["demo.toml", *words]), str(caught.value)


def test_a_file_that_the_setting_names_must_exist(tmp_path: Path) -> None:
    with pytest.raises(WrongSettings, match=r"nowhere\.toml"):
        read_demo_config(str(tmp_path / "nowhere.toml"))


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo.toml").write_bytes('title = "Łódź"'.encode("cp1250"))
    with pytest.raises(WrongSettings, match="UTF-8"):
        read_demo_config(str(tmp_path / "demo.toml"))


def test_a_large_logo_is_refused(tmp_path: Path) -> None:
    (tmp_path / "big.png").write_bytes(PIXEL + bytes(200_000))
    with pytest.raises(WrongSettings, match=r"big\.png.*200,000"):
        config_of(tmp_path, 'logo = "big.png"')


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"\xff\xd8\xff\xe0 and more", "image/jpeg"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b'<?xml version="1.0"?>\n<!-- made by hand -->\n<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
    ],
)
def test_the_first_bytes_say_the_type_of_a_logo(data: bytes, media_type: str, tmp_path: Path) -> None:
    (tmp_path / "logo").write_bytes(data)
    assert config_of(tmp_path, 'logo = "logo"').logo.startswith(f"data:{media_type};base64,")


def test_the_program_ends_with_the_mistake_and_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "demo.toml").write_text('logos = "x"', encoding="utf-8")
    monkeypatch.setenv("DEMO_CONFIG", str(tmp_path / "demo.toml"))
    with pytest.raises(SystemExit, match=r"did not start.*'logos' is no key"):
        main()


# The contrast of colours, against figures of https://webaim.org/resources/contrastchecker/


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#FFFFFF", 21.0), ("#777777", "#FFFFFF", 4.48), ("#767676", "#FFFFFF", 4.54), ("#0000FF", "#FFFFFF", 8.59)],
)
def test_the_contrast_of_two_colours_is_that_of_wcag(one: str, other: str, expected: float) -> None:
    assert contrast(one, other) == pytest.approx(expected, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


@pytest.mark.parametrize("colour", ["#FFCC00", "#FFFFFF", "#000000", "#00FF00", "#FF0000", "#808080", "#1F4E79"])
def test_an_accent_can_be_read_in_both_themes(colour: str) -> None:
    accent = make_accent(colour)
    assert contrast(accent.light, "#FFFFFF") >= 4.5
    assert contrast(accent.dark, "#14181D") >= 4.5


def test_an_accent_that_can_be_read_stays_as_it_is() -> None:
    assert make_accent("#1F4E79").light == "#1F4E79"
    assert make_accent("#7FB4E6").dark == "#7FB4E6"


def test_an_accent_keeps_its_hue_when_it_becomes_darker() -> None:
    red, green, blue = (int(make_accent("#FFCC00").light[index : index + 2], 16) for index in (1, 3, 5))
    assert red > green > blue == 0
