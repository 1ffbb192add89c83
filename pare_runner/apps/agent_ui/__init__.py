"""The conversation between the user and the assistant."""
