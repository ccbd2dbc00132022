"""The better voice: Google Translate's, asked with the requests that gTTS prepares, sent on our own transport.

gTTS itself never verifies TLS, waits for ever and writes nothing at all when it is given a captcha page
(speech.md 1). The service is unofficial: one request a second at most, an hour's rest after a refusal, and
never a personal text. Build calls this, before any call needs the sound.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from audio.errors import ClipError, VoiceUnavailable
from audio.normalise import check_language, normalise
from audio.tts import Means
from audio.tts.gtts_transport import Post, Transport
from audio.tts.pieces import PIECE, split
from audio.tts.rest import Rest
from audio.tts.turns import Turns
from audio.wav import wav_of

LANGUAGES = {
    **{
        code: code
        for code in "af am ar bn en fr gu ha hi kn ml mr my ne pa pt si sw ta te ur".split()  # noqa: SIM905
    },
    "bho": "hi",
    "mai": "hi",
}
TLDS = frozenset({"com", "co.in", "co.ke"})  # never from input: a crafted one would redirect the request
_REST = timedelta(hours=1)


def make(means: Means) -> "Gtts":
    """Return Google's voice, its rest and its turns shared by all who share the folder of state."""
    return Gtts(means.clock, means.sleep, state=means.state)


class Gtts:
    """The remote voice and whether it was probed.

    In the folder `state` it shares its rest after a refusal, and its turns, with other processes.
    """

    name = "gtts"
    is_remote = True
    is_slow = True

    def __init__(
        self,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
        tld: str = "co.in",
        transport: Transport | None = None,
        state: Path | None = None,
    ) -> None:
        if tld not in TLDS:
            raise ClipError(f"{tld[:20]!r} is not one of the hosts that may be asked for speech.")
        self._tld = tld
        self._transport = transport or Transport()
        self._is_probed = False
        self._rest = Rest(clock, state / ".gtts-rests-until" if state else None)
        self._turns = Turns(clock, sleep, state / ".gtts-asked-at" if state else None)

    def speak(self, text: str, language: str, rate: float) -> bytes:
        """Return a WAV file; raises VoiceUnavailable at once while it rests. Takes a second per 100 characters."""
        posts = self._posts(normalise(text), check_language(language))
        self._rest.check()
        try:
            self._probe(posts[0].url)
            sounds = [self._answer(post) for post in posts]
        except VoiceUnavailable as error:
            self._rest.start(error.retry_after)
            self._is_probed = False
            raise
        return _one_file(sounds, rate)

    def close(self) -> None:
        """Drop idle connections."""
        self._transport.close()

    def _posts(self, text: str, language: str) -> list[Post]:
        # Start-up cost: it brings requests into every process that merely knows this voice.
        from gtts import gTTS

        if language not in LANGUAGES:
            raise ClipError(f"Google's voice does not speak {language!r}.")
        speech = gTTS(text, tld=self._tld, lang=LANGUAGES[language], tokenizer_func=split)
        speech.GOOGLE_TTS_MAX_CHARS = PIECE
        return [Post(post.url, post.body.encode(), dict(post.headers)) for post in speech._prepare_requests()]

    def _probe(self, url: str) -> None:
        if not self._is_probed and not self._transport.is_reachable(url):
            raise VoiceUnavailable("Google's voice cannot be reached from here.", _REST.total_seconds())
        self._is_probed = True

    def _answer(self, post: Post) -> bytes:
        with self._turns.take():
            self._rest.check()  # somebody whose turn was before may have been refused
            return self._transport.audio(post)


def _one_file(sounds: list[bytes], rate: float) -> bytes:
    from audio.decode import decode  # start-up cost: numpy in every process that merely knows this voice
    from audio.levels import to_pcm  # the same
    from audio.stretch import stretch  # the same

    # Not by appending: an MP3 that carries its length in a header ends there, whatever follows. Slowed here,
    # because the service knows only its usual speed and a crawl.
    return wav_of(b"".join(to_pcm(stretch(decode(sound), rate)) for sound in sounds))
