"""Promises of the price on a picture: an amount with its currency, in Polish and English; no date, phone number or discount."""

import pytest

from service.picture_features.prices import Price, find_price

PRICES = {
    "od 49,99 zł": (49.99, "PLN"),
    "1 299,00 zł": (1299.0, "PLN"),
    "1\u00a0299,00 zł": (1299.0, "PLN"),
    "12 345 678,90 PLN": None,
    "1.299,00 zł": (1299.0, "PLN"),
    "1.299 zł": (1299.0, "PLN"),
    "99 zł": (99.0, "PLN"),
    "99zł": (99.0, "PLN"),
    "99,- zł": (99.0, "PLN"),
    "TYLKO 5 ZŁ": (5.0, "PLN"),
    "12.50 zł za sztukę": (12.5, "PLN"),
    "cena 149 PLN": (149.0, "PLN"),
    "10 złotych": (10.0, "PLN"),
    "$1,299.00": (1299.0, "USD"),
    "only $12.99": (12.99, "USD"),
    "US$ 20": (20.0, "USD"),
    "250 USD": (250.0, "USD"),
    "€499": (499.0, "EUR"),
    "499 €": (499.0, "EUR"),
    "19,90 euro": (19.9, "EUR"),
    "€1.299,00": (1299.0, "EUR"),
    "Now only £3.50": (3.5, "none"),
    "1 299,00 zł zamiast 1 599,00 zł": (1299.0, "PLN"),
    "was $30 now $20": (20.0, "USD"),
    "zamiast 80 zł": (80.0, "PLN"),
    "rabat 50 zł, teraz 120 zł": (120.0, "PLN"),
    "Save $20 on shoes": None,
    "-50 zł": None,
    "$20 off": None,
    "Darmowa dostawa od 99 zł": None,
    "Free delivery over €50": None,
    "Promocja do 24.12.2026": None,
    "24.12.2026 100 zł": (100.0, "PLN"),
    "do 31.12. 45 zł": (45.0, "PLN"),
    "tel. 600 100 200": None,
    "Call 0800 123 456": None,
    "Zadzwoń: 22 123 45 67, od 49 zł": (49.0, "PLN"),
    "-30%": None,
    "30% taniej": None,
    "5 kg złota": None,
    "2026": None,
    "0 zł": None,
    "9:00–17:00": None,
    "": None,
}


@pytest.mark.parametrize(("line", "price"), PRICES.items())
def test_a_price_is_read_from_a_line(line: str, price: tuple[float, str] | None) -> None:
    assert find_price([line]) == (Price(*price) if price else None)


def test_the_first_price_of_a_picture_counts() -> None:
    assert find_price(["Świeże bułki", "od 2,50 zł", "zestaw 9,99 zł"]) == Price(2.5, "PLN")


def test_large_digits_and_their_currency_may_be_two_lines() -> None:
    assert find_price(["Tylko dziś", "49,99", "zł"]) == Price(49.99, "PLN")
    assert find_price(["€", "499"]) is None
    assert find_price(["Kup 2", "500 zł"]) == Price(500.0, "PLN")
