"""The client's address: who is believed about it, and how much of it is kept."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Callable, Sequence

_KEPT_BITS = {4: 24, 6: 48}
_MOST_PROXIES = 16
_FORWARDED_CHARS = 1024
"""How much of ``X-Forwarded-For`` is looked at, from its right end: sixteen hops take less."""


def address_reader(*, trusted_proxies: Sequence[str], is_whole: bool) -> Callable[[str, str], str]:
    """Return a function of (``REMOTE_ADDR``, ``X-Forwarded-For``) that tells the client's address.

    ``X-Forwarded-For`` is read from its right end, as far as each hop is one of *trusted_proxies*: what lies further left
    is whatever the client claimed.  Unless *is_whole*, the address is shortened to its /24 or /48 network.
    """
    keep = (lambda address: address) if is_whole else shortened
    networks = [ipaddress.ip_network(network, strict=False) for network in trusted_proxies]
    client_of = _client_finder(networks) if networks else None

    @functools.lru_cache(maxsize=4096)
    def known(peer: str, forwarded_for: str) -> str:
        client = client_of(peer, forwarded_for) if client_of is not None and forwarded_for else peer
        return keep(client)

    def read(peer: str, forwarded_for: str) -> str:
        # What is remembered must not be as long as whoever sends headers likes.
        return known(peer, _last_hops(forwarded_for) if client_of is not None else "")

    return read


def _last_hops(forwarded_for: str) -> str:
    if len(forwarded_for) <= _FORWARDED_CHARS:
        return forwarded_for
    return forwarded_for[-_FORWARDED_CHARS:].partition(",")[2]


def shortened(address: str) -> str:
    """Return the /24 or /48 network that holds *address*, as its first address; ``""`` where it is none."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network((ip, _KEPT_BITS[ip.version]), strict=False).network_address)


def _client_finder(
    networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network],
) -> Callable[[str, str], str]:
    from python_ipware import IpWare

    # `hops[n]` reads the address that is n proxies away from the right end.  python-ipware parses and checks the header;
    # its own `proxy_list` is an exact chain of hops, whereas a site knows a set of networks.
    hops = [
        IpWare(precedence=("HTTP_X_FORWARDED_FOR",), proxy_count=number) for number in range(_MOST_PROXIES)
    ]

    def is_trusted(address: str) -> bool:
        if not address:  # a Unix socket has no address, and only this host can reach it
            return True
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in networks)

    def find(peer: str, forwarded_for: str) -> str:
        client = peer
        for hop in hops:
            if not is_trusted(client):
                break
            found, _ = hop.get_client_ip({"HTTP_X_FORWARDED_FOR": forwarded_for})
            if found is None:
                break
            client = str(found)
        return client

    return find
