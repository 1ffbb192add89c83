"""The commands of `pare config`."""
