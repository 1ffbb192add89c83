"""What only imported files have: ids of events in traces, hints, and how they are judged."""

from __future__ import annotations

from tests.scenarios.conftest import mistakes, run, scenario

NOTES = "apps: {notes: {type: StatefulNotesApp}}\n"
FLOW = (
    NOTES
    + """\
events:
  - {id: makes, env: notes.create_note, at: 10s, args: {title: A}, hf_id: ENV-1}
  - {id: reads, agent: notes.get_note_by_id, after: makes, args: {note_id: {from: makes}}}
"""
)


def test_events_keep_their_short_ids_in_runs() -> None:
    assert scenario(FLOW).hf_ids == {"makes": "ENV-1"}
    assert [event.event_id for event in run(FLOW).log] == ["makes", "reads"]


def test_two_events_of_one_id_in_traces() -> None:
    twice = FLOW.replace("after: makes,", "after: makes, hf_id: ENV-1,")
    assert mistakes(twice) == ["6:67: traces call event 1 'ENV-1' too"]
    taken = FLOW.replace("hf_id: ENV-1", "hf_id: reads")
    assert len(mistakes(taken)) == 1


def test_hints_belong_to_events_that_exist() -> None:
    hints = "hints:\n  - {content: Read it, event: reads}\n  - {type: ENVIRONMENT_HINT, content: A note comes}\n"
    found = scenario(FLOW + hints)
    assert [(hint.hint_type, hint.content, hint.associated_event_id) for hint in found.hints] == [
        ("TASK_HINT", "Read it", "reads"),
        ("ENVIRONMENT_HINT", "A note comes", None),
    ]
    assert mistakes(FLOW + hints.replace("event: reads", "event: read")) == [
        "8:31: there is no event 'read' (did you mean 'reads'?)"
    ]
    assert "is not one of the options" in mistakes(FLOW + hints.replace("ENVIRONMENT_HINT", "HINT"))[0]
