"""`memberline flow`: conversations from the terminal."""

import json

import pytest
from click.testing import CliRunner, Result

from flows.catalog import FLOWS
from gateway.cli.flow import flow
from gateway.errors import NotFound


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(flow, arguments, input=typed)


def test_list_names_every_conversation():
    assert [row["name"] for row in json.loads(run("list", "--json").stdout)] == list(FLOWS)
    assert "main_menu" in run("list").stdout


def test_show_draws_the_words():
    assert "जुड़ना हो" in run("show", "joining").stdout
    assert "To join us" in run("show", "joining", "--language", "en").stdout
    assert (
        json.loads(run("show", "joining", "--json").stdout)["nodes"]["consent"] == "ask, 1 agree, 2 declined"
    )


@pytest.mark.parametrize(
    "arguments", [("show", "nothing"), ("show", "news", "--language", "xx"), ("play", "nothing")]
)
def test_what_is_not_there_is_an_error(arguments):
    assert isinstance(run(*arguments).exception, NotFound)


def test_check_finds_the_catalogue_sound():
    assert run("check").exit_code == 0
    assert json.loads(run("check", "--json").stdout) == []


def test_play_goes_through_a_problem():
    played = run("play", "main_menu", "--language", "en", typed="1\nv\n2\n\n")
    assert played.exit_code == 0
    assert "[do OpenReport (note 1)]" in played.stdout
    assert "The number is: 4726." in played.stdout
    assert played.stdout.rstrip().endswith("[over]")


def test_play_can_be_kept_as_a_case():
    played = run("play", "sms_join", "--case", typed="हाँ\n")
    assert 'hears = "text हाँ"' in played.stdout


@pytest.mark.parametrize("typed", ["h\n", ""])
def test_play_ends_when_nobody_types_any_more(typed):
    assert run("play", "main_menu", typed=typed).exit_code == 0
