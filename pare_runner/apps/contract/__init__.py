"""The contract every app keeps, as a test suite for authors of apps.

In a pytest file, name the app and give an example section, written as in a scenario file and rich enough that every
tool has something to work on:

    from pare_runner.apps.contract import AppContract

    class TestLampApp(AppContract):
        app_class = LampApp
        section = {"lamps": [{"id": "desk", "on": True}]}

`suite.py` is the class; `static.py` reads declarations; `lab.py` builds phones and makes calls, `samples.py` chooses
the arguments; `runs.py` and `taps.py` try things out.
"""

from pare_runner.apps.contract.suite import AppContract

__all__ = ["AppContract"]
