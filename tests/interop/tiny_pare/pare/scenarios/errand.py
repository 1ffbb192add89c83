"""A scenario with all that PARE's exporter leaves out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from are.simulation.apps import SandboxLocalFileSystem
from are.simulation.apps.email_client import Email
from are.simulation.scenarios.scenario import Scenario
from are.simulation.scenarios.validation_result import ScenarioValidationResult
from are.simulation.types import CapabilityTag, EventRegisterer

from pare.apps import HomeScreenSystemApp, PAREAgentUserInterface, StatefulCabApp, StatefulEmailApp, StatefulReminderApp
from pare.scenarios.utils.registry import registry


@registry.register("errand")
class Errand(Scenario):
    """A parcel waits, a cab is on its way."""

    start_time: float | None = datetime(2025, 11, 18, 9, tzinfo=UTC).timestamp()
    tags: tuple[CapabilityTag, ...] = (CapabilityTag.Planning, CapabilityTag.Time)
    nb_turns: int | None = 3
    additional_system_prompt: str | None = "The user is out of town."

    def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
        print("a scenario may print")
        self.ui = PAREAgentUserInterface()
        self.ui.wait_for_user_response = False
        self.system = HomeScreenSystemApp(name="System")
        self.emails = StatefulEmailApp(name="Emails")
        self.reminders = StatefulReminderApp(name="Reminders")
        self.reminders.add_reminder("Rent", "2025-12-01 08:00:00", "pay it")
        self.cab = StatefulCabApp(name="Cab")
        self.cab.order_ride("Pier 3", "Museum", "Default", "2025-11-18 09:30:00")
        self.files = SandboxLocalFileSystem(name="Files")
        self.files.makedirs("docs", exist_ok=True)
        for path, content in (("docs/plan.txt", b"first: go"), ("logo.png", bytes([137, 80, 255]))):
            with self.files.open(path, "wb") as file:
                file.write(content)
        self.apps = [self.ui, self.system, self.emails, self.reminders, self.cab, self.files]

    def build_events_flow(self) -> None:
        with EventRegisterer.capture_mode():
            parcel = Email(sender="post@example.org", subject="Parcel", content="It waits.", email_id="parcel")
            arrives = self.emails.send_email_to_user_only(parcel.sender, parcel.subject, parcel.content).delayed(10)
            reads = self.emails.list_emails(folder_name="INBOX").oracle().depends_on(arrives, 2)
            asks = self.ui.send_message_to_user(content="Shall I remind you?").oracle().depends_on(reads, 2)
            yes = self.ui.accept_proposal(content="Yes").oracle().depends_on(asks, 5)
            reminds = self.reminders.add_reminder(
                title="Parcel", due_datetime="2025-11-19 10:00:00", description="fetch it"
            )
            reminds = reminds.oracle().depends_on(yes, 1)
        self.events = [arrives, reads, asks, yes, reminds]

    def validate(self, env: Any) -> ScenarioValidationResult:
        titles = {reminder.title for reminder in self.reminders.reminders.values()}
        return ScenarioValidationResult(success="Parcel" in titles)
