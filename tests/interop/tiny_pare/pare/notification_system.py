"""The notification system."""

from are.simulation.notification_system import VerboseNotificationSystem


class PARENotificationSystem(VerboseNotificationSystem):
    """PARE's has two receivers."""
