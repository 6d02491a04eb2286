"""How often one client may ask."""

import ipaddress
from collections import OrderedDict

_MOST_CLIENTS = 10_000
_IPV6_NETWORK_BITS = 64


class RateLimit:
    """A bucket of tokens for each client: a minute's worth may come at once, then they flow in evenly.

    Args:
        per_minute: Requests of one client.
        most_clients: Clients that are remembered, those that asked last.
    """

    def __init__(self, per_minute: int, *, most_clients: int = _MOST_CLIENTS) -> None:
        self._per_s = per_minute / 60.0
        self._size = float(per_minute)
        self._most_clients = most_clients
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, client: str, now_s: float) -> float:
        """Count a request.

        Args:
            client: Its address.
            now_s: Seconds of a clock that never goes back.

        Returns:
            0, or how long the client has to wait until it may ask again.
        """
        key = client_key(client)
        tokens, then_s = self._buckets.pop(key, (self._size, now_s))
        tokens = min(self._size, tokens + (now_s - then_s) * self._per_s)
        allowed = tokens >= 1.0
        self._buckets[key] = (tokens - 1.0 if allowed else tokens, now_s)
        if len(self._buckets) > self._most_clients:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1.0 - tokens) / self._per_s


def client_key(address: str) -> str:
    """One client: an IPv4 address, or the network of 64 bits that a household has in IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, _IPV6_NETWORK_BITS), strict=False))
    return address
