"""Tests of the sounds: pure tables, real files, the real eSpeak wheel, gTTS against a local stand-in."""
