"""Planned taps: the shortest way from where the user is, over taps that open something."""

from __future__ import annotations

import pytest

from pare_runner.errors import InputError
from pare_runner.scenarios.compiler.taps import MAX_TAPS, NavigationPlanner
from pare_runner.scenarios.scenario import PAREScenario

from .conftest import lines, mistakes, run, scenario

APPS = """\
apps:
  notes: {type: StatefulNotesApp, notes: [{id: n1, title: A}, {id: n2, title: B, folder: Work}]}
  emails:
    type: StatefulEmailApp
    emails: [{id: m1, sender: a@b.org, subject: Hi}, {id: m2, folder: SENT, recipients: [a@b.org], subject: Yes}]
  shop: {type: StatefulShoppingApp, products: [{id: p1, name: Lamp, variants: [{id: i1, price: 5}]}]}
  calendar:
    type: StatefulCalendarApp
    events: [{id: e1, title: T, start_datetime: +1d 10:00, end_datetime: +1d 11:00, tag: work}]
"""

OPEN = {name: f"System.open_app(app_name={name})" for name in ("Notes", "Emails", "Shopping", "Calendar")}
HOME = "System.go_home()"


def flow(*steps: str) -> str:
    entries = [f"  - {{id: s{number}, user: {step}, after: s{number - 1}}}" for number, step in enumerate(steps, 1)]
    return APPS + "events:\n" + "\n".join(entries).replace(", after: s0", "") + "\n"


def plan(*steps: str, runs: bool = True) -> list[list[str]]:
    """The taps of each step, as `App.tool(argument=value)`; they must succeed when they are run."""
    text = flow(*steps)
    made = scenario(text)
    assert not runs or not run(text).failed_events
    events = {event.event_id: event for event in made.events}
    planned: list[list[str]] = []
    for event_ids in made.steps.values():
        actions = [getattr(events[event_id], "action", None) for event_id in event_ids]
        planned.append([])
        for action in actions:
            assert action is not None
            arguments = ", ".join(f"{name}={value}" for name, value in action.args.items())
            planned[-1].append(f"{action.app}.{action.function}({arguments})")
    return planned


def last(*steps: str) -> list[str]:
    """The taps of the last step."""
    return plan(*steps)[-1]


READ_N1 = "notes.open, args: {note_id: n1}"
ON_N1 = "on: {note_id: n1}"


def test_from_the_home_screen() -> None:
    assert last("notes.list_notes") == [OPEN["Notes"], "Notes.list_notes()"]
    assert last(f"notes.edit, {ON_N1}") == [OPEN["Notes"], "Notes.open(note_id=n1)", "Notes.edit()"]


def test_no_tap_where_the_tool_is_offered_on_the_same_screen() -> None:
    assert last(READ_N1, f"notes.edit, {ON_N1}") == ["Notes.edit()"]
    assert last(READ_N1, "notes.refresh") == ["Notes.refresh()"]


def test_another_screen_of_the_same_kind_is_not_the_same() -> None:
    assert last(READ_N1, "notes.refresh, on: {note_id: n2, folder: Work}") == [
        "Notes.go_back()",
        "Notes.list_folders()",
        "Notes.open(folder=Work)",
        "Notes.open(note_id=n2)",
        "Notes.refresh()",
    ]


def test_going_back_is_preferred_to_going_home() -> None:
    assert last(READ_N1, "notes.list_notes") == ["Notes.go_back()", "Notes.list_notes()"]
    assert last(f"notes.edit, {ON_N1}", "notes.list_notes") == [
        "Notes.go_back()",
        "Notes.go_back()",
        "Notes.list_notes()",
    ]


def test_home_is_taken_if_nothing_is_shorter() -> None:
    deep = "emails.start_compose_reply, on: {email_id: m2, folder: SENT}"
    assert last(deep, "emails.list_emails, on: {folder: INBOX}") == [HOME, OPEN["Emails"], "Emails.list_emails()"]


def test_an_app_opened_before_is_switched_to_and_kept_as_it_was_left() -> None:
    assert plan(READ_N1, "emails.list_emails", f"notes.edit, {ON_N1}") == [
        [OPEN["Notes"], "Notes.open(note_id=n1)"],
        [HOME, OPEN["Emails"], "Emails.list_emails()"],
        ["System.switch_app(app_name=Notes)", "Notes.edit()"],
    ]


