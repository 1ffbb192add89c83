"""Recorded model calls: written as they happen, played back without a model, compared when they are."""
