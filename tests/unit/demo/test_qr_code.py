"""QR codes, read by an independent decoder (ZXing) from a picture that is drawn here from the SVG."""

import base64
import re
import xml.etree.ElementTree as ET

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from demo.sharing.qr_code import build_qr_image, draw_qr

pytestmark = pytest.mark.unit

PIXELS = 6
NAMESPACE = "{http://www.w3.org/2000/svg}"
URLS = [
    "http://127.0.0.1:8501/live/Zm9vYmFyYmF6cXV4",
    "https://demo.example.org/try?model=credit-default&lang=pl&start=regular%4089ceed0b&share_used_now=0.62",
    "https://demo.example.org/try?note=Zażółć+gęślą+jaźń",
    "https://demo.example.org/?" + "a=1&" * 400,
]


def parse(xml: str) -> ET.Element:
    return ET.fromstring(xml)  # noqa: S314 # our own


def to_picture(svg: str, background: str) -> Image.Image:
    """Draw the rectangles and the horizontal strokes of the code on a page of this colour."""
    root = parse(svg)
    _, _, width, height = (int(each) for each in root.attrib["viewBox"].split())
    margin = 10
    picture = Image.new("RGB", ((width + 2 * margin) * PIXELS, (height + 2 * margin) * PIXELS), background)
    pen = ImageDraw.Draw(picture)
    light, dark = root.findall(f"{NAMESPACE}path")
    assert light.attrib["d"] == f"M0 0h{width}v{height}h-{width}z"
    pen.rectangle(
        [margin * PIXELS, margin * PIXELS, (margin + width) * PIXELS - 1, (margin + height) * PIXELS - 1],
        light.attrib["fill"],
    )
    x = y = 0.0
    for kind, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", dark.attrib["d"]):
        if kind == "h":
            left, top = (x + margin) * PIXELS, (y - 0.5 + margin) * PIXELS
            pen.rectangle([left, top, left + float(first) * PIXELS - 1, top + PIXELS - 1], dark.attrib["stroke"])
            x += float(first)
        elif kind == "m":
            x, y = x + float(first), y + float(second)
        else:
            x, y = float(first), float(second)
    return picture


@pytest.mark.parametrize("background", ["#ffffff", "#14181d"], ids=["light", "dark"])
@pytest.mark.parametrize("url", URLS, ids=["short", "case", "polish", "long"])
def test_a_camera_reads_the_link_on_a_light_and_on_a_dark_page(url: str, background: str) -> None:
    (code,) = zxingcpp.read_barcodes(to_picture(draw_qr(url), background))
    assert code.text == url
    assert code.format == zxingcpp.BarcodeFormat.QRCode


def test_a_quiet_zone_of_four_modules_surrounds_the_code() -> None:
    picture = to_picture(draw_qr(URLS[0]), "#000000")
    start = 10 * PIXELS
    zone = {picture.getpixel((start + x, start + y)) for x in range(4 * PIXELS) for y in range(29 * PIXELS)}
    assert zone == {(255, 255, 255)}
    assert picture.getpixel((start + 4 * PIXELS, start + 4 * PIXELS)) == (20, 24, 29), "here the code begins"


def test_a_screen_reader_hears_the_link() -> None:
    assert parse(draw_qr("https://a.example/?a=1&b=2")).attrib["aria-label"] == "QR: https://a.example/?a=1&b=2"


def test_a_link_with_html_in_it_stays_text() -> None:
    url = 'https://a.example/?q="><script>alert(1)</script>'
    assert parse(draw_qr(url)).attrib["aria-label"] == f"QR: {url}"
    assert "<script" not in draw_qr(url) + build_qr_image(url)


def test_a_page_shows_the_same_code_as_a_picture() -> None:
    image = parse(f"{build_qr_image(URLS[0])}</img>")
    kind, _, content = image.attrib["src"].partition(",")
    assert (kind, base64.b64decode(content).decode()) == ("data:image/svg+xml;base64", draw_qr(URLS[0]))
    assert image.attrib["alt"] == f"QR: {URLS[0]}"


def test_a_link_that_no_code_can_hold_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"."):
        draw_qr("https://demo.example.org/?" + "ż" * 1_300)
