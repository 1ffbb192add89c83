"""Proving scenarios: that doing right passes, doing nothing fails, leaving a step out fails, and meddling fails."""