def test_from_home_an_app_opened_before_is_switched_to_if_that_is_shorter() -> None:
    assert last(READ_N1, "system.go_home", f"notes.edit, {ON_N1}") == [
        "System.switch_app(app_name=Notes)",
        "Notes.edit()",
    ]
    assert last(READ_N1, "system.go_home", "notes.list_notes") == [OPEN["Notes"], "Notes.list_notes()"]


def test_steps_on_the_home_screen_itself() -> None:
    assert plan(
        "system.open_app, args: {app_name: Notes}",
        "system.open_app, args: {app_name: Emails}",
        "system.switch_app, args: {app_name: Notes}",
        "notes.list_notes",
        "system.go_home",
    ) == [
        [OPEN["Notes"]],
        [HOME, OPEN["Emails"]],
        ["System.switch_app(app_name=Notes)"],
        ["Notes.list_notes()"],
        [HOME],
    ]


def test_the_agent_interface_is_always_there() -> None:
    assert plan(READ_N1, "aui.send_message_to_agent, args: {content: Hi}", "notes.refresh") == [
        [OPEN["Notes"], "Notes.open(note_id=n1)"],
        ["PAREAgentUserInterface.send_message_to_agent(content=Hi)"],
        ["Notes.refresh()"],
    ]


def test_an_app_open_at_the_start() -> None:
    text = "open_app: emails\n" + flow("emails.list_emails", "notes.list_notes")
    assert lines(run(text).log) == [
        "0 s1 Emails__list_emails",
        "0 s2-tap-1 System__go_home",
        "0 s2-tap-2 System__open_app",
        "0 s2 Notes__list_notes",
    ]


def test_a_result_of_an_earlier_step_leads_to_its_screen() -> None:
    assert plan(
        "notes.new_note",
        "notes.update, on: {note_id: {from: s1}}, args: {title: T, content: C}",
        "notes.delete, on: {note_id: {from: s1}}",
    ) == [
        [OPEN["Notes"], "Notes.new_note()"],
        ["Notes.update(title=T, content=C)"],
        ["Notes.delete()"],
    ]


def test_a_result_can_be_gone_to() -> None:
    made = "notes.new_note"
    assert last(made, "notes.go_back, on: {note_id: {from: s1}}", "notes.refresh, on: {note_id: {from: s1}}") == [
        "Notes.open(note_id=Ref(event_id='s1', path=''))",
        "Notes.refresh()",
    ]


def test_taps_that_write_are_not_made_to_get_somewhere() -> None:
    """`add_to_cart` leads to the cart at once; the way goes over taps that read and taps that open."""
    steps = ("shop.view_variant, on: {product_id: p1}, args: {item_id: i1}", "shop.checkout")
    assert plan(*steps, runs=False)[-1] == [
        "Shopping.go_back()",
        "Shopping.go_back()",
        "Shopping.view_cart()",
        "Shopping.checkout()",
    ]


def test_opening_a_mail_writes_and_still_leads_to_it() -> None:
    assert last("emails.reply, on: {email_id: m1}, args: {content: Yes}") == [
        OPEN["Emails"],
        "Emails.open_email_by_id(email_id=m1)",
        "Emails.reply(content=Yes)",
    ]


@pytest.mark.parametrize("name", ["folder", "folder_name"])
def test_a_screen_s_value_may_be_called_as_the_screen_or_the_tap_calls_it(name: str) -> None:
    assert last(f"emails.list_emails, on: {{{name}: SENT}}") == [
        OPEN["Emails"],
        "Emails.switch_folder(folder_name=SENT)",
        "Emails.list_emails()",
    ]


def test_values_of_the_screens_on_the_way() -> None:
    assert last("shop.add_to_cart, on: {product_id: p1, item_id: i1}") == [
        OPEN["Shopping"],
        "Shopping.view_product(product_id=p1)",
        "Shopping.view_variant(item_id=i1)",
        "Shopping.add_to_cart()",
    ]


