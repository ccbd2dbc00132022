"""A call of ours that names nobody until a key is pressed: who picks up first may not be who is meant.

Being a member can say how somebody votes; an organisation may therefore choose to begin like this (`/house/sender`).
Danger, the brief for a leader, tests by staff and campaigns, whose approved sound comes first (rules.md L3), do not begin
here.
"""

from flows.model import Ask, Branch, End, Flow, Goto, has

DISCREET = Flow(
    "discreet",
    2,
    "ask",
    {
        "ask": Ask("discreet.ask", "which", "end", otherwise="end"),
        "which": Branch(
            (
                (has("number_change"), "number_check"),
                (has("answer"), "answer"),
                (has("go_on"), "go_on"),
                (has("interim"), "interim"),
                (has("daily"), "daily"),
                (has("announcement"), "announcement"),
                (has("is_introduction"), "introduction"),
                (has("is_opted_out"), "joining"),
                (has("is_any_joined"), "main_menu"),
            ),
            "joining",
        ),
        "number_check": Goto("number_check"),
        "answer": Goto("answer"),
        "go_on": Goto("go_on"),
        "interim": Goto("interim"),
        "daily": Goto("daily"),
        "announcement": Goto("announcement"),
        "introduction": Goto("introduction"),
        "main_menu": Goto("main_menu"),
        "joining": Goto("joining"),
        "end": End(),
    },
)
