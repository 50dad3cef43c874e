"""Figures for /metrics about the served models: how many versions, and how often the default version was replaced."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from service.bundles.registry import Registry


class ModelMetrics(Collector):
    """Reads the registry of models when the figures are asked for."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        versions = GaugeMetricFamily("witryna_model_versions", "Versions that are served", labels=["model"])
        broken = GaugeMetricFamily("witryna_broken_bundles", "Bundles that are not served")
        states = self._registry.states()
        for state in states:
            if state.state == "ready":
                versions.add_metric([state.name], len(state.versions))
        broken.add_metric([], sum(state.state == "broken" for state in states))
        switches = CounterMetricFamily(
            "witryna_model_switches", "Default versions replaced by another one", labels=["model"]
        )
        for name, count in self._registry.switches().items():
            switches.add_metric([name], count)
        yield from (versions, broken, switches)
