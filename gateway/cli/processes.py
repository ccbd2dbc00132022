"""The processes that serve: `web`, `worker`, `scheduler`, `emulator`, one each, under any supervisor.

Every import stands inside its command: each of these loads other libraries, and none may pay for another's
start-up or memory.
"""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import click

from gateway.cli.here import settings_here
from gateway.settings import Settings

LABELS = {"answer": "answers", "call-back": "rings you back", "stop": "ends all calls"}


def _started() -> Settings:
    from gateway import logs

    settings = settings_here()
    logs.configure(settings.log_format, settings.secrets())
    return settings


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Put a buffering proxy before any other."
)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def web(host: str, port: int) -> None:
    """Run the web server for the provider and the console."""
    from gateway.serve import run_web

    run_web(_started(), host, port)


@click.command()
@click.option(
    "--queues", default="sweep,send,default,sound", show_default=True, help="Queues, most urgent first."
)
def worker(queues: str) -> None:
    """Run a worker on these queues."""
    from workers.run import run_worker

    run_worker(_started(), queues.split(","))


@click.command()
def scheduler() -> None:
    """Run the clock that wakes the workers."""
    from workers.schedule import run_scheduler

    run_scheduler(_started())


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=0, help="Port; that of MEMBERLINE_AFRICASTALKING_URL where not given.")
@click.option(
    "--speed", default=1.0, show_default=True, help="How much faster than life scripted callers are."
)
def emulator(host: str, port: int, speed: float) -> None:
    """Run the provider's look-alike with the phones in the browser."""
    from gateway.emulator.config import EmulatorConfig, Person
    from gateway.emulator.serve import run

    settings = _started()
    own_url = settings.africastalking_url or f"http://{host}:{port or 8001}"
    directory = settings.data_dir / "phones.json"
    persons = json.loads(directory.read_text(encoding="utf-8")) if directory.exists() else []
    config = EmulatorConfig(
        callback_url=f"{settings.public_url}/callbacks/africastalking/{settings.callback_secret}",
        username=settings.africastalking_username,
        api_key=settings.africastalking_api_key,
        lines=tuple(line.number for line in settings.voice_numbers),
        line_labels=tuple(LABELS[line.habit] for line in settings.voice_numbers),
        sms_sender=settings.sms_sender,
        speed=speed,
        own_url=own_url,
        persons=tuple(Person(**person) for person in persons),
    )
    offset = timedelta(seconds=settings.clock_offset_seconds)
    run(config, host, port or urlsplit(own_url).port or 8001, lambda: datetime.now(UTC) + offset)
