"""The client's address: through trusted proxies only, and shortened."""

from __future__ import annotations

import pytest

from tests.capture.conftest import Configure
from tests.capture.observed import Observed
from vedette.capture.address import address_reader, shortened


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("unix:", ""),
        ("<script>", ""),
    ],
)
def test_an_address_is_shortened_to_its_network(address: str, network: str) -> None:
    assert shortened(address) == network


def test_without_trusted_proxies_nobody_is_believed(site: Observed) -> None:
    site.get("/", HTTP_X_FORWARDED_FOR="198.51.100.1")
    assert site.request.ip == "203.0.113.0"


def test_the_whole_address_is_kept_where_personal_data_is_allowed(configure: Configure) -> None:
    site = configure(SEND_DEFAULT_PII=True)
    site.get("/")
    assert site.request.ip == "203.0.113.77"


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        # A forged address at the left is not reached: the client is the first hop that is no proxy.
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.9", "198.51.100.1"),
        ("198.51.100.9", "6.6.6.6", "198.51.100.9"),
        ("198.51.100.9", "6.6.6.6, 10.0.0.1", "198.51.100.9"),
        ("10.0.0.1", "10.0.0.7", "10.0.0.7"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
        ("10.0.0.1", ", ".join(["10.0.0.2"] * 1000), "10.0.0.2"),
    ],
)
def test_the_client_is_the_last_hop_that_is_no_trusted_proxy(
    peer: str, forwarded_for: str, client: str
) -> None:
    read = address_reader(trusted_proxies=["10.0.0.0/8", "fd00::/8"], is_whole=True)
    assert read(peer, forwarded_for) == client


def test_of_a_header_without_end_only_the_last_hops_are_looked_at() -> None:
    read = address_reader(trusted_proxies=["10.0.0.0/8"], is_whole=True)
    assert read("10.0.0.1", "6.6.6.6, " * 10_000 + "198.51.100.1") == "198.51.100.1"
    assert read("10.0.0.1", "1" * 65_000) == "10.0.0.1"


def test_the_setting_names_the_trusted_proxies(configure: Configure) -> None:
    site = configure(TRUSTED_PROXIES=["203.0.113.0/24"])
    site.get("/", HTTP_X_FORWARDED_FOR="198.51.100.200")
    assert site.request.ip == "198.51.100.0"
