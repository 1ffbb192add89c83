"""A decision of a policy as the reply a model would give, in the protocol of the request."""

from __future__ import annotations

import orjson

from pare_runner.apps.core.codec import to_json
from pare_runner.apps.notifications import AGENT_INTERFACE
from pare_runner.policy.messages import ToolCall
from pare_runner.policy.policy import TapCall
from pare_runner.policy.request import Request, Response
from pare_runner.policy.tools import Tool, ToolList

END = "<end_action>"
DONE = "Done."
"""What an assistant says that has carried out everything."""


def respond(request: Request, call: TapCall | None, name: str) -> Response:
    """The reply of the policy `name` that makes `call`, or that does nothing more in this phase if there is none.

    A call of a tool that is not among the choices counts as none.
    """
    tool = find_tool(request.choices, call.app, call.function) if call is not None else None
    if call is None or tool is None:
        return _nothing(request, name)
    return _written(request, tool, orjson.dumps(to_json(dict(call.args))).decode(), name)


def find_tool(choices: ToolList, app: str, function: str) -> Tool | None:
    """The tool that stands for `function` of the app called `app`."""
    return next((tool for tool in choices.tools if tool.spec.name == function and tool.app == app), None)


def interface_tool(choices: ToolList, function: str) -> Tool | None:
    """The tool that stands for `function` of the agent interface."""
    wanted = (tool for tool in choices.tools if tool.spec.name == function and tool.spec.owner == AGENT_INTERFACE)
    return next(wanted, None)


def _nothing(request: Request, name: str) -> Response:
    """Waiting, where it is offered. Else this is the end of an execution: a text, which `react` can only send."""
    wait = interface_tool(request.choices, "wait")
    if wait is not None:
        return _written(request, wait, "{}", name)
    message = interface_tool(request.choices, "send_message_to_user")
    if request.protocol == "react" and message is not None:
        return _written(request, message, orjson.dumps({"content": DONE}).decode(), name)
    return Response(DONE, served_model=name)


def _written(request: Request, tool: Tool, arguments: str, name: str) -> Response:
    if request.protocol == "native":
        call = ToolCall(f"call_{request.index}_0", tool.name, arguments)
        return Response(tool_calls=(call,), finish_reason="tool_calls", served_model=name)
    # A quoted end mark inside the arguments must not end the reply.
    action = f'{{"action": "{tool.name}", "action_input": {arguments}}}'.replace(END, "\\u003c" + END[1:])
    return Response(f"Thought: The next call is {tool.name}.\nAction:\n{action}{END}", served_model=name)
