"""The group `pare traces`: a command a module."""
