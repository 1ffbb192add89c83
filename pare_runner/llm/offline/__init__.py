"""Policies of ours that answer instead of a model: they look at the episode, cost nothing and are always the same."""
