"""Settings: everything wrong at once, secrets from files, and what only an emulator allows."""

from pathlib import Path

import pytest

from gateway.errors import SettingsError
from gateway.settings import Settings, VoiceLine
from gateway.settings_files import environment, load_environment
from gateway.settings_shown import masked_values, settings_table

MINIMUM = {
    "DATABASE_URL": "postgresql+psycopg://memberline@/memberline?host=/tmp/nowhere",
    "REDIS_URL": "unix:///tmp/nowhere.sock",
    "MEMBERLINE_PUBLIC_URL": "http://127.0.0.1:8000/",
    "MEMBERLINE_SECRET_KEY": "k" * 32,
    "MEMBERLINE_CALLBACK_SECRET": "c" * 32,
}
EMULATED = {**MINIMUM, "MEMBERLINE_AFRICASTALKING_URL": "http://127.0.0.1:8001"}
REAL = {**MINIMUM, "MEMBERLINE_AFRICASTALKING_API_KEY": "a-real-key"}


def test_all_missing_are_named_when_nothing_is_set() -> None:
    with pytest.raises(SettingsError) as trouble:
        Settings.from_env({})
    for name in (*MINIMUM, "MEMBERLINE_AFRICASTALKING_API_KEY"):
        assert f"{name} is not set" in str(trouble.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "sqlite:///x"),
        ("REDIS_URL", "http://127.0.0.1"),
        ("MEMBERLINE_PUBLIC_URL", "127.0.0.1:8000"),
        ("MEMBERLINE_PUBLIC_URL", "http://host:99999"),
        ("MEMBERLINE_SECRET_KEY", "qwerty"),
        ("MEMBERLINE_CALLBACK_SECRET", "has/slash/and/more/of/it"),
        ("MEMBERLINE_COUNTRY", "xx"),
        ("MEMBERLINE_VOICE_NUMBERS", "8000000001=answer"),
        ("MEMBERLINE_VOICE_NUMBERS", "+918000000001"),
        ("MEMBERLINE_VOICE_NUMBERS", "+918000000001=sing"),
        ("MEMBERLINE_VOICE_NUMBERS", "+918000000001=answer,+918000000001=call-back"),
        ("MEMBERLINE_CALLS_PER_SECOND", "²"),
        ("MEMBERLINE_LINES", "0"),
        ("MEMBERLINE_TTS", "gtts,gtts"),
        ("MEMBERLINE_TTS", "kokoro,espeak"),
        ("MEMBERLINE_KOKORO", "/no/such/folder"),
        ("MEMBERLINE_CLIPS_BY", "x-accel=clips"),
        ("MEMBERLINE_CLIPS_BY", "x-sendfile"),  # nobody stands in front of us beside an emulator
        ("MEMBERLINE_LOG_FORMAT", "xml"),
        ("MEMBERLINE_CLOCK_OFFSET_SECONDS", "nan"),
        ("MEMBERLINE_SEND_ON", "maybe"),
    ],
)
def test_value_is_named_but_not_shown_when_unusable(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as trouble:
        Settings.from_env({**EMULATED, name: value})
    assert str(trouble.value).startswith(f"{name} ")
    assert "\n" not in str(trouble.value)
    assert len(value) < 4 or value not in str(trouble.value)


def test_lines_and_pace_are_the_provider_defaults_when_real() -> None:
    settings = Settings.from_env(
        {**REAL, "MEMBERLINE_VOICE_NUMBERS": "+918000000001=call-back, +918000000002=answer"}
    )
    assert (settings.calls_per_second, settings.lines, settings.is_emulated) == (10, 50, False)
    assert settings.voice_numbers == (
        VoiceLine("+918000000001", "call-back"),
        VoiceLine("+918000000002", "answer"),
    )


def test_pace_is_ten_times_wider_when_emulated() -> None:
    settings = Settings.from_env(EMULATED)
    assert (settings.calls_per_second, settings.lines, settings.is_emulated) == (100, 500, True)
    assert [line.habit for line in settings.voice_numbers] == ["call-back", "answer"]
    assert settings.public_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize("name", ["MEMBERLINE_CLOCK_OFFSET_SECONDS", "MEMBERLINE_OPEN_ALL_DAY"])
@pytest.mark.parametrize(
    "address", ["", "https://voice.africastalking.com", "http://127.0.0.1.example.org", "http://10.0.0.7"]
)
def test_trial_settings_are_refused_when_real_phones_could_ring(name: str, address: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} only works"):
        Settings.from_env({**REAL, "MEMBERLINE_AFRICASTALKING_URL": address, name: "1"})


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8001", "http://localhost:1", "http://[::1]:8001", "http://127.9.9.9"]
)
def test_trial_settings_are_taken_when_the_provider_is_on_loopback(address: str) -> None:
    extra = {"MEMBERLINE_CLOCK_OFFSET_SECONDS": "-3600.5", "MEMBERLINE_OPEN_ALL_DAY": "yes"}
    settings = Settings.from_env({**EMULATED, "MEMBERLINE_AFRICASTALKING_URL": address, **extra})
    assert settings.clock_offset_seconds == -3600.5
    assert settings.open_all_day


def test_secret_comes_from_its_file_when_named_so(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-the-file-0123456789\n")
    rest = {name: value for name, value in EMULATED.items() if name != "MEMBERLINE_SECRET_KEY"}
    settings = Settings.from_env({**rest, "MEMBERLINE_SECRET_KEY_FILE": str(tmp_path / "key")})
    assert settings.secret_key == "from-the-file-0123456789"
    with pytest.raises(SettingsError, match="both set"):
        Settings.from_env({**EMULATED, "MEMBERLINE_SECRET_KEY_FILE": str(tmp_path / "key")})
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.from_env({**rest, "MEMBERLINE_SECRET_KEY_FILE": str(tmp_path / "none")})


def test_secrets_stay_out_of_sight_when_shown() -> None:
    settings = Settings.from_env(REAL)
    assert {"k" * 32, "c" * 32, "a-real-key"} <= set(settings.secrets())
    assert not any(secret in repr(settings) for secret in settings.secrets())
    assert "a-real-key" not in masked_values(REAL).values()


def test_table_has_a_sentence_for_each_variable() -> None:
    table = settings_table()
    assert len({name for name, _, _ in table}) == len(table)
    assert all(meaning.endswith(".") for _, _, meaning in table)


def test_own_variables_win_over_the_file_of_up_when_both_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "DATABASE_URL=one\nREDIS_URL=two=2\nMEMBERLINE_SECRET_KEY_FILE=/key\n# note\n"
    (tmp_path / "environment").write_text(told)
    monkeypatch.setenv("DATABASE_URL", "mine")
    monkeypatch.setenv("MEMBERLINE_SECRET_KEY", "mine-too")
    seen = environment(tmp_path)
    assert (seen["DATABASE_URL"], seen["REDIS_URL"]) == ("mine", "two=2")
    assert "MEMBERLINE_SECRET_KEY_FILE" not in seen
    assert load_environment(tmp_path / "none") == {}
