"""`memberline flow play --as` and what `flow check` says of conversations in writing."""

from click.testing import CliRunner

from gateway.cli.flow import flow


def test_conversation_is_played_as_it_is_typed():
    done = CliRunner().invoke(
        flow, ["play", "main_menu", "--as", "ussd", "--language", "sw"], "1\nmaji hakuna\n2\n"
    )
    assert done.exit_code == 0
    assert "1 Eleza tatizo" in done.output
    assert "Nambari 4726." in done.output


def test_conversation_that_is_only_spoken_is_not_played_in_writing():
    done = CliRunner().invoke(flow, ["play", "duty", "--as", "ussd"])
    assert done.exit_code != 0
    assert "duty has no ussd form, only voice" in str(done.exception)


def test_check_covers_what_is_written():
    done = CliRunner().invoke(flow, ["check"])
    assert done.exit_code == 0, done.output
