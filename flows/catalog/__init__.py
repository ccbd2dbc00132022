"""The registry of all conversations by name. The shell passes it to the engine; `entry` says which one begins."""

from collections.abc import Mapping

from flows.catalog.announcement import ANNOUNCEMENT, TEST_CALL
from flows.catalog.answer import ANSWER
from flows.catalog.asked import ASKED
from flows.catalog.brief import BRIEF
from flows.catalog.codes import INVITE, TRAINING
from flows.catalog.daily import DAILY
from flows.catalog.discreet import DISCREET
from flows.catalog.duty import DUTY
from flows.catalog.go_on import GO_ON
from flows.catalog.help import HELP
from flows.catalog.interim import INTERIM
from flows.catalog.introduction import INTRODUCTION
from flows.catalog.joining import JOINING
from flows.catalog.leaving import LEAVING
from flows.catalog.main_menu import MAIN_MENU
from flows.catalog.my_data import FORGETTING, MY_DATA
from flows.catalog.my_reports import MY_REPORTS
from flows.catalog.news import NEWS
from flows.catalog.numbers import NEW_NUMBER, NUMBER_CHECK
from flows.catalog.pick_up import PICK_UP
from flows.catalog.problem import PROBLEM
from flows.catalog.reading import READING
from flows.catalog.steering import STEERING
from flows.catalog.voice_note import VOICE_NOTE
from flows.catalog.written import SMS_JOIN, SMS_SOLVED, SMS_URGENCY
from flows.model import Flow

FLOWS: Mapping[str, Flow] = {
    flow.name: flow
    for flow in (
        MAIN_MENU,
        JOINING,
        PROBLEM,
        VOICE_NOTE,
        MY_REPORTS,
        MY_DATA,
        FORGETTING,
        NEWS,
        ASKED,
        HELP,
        ANNOUNCEMENT,
        TEST_CALL,
        ANSWER,
        GO_ON,
        PICK_UP,
        INTERIM,
        DAILY,
        BRIEF,
        STEERING,
        READING,
        LEAVING,
        INTRODUCTION,
        DUTY,
        DISCREET,
        INVITE,
        TRAINING,
        NEW_NUMBER,
        NUMBER_CHECK,
        SMS_JOIN,
        SMS_URGENCY,
        SMS_SOLVED,
    )
}
