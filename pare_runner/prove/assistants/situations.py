"""What an assistant is put into: a scenario, a user, a model, a message protocol, limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pare_runner.episode.settings import EpisodeSettings
from pare_runner.policy.policy import Policy
from pare_runner.policy.request import Protocol, Role
from pare_runner.prove.assistants.models import sound

BUSY = """\
id: contract_busy
title: Two messages that each ask for a change in the calendar
start_time: 2025-11-18T09:00:00Z
duration: 2h
apps:
  messages:
    type: StatefulMessagingApp
    users: {ines: Ines Duarte, walt: Walter Kern}
    conversations:
      - {id: ines, participants: [ines], messages: [{from: me, at: -1d, content: See you at the pool on Friday.}]}
      - {id: walt, participants: [walt], messages: [{from: walt, at: -3h, content: Thanks for the drill.}]}
  calendar:
    type: StatefulCalendarApp
    events:
      - {id: pool, title: Swimming with Ines, start_datetime: +3d 07:00, end_datetime: +3d 08:00}
      - {id: choir, title: Choir, start_datetime: +2d 19:00, end_datetime: +2d 21:00}
events:
  - id: cancels
    env: messages.create_and_add_message
    at: 30s
    args: {conversation_id: ines, sender_id: ines, content: "The pool is closed on Friday, so no swimming."}
  - {id: looks, agent: calendar.get_calendar_event, after: cancels, delay: 5s, args: {event_id: pool}}
  - id: proposes
    agent: aui.send_message_to_user
    after: looks
    delay: 5s
    args: {content: The pool is closed on Friday. Shall I delete the swimming from your calendar?}
  - {id: accepts, user: aui.accept_proposal, after: proposes, delay: 5s}
  - {id: deletes, agent: calendar.delete_calendar_event, after: accepts, args: {event_id: pool}}
  - id: invites
    env: messages.create_and_add_message
    at: 20m
    args: {conversation_id: walt, sender_id: walt, content: "Dinner on Saturday at seven? I bring the drill back."}
  - id: proposes_again
    agent: aui.send_message_to_user
    after: invites
    delay: 5s
    args: {content: Walter asks you to dinner on Saturday at seven. Shall I put it into your calendar?}
  - {id: accepts_again, user: aui.accept_proposal, after: proposes_again, delay: 5s}
  - id: enters
    agent: calendar.add_calendar_event
    after: accepts_again
    args: {title: Dinner with Walter, start_datetime: "2025-11-22 19:00:00", end_datetime: "2025-11-22 22:00:00"}
checks:
  - {called: calendar.delete_calendar_event, args: {event_id: pool}, after: accepts}
  - {called: calendar.add_calendar_event, args: {start_datetime: "2025-11-22 19:00:00"}, after: accepts_again}
"""
"""Something to do, twice."""

QUIET = """\
id: contract_quiet
title: Nothing happens
start_time: 2025-11-18T09:00:00Z
duration: 30m
apps:
  messages: {type: StatefulMessagingApp}
events: []
checks:
  - {not: {proposed: true}}
"""
"""Nothing to do, and nothing to be told."""

MakePolicy = Callable[[Role], Policy]

SETTINGS = EpisodeSettings(max_turns=16)
TIGHT = EpisodeSettings(max_turns=12, observe_iterations=1, execute_iterations=1, format_retries=0)


@dataclass(frozen=True, slots=True)
class Situation:
    """One run of an assistant; `title` is how findings name it."""

    title: str
    text: str = BUSY
    user: str = "always_accept"
    model: MakePolicy = field(default=sound)
    protocol: Protocol = "native"
    settings: EpisodeSettings = SETTINGS
