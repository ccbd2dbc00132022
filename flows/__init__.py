"""What to say next: pure conversations. Imports nothing of ours and does no I/O (house.md 4).

Which rule of voice_design.md is held where: by the **engine** for all flows, by `flow **check**` (also a test and a start-up
check), shown by a **golden** conversation or a journey, or by another **room** of the house. Each row names what fails
where its rule is broken; a test reads this table (`tests/flows/test_rules.py`).

    D1   check   four choices read out, two on a first call   tests/flows/test_check.py::test_defect_is_noticed
    D2   check   no more than four menus deep                 tests/flows/test_check.py::test_defect_is_noticed
    D3   check   the deed first, its key last                 tests/flows/test_check.py::test_words_in_the_wrong_order_are_noticed
    D4   engine  600 ms between choices                       tests/flows/test_rules.py::test_choices_are_told_apart_by_a_pause
    D5   room    keys work while a prompt plays               tests/flows/test_rules.py::test_keys_work_while_a_prompt_plays
                 but not in a call's first second             tests/gateway/test_first_key.py::test_key_of_the_first_second_is_not_taken_and_the_question_comes_again
    D6   check   8 s a sentence, 20 s a prompt at its longest tests/flows/test_words.py::test_bad_words_are_noticed
                 no turn is longer than somebody listens      tests/flows/test_turns.py::test_no_turn_is_longer_than_a_caller_has_patience_for
    D7   room    a broadcast within 120 s                     tests/flows/test_rules.py::test_broadcast_is_no_longer_than_two_minutes
    D8   golden  one key for practice, once                   conversations/joining/whole.toml
    D9   check   the coordinator is named within 5 s          tests/flows/test_lengths.py::test_coordinator_is_named_within_five_seconds
    D10  engine  silence: once more, by voice, a kind end     conversations/main_menu/silence_to_the_end.toml
                 once more is slower, where a clip is there   tests/gateway/test_said.py::test_question_that_comes_again_after_silence_is_slower
    D11  engine  wrong keys: the choices alone, then voice    conversations/main_menu/wrong_keys.toml
    D12  check   0, 9, * and # mean the same everywhere       tests/flows/test_check.py::test_defect_is_noticed
    D13  check   8 leaves, on every call of ours              tests/flows/test_rules.py::test_eight_leaves_at_every_question_of_a_call_of_ours
    D14  golden  said back only where something changes       conversations/announcement/stop_all.toml
                 a soft beep after a key that was taken       tests/gateway/test_said.py::test_beep_comes_first_where_a_key_was_taken
    D15  check   1 is yes, 2 is no, in this order             tests/flows/test_check.py::test_words_in_the_wrong_order_are_noticed
    D16  golden  codes for the trained, and said back         conversations/problem/code.toml
    D17  golden  who calls is known by the number and a name  conversations/main_menu/my_reports.toml
    D18  room    a human recording before any other voice     tests/audio/test_library.py::test_recording_wins_when_both_exist
    D19  check   one narrator for all words of a language     tests/flows/test_rules.py::test_another_languages_narrator_is_noticed
    D20  check   the narrator stands in the language's file   tests/flows/test_rules.py::test_every_language_names_its_narrator
    D21  golden  60 s, trained 120 s                          conversations/problem/group.toml
    D22  engine  key, hang-up or silence: what was said stays conversations/problem/hang_up_speaking.toml
                 kept before it is asked what it belongs to   tests/gateway/phone/test_adding.py::test_member_adds_to_what_she_told_today
    D23  engine  blank: asked once more, then marked          conversations/problem/blank.toml
    D24  golden  language asked once, changed by 0            conversations/joining/language_changed_late.toml
    D25  room    in the part of the day that was chosen       tests/rules/test_retry.py::test_first_try
    D26  golden  nothing private before a name was chosen     conversations/answer/shared_other.toml
    D27  room    tries and their distance                     tests/rules/test_retry.py::test_next_try
    D28  engine  taken up where it broke off, after one line  conversations/pick_up/redial.toml
    D29  engine  a key that comes twice counts once           conversations/main_menu/doubled_key.toml
    D30  room    ten rings, one call-back                     tests/journeys/test_d30_ring.py::test_ten_rings_make_one_call_back
    D31  room    declined and rung back, free of charge       tests/journeys/test_d30_ring.py::test_ring_is_declined_and_called_back_within_a_minute
    D32  room    heard is told by evidence                    tests/rules/test_hearing.py::test_evidence
    D33  room    six silent weeks: the coordinator visits     tests/rules/test_habits.py::test_rest_after_long_silence
    D34  golden  a trainer speaks for many                    conversations/problem/group.toml

Not held, and why: a tone at 50 s of a recording (D21), since the provider's `Record` knows none, and two recordings one
after the other would lose what is said between them. On a first call the urgency of a problem has more than two choices:
danger, and the way past the local staff, are never left unsaid (D1). Held as well as the provider allows: `GetDigits`
makes no sound, so the beep begins what is said next, and where nothing is said there is none (D14); no post says when a
key was pressed, so what counts for the first second is when the post came (D5), and beside the emulator, whose phones may
run faster than the clock, it is off.
"""
