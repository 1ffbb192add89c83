"""The exporter."""

from are.simulation.data_handler.exporter import JsonScenarioExporter


class PAREJsonScenarioExporter(JsonScenarioExporter):
    """PARE's adds two keys to completed events."""
