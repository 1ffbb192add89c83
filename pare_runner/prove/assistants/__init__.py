"""The contract every assistant keeps, as a test suite for authors of assistants.

In a pytest file, name what makes the assistant:

    from pare_runner.prove.assistants import AssistantContract

    class TestMyAssistant(AssistantContract):
        make = MyAssistant

`suite.py` is the class; `situations.py` and `models.py` are what an assistant is put into; `watch.py` looks on while it
acts; `play.py` runs it, and `findings.py` says what was wrong.
"""

from pare_runner.prove.assistants.suite import AssistantContract

__all__ = ["AssistantContract"]