def test_optional_values_of_a_screen() -> None:
    assert last("calendar.list_events, on: {tag: work}") == [
        OPEN["Calendar"],
        "Calendar.filter_by_tag(tag=work)",
        "Calendar.list_events()",
    ]


def test_the_arguments_choose_among_screens_that_offer_a_tool_of_that_name() -> None:
    assert last("notes.open, args: {folder: Work}") == [
        OPEN["Notes"],
        "Notes.list_folders()",
        "Notes.open(folder=Work)",
    ]
    assert last(READ_N1, "notes.open, args: {note_id: n1}") == ["Notes.go_back()", "Notes.open(note_id=n1)"]


def test_after_a_tap_the_user_stands_where_it_led() -> None:
    assert plan(
        "emails.set_subject, args: {subject: S}",
        "emails.set_recipients, args: {recipients: [a@b.org]}",
        "emails.send_composed_email",
        "emails.list_emails",
        "notes.move, on: {note_id: n1}, args: {dest_folder_name: Work}",
        "notes.list_notes, on: {folder: Work}",
    ) == [
        [OPEN["Emails"], "Emails.start_compose()", "Emails.set_subject(subject=S)"],
        ["Emails.set_recipients(recipients=['a@b.org'])"],
        ["Emails.send_composed_email()"],
        ["Emails.list_emails()"],
        [HOME, OPEN["Notes"], "Notes.open(note_id=n1)", "Notes.move(dest_folder_name=Work)"],
        ["Notes.list_notes()"],
    ]


def test_going_back_is_a_step_too() -> None:
    assert last(READ_N1, "notes.go_back", "notes.list_notes") == ["Notes.list_notes()"]
    assert last(f"notes.go_back, {ON_N1}") == [OPEN["Notes"], "Notes.open(note_id=n1)", "Notes.go_back()"]


def test_a_replaced_screen() -> None:
    assert last(f"notes.duplicate, {ON_N1}", "notes.refresh, on: {note_id: {from: s1}}") == ["Notes.refresh()"]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("notes.edit", "no taps lead to 'edit' of Notes (NoteDetail) (give on: {note_id: …})"),
        (
            "shop.add_to_cart, on: {item_id: i1}",
            "no taps lead to 'add_to_cart' of Shopping (VariantDetail) showing item_id='i1' (give on: {product_id: …})",
        ),
        (
            "emails.reply, on: {email_id: m1, folder_nam: SENT}",
            "no taps lead to 'reply' of Emails (EmailDetail) showing email_id='m1', folder_nam='SENT'"
            " (give on: {folder_name: …})",
        ),
        ("notes.edti, on: {note_id: n1}", "no screen of Notes offers 'edti' (did you mean 'edit'?)"),
        ("notes.go_back", "there is nothing to go back to in Notes (name the screen with on:)"),
        ("system.switch_app, args: {app_name: Notes}", "Notes has not been opened before (use open_app)"),
    ],
)
def test_a_step_with_no_path(step: str, message: str) -> None:
    (found,) = mistakes(flow(step))
    assert found.split(": ", 1)[1] == message


def test_a_way_is_not_longer_than_the_limit() -> None:
    assert all(
        len(taps) <= MAX_TAPS + 1 for taps in plan(f"notes.edit, {ON_N1}", "emails.list_emails, on: {folder: SENT}")
    )


def test_a_tap_knows_whether_it_reads_or_writes() -> None:
    made = scenario(flow(f"notes.duplicate, {ON_N1}"))
    actions = [getattr(event, "action", None) for event in made.events]
    assert [action.operation_type.name for action in actions if action] == ["READ", "READ", "WRITE"]


def test_planned_taps_in_python() -> None:
    made = scenario(flow("notes.list_notes"))
    twin = PAREScenario(scenario_id="twin")
    twin.apps = made.apps
    events = twin.user_step("Notes", "edit", on={"note_id": "n1"})
    assert [event.action.function for event in events if event.action] == ["open_app", "open", "edit"]
    assert events[1].dependencies == [events[0]]
    with pytest.raises(InputError, match="there is no app 'Note'"):
        NavigationPlanner(made.apps).step("Note", "edit", {}, {}, "")
