"""Who picks up, drawn by seed and number."""

from gateway.emulator.people import MAILBOX, POPULATIONS, Population

NUMBERS = [f"+9198000{n:05}" for n in range(400)]


def test_mailbox_takes_what_nobody_does_and_says_nothing() -> None:
    scripts = [
        POPULATIONS["mailboxes"].script_for(1, number, nth) for number in NUMBERS[:20] for nth in range(3)
    ]
    assert set(scripts) == {MAILBOX}
    assert (MAILBOX.answers, MAILBOX.keys, MAILBOX.listen, MAILBOX.hang_up_after) == ("yes", (), 1.0, None)


def test_some_have_a_mailbox_and_others_never() -> None:
    people = Population(no_answer=0.5, rejects=0.2, voicemail=0.3)
    by_number = {number: [people.script_for(1, number, nth) for nth in range(8)] for number in NUMBERS}
    has_one = [MAILBOX in scripts for scripts in by_number.values()]
    assert 0.2 < sum(has_one) / len(has_one) < 0.4
    assert all(
        any(each.answers == "no" for each in scripts) is False
        for scripts in by_number.values()
        if MAILBOX in scripts
    )
    assert any(each.answers == "reject" for scripts in by_number.values() for each in scripts)
