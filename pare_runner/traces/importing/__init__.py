"""The way in: an hf trace becomes a scenario file that makes the same calls."""
