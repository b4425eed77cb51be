"""Where people reach the pages, as an operator writes it."""

import pytest

from bot.settings import Settings, Unusable, load
from bot.web.address import Address, address
from bot.web.own import browser


@pytest.mark.parametrize(
    ("given", "url", "base", "secure"),
    [
        ("https://duly.example", "https://duly.example", "", True),
        ("https://duly.example/", "https://duly.example", "", True),
        (" http://intranet:8080/duly/ ", "http://intranet:8080/duly", "/duly", False),
        ("https://[2001:db8::1]:8646", "https://[2001:db8::1]:8646", "", True),
    ],
)
def test_an_address_is_read_as_people_write_it(
    given: str, url: str, base: str, secure: bool
) -> None:
    found = address(load({"DULY_URL": given, "DULY_CONFIG": ""}), 8646)

    assert (found.url, found.base, found.secure) == (url, base, secure)


@pytest.mark.parametrize(
    "given",
    ["duly.example", "ftp://duly.example", "https://", "https://a.example?x=1", "http://[",
     "https://a.example#x", "https://ann:secret@a.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused_at_the_start(given: str) -> None:
    with pytest.raises(Unusable, match="DULY_URL must be an address"):
        load({"DULY_URL": given})


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:9000"),
        ("0.0.0.0", "http://localhost:9000"),
        ("duly.internal", "http://duly.internal:9000"),
    ],
)
def test_without_one_it_is_where_we_listen(host: str, url: str) -> None:
    assert address(Settings(host=host), 9000) == Address(url)


@pytest.mark.parametrize(
    ("named", "called"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0",
         "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
         "Safari, iPhone"),
        ("curl/8.9 <script>", "curl/8.9 script"),
        ("", "?"),
    ],
)  # fmt: skip
def test_a_browser_is_called_what_people_call_it(named: str, called: str) -> None:
    assert browser(named) == called
