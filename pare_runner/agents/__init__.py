"""The two agents: a user who taps through screens and an assistant who proposes, and how they speak with models."""
