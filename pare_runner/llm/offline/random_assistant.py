"""The assistant that makes calls at random: valid ones, with ids that are in the phone's state."""

from __future__ import annotations

import itertools

from pare_runner.apps.arguments import argument_sets
from pare_runner.apps.core.tools import ToolSpec
from pare_runner.apps.files.app import SandboxLocalFileSystem
from pare_runner.kernel.draws import Key
from pare_runner.llm.offline.calls import interface_call
from pare_runner.llm.offline.policy import OfflineSession
from pare_runner.policy.policy import TapCall
from pare_runner.policy.request import Request

PROPOSE, WAIT = 0.2, 0.3
"""Shares of the requests while observing; the others make a call."""

END = 0.2
"""Share of the requests while executing that end it."""

ATTEMPTS = 8
"""How many tools are drawn before it does nothing: some cannot be called in a state."""


class RandomAssistant(OfflineSession):
    """Every draw is keyed by the role and the number of the request, so that no draw shifts another."""

    name = "random"

    def decide(self, request: Request) -> TapCall | None:
        """A proposal, a call, or nothing."""
        number = self.view.draws.uniform(*self._key(request), "what")
        if self.role != "observe":
            return None if number < END else self._call(request)
        if number < PROPOSE:
            content = f"Shall I do something about this? This is idea {request.index + 1}."
            return interface_call(self.view.phone, "send_message_to_user", content=content)
        return None if number < PROPOSE + WAIT else self._call(request)

    def _call(self, request: Request) -> TapCall | None:
        tools = request.choices.tools
        for attempt in range(ATTEMPTS if tools else 0):
            tool = self.view.draws.choice(tools, *self._key(request), "tool", attempt)
            call = self._fitting(tool.app, tool.spec, (*self._key(request), attempt))
            if call is not None:
                return call
        return None

    def _fitting(self, app_name: str, spec: ToolSpec, key: tuple[Key, ...]) -> TapCall | None:
        """A call of the tool, with or without its optional arguments; None if the state has no ids for it."""
        phone, draws = self.view.phone, self.view.draws
        app = phone.apps.get(app_name)
        if app is None:
            return None
        files = [item for item in phone.apps.values() if isinstance(item, SandboxLocalFileSystem)]
        paths = [path for item in files for path in item.files]
        sets = argument_sets(app, spec, draws, self.view.time, paths, key)
        chosen = draws.integer(0, 1, *key, "optional")
        for args in itertools.islice(sets, chosen, None):
            try:
                spec.bind(args)
            except TypeError:
                continue
            return TapCall(app_name, spec.name, args)
        return None

    def _key(self, request: Request) -> tuple[Key, ...]:
        return ("random", self.role, request.index)
