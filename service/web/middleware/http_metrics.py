"""Figures for /metrics: requests by route and status, and the seconds to their answers."""

from prometheus_client import CollectorRegistry, Counter, Histogram


class HttpMetrics:
    """Counts requests in a separate registry, so that two apps in one process do not share figures."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter("witryna_requests", "Requests answered", ["route", "status"], registry=self.registry)
        self._seconds = Histogram(
            "witryna_request_seconds",
            "Seconds to the answer",
            ["route"],
            buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
            registry=self.registry,
        )
        self._by_labels: dict[tuple[str, int], tuple[Counter, Histogram]] = {}

    def observe(self, route: str, status: int, seconds: float) -> None:
        """Count one request. `route` is a path of the table of routes; a status of 0 is a caller who hung up."""
        pair = self._by_labels.get((route, status))
        if pair is None:  # `labels` takes a lock and is slow: each pair is looked up once
            pair = self._requests.labels(route, status), self._seconds.labels(route)
            self._by_labels[route, status] = pair
        pair[0].inc()
        pair[1].observe(seconds)
