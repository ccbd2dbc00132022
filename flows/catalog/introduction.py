"""The one call that a coordinator's word allows: who we are, the notice, 1 yes, 2 no, nothing else."""

from flows.catalog.shared import BY_LAW, ORGANISATION
from flows.model import Ask, Do, End, Flow, From, Say, has
from flows.steps import GiveConsent, Join, Remember, Withdraw

INTRODUCTION = Flow(
    "introduction",
    1,
    "hello",
    {
        "hello": Say("greeting.new", "by", ORGANISATION),
        "by": Say("introduction.by", "notice", {"coordinator": "coordinator"}, has("coordinator")),
        "notice": Say("join.notice", "consent", BY_LAW),
        "consent": Ask("introduction.consent", "agree", "decline", otherwise="later"),
        "agree": Do(
            GiveConsent, "adult", {"purpose": "all", "notice": "join.notice", "language": From("language")}
        ),
        "adult": Do(Remember, "join", {"field": "adult", "value": "yes"}),
        "join": Do(Join, "done"),
        "done": Say("joining.done", "end"),
        "decline": Do(Withdraw, "declined", {"purpose": "all"}),
        "declined": Say("leaving.done", "end"),
        "later": Say("introduction.later", "end"),
        "end": End(),
    },
)
