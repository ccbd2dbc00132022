"""What holds for every page: headers, languages, budgets, errors in words."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gateway.console import catalogues
from gateway.console.assets import FOLDER
from gateway.runtime import Runtime
from tests.gateway.console.seats import a_report, a_tree, post, seat

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
PAGES = ["/", "/reports", "/account", "/words", "/reports/none", "/nowhere"]


@pytest.mark.parametrize("path", PAGES)
def test_page_carries_the_strict_headers(app: Flask, rt: Runtime, path: str) -> None:
    a_tree(rt)
    answer = seat(app, rt).get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'") and "unsafe" not in policy


@pytest.mark.parametrize("path", PAGES)
def test_page_has_no_script_or_style_of_its_own(app: Flask, rt: Runtime, path: str) -> None:
    a_tree(rt)
    a_report(rt, has_voice=True)
    page = seat(app, rt).get(path).text
    assert "<style" not in page and " style=" not in page and "onclick" not in page
    assert page.count("<script") == page.count("<script src=")


@pytest.mark.parametrize("path", ["/", "/reports", "/account", "/reports/x"])
def test_stranger_is_sent_to_the_door(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize("path", ["/", "/reports"])
def test_page_is_light(app: Flask, rt: Runtime, path: str) -> None:
    a_tree(rt)
    for number in range(30):
        a_report(rt, name=f"Member {number}", has_voice=True)
    assert len(seat(app, rt).get(path).data) < 60_000  # 30 waveforms; a tenth of it under gzip


def test_look_is_one_small_sheet_and_one_small_script() -> None:
    assert len(gzip.compress((FOLDER / "memberline.css").read_bytes())) <= 6 * 1024
    assert (FOLDER / "memberline.js").stat().st_size <= 11 * 1024


def test_asset_is_kept_for_ever_under_the_address_of_its_content(client: FlaskClient) -> None:
    page = client.get("/sign-in").text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert "immutable" in client.get(address).headers["Cache-Control"]
    old = client.get("/static/old/memberline.css")
    assert (old.status_code, "immutable" in old.headers["Cache-Control"]) == (200, False)
    assert client.get("/static/old/..%2fpage.py").status_code == 404


def test_language_stays_with_the_person(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser = seat(app, rt)
    post(browser, "/language", language="hi")
    page = browser.get("/").text
    assert '<html lang="hi">' in page and "शिकायतें" in page


def test_language_follows_the_browser_when_nobody_chose(client: FlaskClient) -> None:
    page = client.get("/sign-in", headers={"Accept-Language": "hi-IN,hi;q=0.9,en;q=0.5"}).text
    assert "जो फ़ोन करे" in page


def test_hindi_is_complete() -> None:
    assert catalogues.lacking("hi") == []


def test_compiled_sentences_are_those_of_the_catalogue() -> None:
    kept = catalogues.path_of("hi").with_suffix(".mo").read_bytes()
    assert kept == catalogues.compiled(catalogues.read("hi"))


def test_error_is_told_in_words(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    answer = seat(app, rt).get("/reports/none")
    assert (answer.status_code, "There is nothing here." in answer.text) == (404, True)
