"""What an oracle run costs: 9 events, 5 apps, about 60 objects, state load and checks, no export."""

from __future__ import annotations

from string import Template

from benchmarks.harness import benchmark, cpu_seconds
from pare_runner.episode.oracle import run_oracle
from pare_runner.scenarios.compiler.compile import compile_scenario

RUNS = 400
SCENARIO = Template("""
id: bench
start_time: 2025-11-18T09:00:00Z
apps:
  contacts: {type: StatefulContactsApp, contacts: [$contacts]}
  messages:
    type: StatefulMessagingApp
    users: {ann: Ann Berg, tom: Tom Abel}
    conversations: [{id: plan, title: Plan, participants: [ann, tom], messages: [$messages]}]
  emails: {type: StatefulEmailApp, emails: [$emails]}
  calendar: {type: StatefulCalendarApp, events: [$events]}
  notes: {type: StatefulNotesApp, notes: [$notes]}
events:
  - {id: asks, env: messages.create_and_add_message, at: 10s,
     args: {conversation_id: plan, sender_id: ann, content: Can we move the review to Friday?}}
  - {id: reads, agent: messages.read_conversation, after: asks, delay: 2s, args: {conversation_id: plan}}
  - {id: looks, agent: calendar.search_events, after: reads, delay: 2s, args: {query: Event 3}}
  - {id: finds, agent: emails.search_emails, after: reads, delay: 3s, args: {query: mail 4}}
  - {id: proposes, agent: aui.send_message_to_user, after: [looks, finds], delay: 2s, args: {content: Move it?}}
  - {id: accepts, user: aui.accept_proposal, after: proposes, delay: 5s}
  - {id: edits, agent: calendar.edit_calendar_event, after: accepts, args: {event_id: e3, description: Friday}}
  - {id: writes, agent: notes.create_note, after: edits, args: {title: Review, content: Moved to Friday}}
  - {id: tells, agent: messages.send_message_to_group_conversation, after: writes,
     args: {conversation_id: plan, content: Moved.}}
checks:
  - proposed: {about: move, not_before: asks}
  - called: calendar.edit_calendar_event
    args: {event_id: e3, description: {contains: Friday}}
    after: accepts
  - oracle_writes: true
  - state: calendar.events | selectattr('id', 'eq', 'e3') | list | length == 1
""").substitute(
    contacts=", ".join(f"{{id: c{n}, first_name: First{n}, last_name: Last{n}}}" for n in range(12)),
    messages=", ".join(f"{{from: ann, at: -{n + 1}h, content: message {n}}}" for n in range(12)),
    emails=", ".join(f"{{id: m{n}, sender: a{n}@example.org, subject: mail {n}, at: -{n + 1}h}}" for n in range(12)),
    events=", ".join(
        f"{{id: e{n}, title: Event {n}, start_datetime: +{n}d 10:00, end_datetime: +{n}d 11:00}}" for n in range(12)
    ),
    notes=", ".join(f"{{id: n{n}, title: Note {n}, content: text}}" for n in range(12)),
)


@benchmark("oracle run", target="≥ 1500", unit="runs/CPU s")
def oracle_runs() -> float:
    scenario = compile_scenario(SCENARIO, "bench.yaml")
    outcome = run_oracle(scenario)
    if not outcome.result.success or outcome.failed_events:
        raise RuntimeError(f"the benchmark's own scenario does not pass: {outcome.result.rationale}")

    def work() -> None:
        for _ in range(RUNS):
            run_oracle(scenario)

    return RUNS / cpu_seconds(work)
