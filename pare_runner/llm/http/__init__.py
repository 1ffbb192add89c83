"""The client of models behind OpenAI-compatible HTTP."""
