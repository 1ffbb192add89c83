"""The environment."""

from are.simulation.environment import Environment


class StateAwareEnvironmentWrapper(Environment):
    """PARE's also moves between screens, which an oracle run does not need."""
