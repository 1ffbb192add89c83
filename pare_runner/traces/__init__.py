"""Traces: what a run did, as files for people and for other programs."""
