"""Key 8: no more calls, in force before anything is asked; then all or only the campaign (journeys.md M6).

To keep the organisation's own calls the member says so by key 2: consent for them alone, given anew.
"""

from flows.model import Branch, Choice, Do, End, Flow, From, Menu, Say, has
from flows.steps import GiveConsent, Withdraw

KEPT = {"purpose": "organisational", "notice": "leaving.only_campaign", "language": From("language")}

LEAVING = Flow(
    "leaving",
    1,
    "stop",
    {
        "stop": Do(Withdraw, "joined", {"purpose": "all"}),
        "joined": Branch(((has("member.is_joined"), "which"),), "done"),
        "which": Menu(
            (
                Choice("1", "done", "leaving.all"),
                Choice("2", "keep", "leaving.only_campaign"),
                Choice("8", "done"),
            ),
            ("leaving.stopped",),
            otherwise="done",
        ),
        "keep": Do(GiveConsent, "campaign", KEPT),
        "campaign": Do(Withdraw, "campaign_done", {"purpose": "campaign"}),
        "campaign_done": Say("leaving.campaign_done", "end"),
        "done": Say("leaving.done", "end"),
        "end": End(),
    },
)
