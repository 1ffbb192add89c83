"""Policies by name and role."""

from __future__ import annotations

import pytest

from pare_runner.errors import ConfigError
from pare_runner.llm.offline.registry import ASSISTANTS, OFFLINE, USERS, offline_policy
from pare_runner.policy.request import Role
from tests.llm.offline.conftest import ACCEPTS, PROPOSES, WRITES, events, play


def test_all_policies_are_offered() -> None:
    assert sorted(OFFLINE) == [
        "always_accept",
        "always_reject",
        "eager",
        "passive",
        "random",
        "rules",
        "scripted",
    ]
    assert set(ASSISTANTS) & set(USERS) == {"scripted"}


@pytest.mark.parametrize(
    ("name", "role", "says"),
    [
        ("scriptd", "observe", "there is no offline policy 'scriptd' for the role observe (did you mean 'scripted'?)"),
        ("always_acept", "user", "there is no offline policy 'always_acept' for the role user (did you mean"),
        ("passive", "user", "'passive' is an assistant and cannot play the user (known: always_accept, always_reject"),
        ("rules", "execute", "'rules' is a user and cannot play the role execute (known: eager, passive, random"),
        ("scripted", "judge", "'scripted' cannot be the judge: offline policies do not judge (a judge is a model)"),
    ],
)
def test_a_name_that_does_not_go_with_a_role_is_an_error(name: str, role: Role, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        offline_policy(name, role)
    assert str(caught.value).startswith(says)


@pytest.mark.parametrize("protocol", ["native", "react"])
@pytest.mark.parametrize("user", sorted(USERS))
@pytest.mark.parametrize("assistant", sorted(ASSISTANTS))
def test_any_assistant_goes_with_any_user(assistant: str, user: str, protocol: str) -> None:
    edits = "{id: edits, agent: notes.update_note, after: accepts, args: {note_id: milk, title: Oat milk}}"
    outcome = play(events(WRITES, PROPOSES, ACCEPTS, edits), assistant, user, protocol=protocol)
    assert outcome.result.exception is None
    served = {(call.request.role, call.response.served_model) for call in outcome.exchanges if call.response}
    assert served <= {("user", user), ("observe", assistant), ("execute", assistant)}
    assert [call.problem for call in outcome.exchanges if call.problem] == []
