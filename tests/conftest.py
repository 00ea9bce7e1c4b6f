"""What all tests share."""

from spcsmetrics.core.proxies import exempt_loopback

exempt_loopback()
