"""Events in a calendar."""
