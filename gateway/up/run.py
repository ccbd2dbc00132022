"""The steps of `memberline up`, in order: take the folder, start servers, prepare, start children, wait, tell."""

import http.client
import socket
import time
from collections.abc import Mapping
from contextlib import suppress

from gateway.embedded import EmbeddedPostgres, EmbeddedValkey
from gateway.errors import MemberlineError
from gateway.settings import Settings
from gateway.up import folder
from gateway.up.child import Child, memberline
from gateway.up.plan import HOST, Plan
from gateway.up.story import Story
from gateway.up.supervisor import Stopped, Supervisor

SCRIPTED_SPEED = "6"  # phones that nobody has opened live faster, so that a trial of 4,000 calls ends soon
ASK_SECONDS = 0.3
SLOW_SECONDS = 30.0
# What /health/ready says where a prompt of the catalogue has no clip, as after an update.
NO_SOUNDS = '"sounds":false'
DEMO_MARK = "demo_loaded"
SENDER_QUEUES, SOUND_QUEUES, DRAFT_QUEUES = "sweep,send,default", "sound", "draft"


def run(plan: Plan, environ: Mapping[str, str]) -> None:
    """Run the service until Ctrl-C or SIGTERM; raises MemberlineError where it cannot start."""
    lock = folder.take(plan.data)
    try:
        _refuse_taken_ports(plan.ports)
        story = Story(plan.data / "log")
        supervisor = Supervisor(story)
        supervisor.listen_to_signals()
        try:
            _run(plan, environ, supervisor)
        except Stopped:
            story.step("stopping")
        finally:
            supervisor.close()
            story.close()
    finally:
        lock.release()


def _run(plan: Plan, environ: Mapping[str, str], supervisor: Supervisor) -> None:
    began = time.monotonic()
    supervisor.story.step(f"data folder {plan.data}")
    told = {**environ, **plan.provided, **folder.secret_files(plan.data, environ)}
    told |= _start_servers(plan, told, supervisor)
    Settings.from_env(told)  # all that is wrong at once, before any child trips over it
    folder.tell(plan.data, told)
    phones, is_new = _phones(plan, told), _lacks_demo(plan)
    if phones and not is_new:  # they need no database, and a core is idle while it is looked after
        supervisor.run(phones)
    supervisor.story.step("bringing the database up to date")
    supervisor.run_to_end(Child("db upgrade", memberline("db", "upgrade"), told, once=True))
    if is_new:
        _load_demo(plan, told, supervisor)
        if phones:
            supervisor.run(phones)
    for child in _children(plan, told):
        supervisor.run(child)
    clips = Child("clips", memberline("clips", "build"), told, once=True)
    _wait_until_ready(plan, supervisor, clips)
    supervisor.story.block(_links(plan, time.monotonic() - began))
    if not clips.pid:  # no word lacks a sound: what can be read aloud is listed all the same
        supervisor.run(clips)
    supervisor.wait_until(lambda: False)


def _start_servers(plan: Plan, told: Mapping[str, str], supervisor: Supervisor) -> dict[str, str]:
    found = {}
    if not told.get("DATABASE_URL") and not told.get("DATABASE_URL_FILE"):
        first = "" if (plan.data / "postgres" / "cluster").exists() else ", its files are made"
        supervisor.story.step(f"starting PostgreSQL{first}")
        found["DATABASE_URL"] = supervisor.serve(EmbeddedPostgres(plan.data / "postgres"))
    if not told.get("REDIS_URL") and not told.get("REDIS_URL_FILE"):
        supervisor.story.step("starting Valkey")
        found["REDIS_URL"] = supervisor.serve(EmbeddedValkey(plan.data / "valkey"))
    return found


def _lacks_demo(plan: Plan) -> bool:
    return plan.has_demo and not (plan.data / DEMO_MARK).exists()


def _load_demo(plan: Plan, told: Mapping[str, str], supervisor: Supervisor) -> None:
    supervisor.story.step("loading the demo organisation")
    supervisor.run_to_end(Child("demo", memberline("demo"), told, once=True))
    (plan.data / DEMO_MARK).touch()


def _children(plan: Plan, told: Mapping[str, str]) -> list[Child]:
    return [
        Child("web", memberline("web", "--port", str(plan.port)), told),
        Child("worker", memberline("worker", "--queues", SENDER_QUEUES), told),
        Child("sounds", memberline("worker", "--queues", SOUND_QUEUES), told),
        Child("scheduler", memberline("scheduler"), told),
        *_drafts(told),
    ]


def _drafts(told: Mapping[str, str]) -> list[Child]:
    """A worker that keeps a model in memory, only where the operator brought one."""
    if not told.get("MEMBERLINE_WHISPER"):
        return []
    return [Child("drafts", memberline("worker", "--queues", DRAFT_QUEUES), told)]


def _phones(plan: Plan, told: Mapping[str, str]) -> Child | None:
    """The emulator; it reads the demo's phones when it starts."""
    if not plan.has_emulator:
        return None
    return Child(
        "emulator", memberline("emulator", "--port", str(plan.port + 1), "--speed", SCRIPTED_SPEED), told
    )


def _wait_until_ready(plan: Plan, supervisor: Supervisor, clips: Child) -> None:
    is_new = not (plan.data / "clips").exists()
    supervisor.story.step(
        f"starting the service{' and making its sounds, which takes a minute' if is_new else ''}"
    )
    if is_new:
        supervisor.run(clips)
    began = asked = time.monotonic()
    warned = False
    waits = [(plan.port, "/health/ready")] + ([(plan.port + 1, "/")] if plan.has_emulator else [])
    while waits:
        supervisor.tick()
        if time.monotonic() - asked < ASK_SECONDS:
            continue
        asked = time.monotonic()
        status, said = _ask(*waits[0])
        if status == 200:
            waits.pop(0)
            continue
        if NO_SOUNDS in said and not clips.pid:
            supervisor.run(clips)
        if not warned and asked - began > SLOW_SECONDS:
            warned = True
            supervisor.story.step(
                f"not ready yet ({said or 'no answer'}); details in {supervisor.story.path}"
            )


def _ask(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(300).decode(errors="replace").strip().replace("\n", " ")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()


def _refuse_taken_ports(ports: tuple[int, ...]) -> None:
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                raise MemberlineError(
                    f"port {port} is in use ({error.strerror}); choose another with --port"
                ) from error


def _links(plan: Plan, seconds: float) -> str:
    lines = [f"Memberline is ready ({seconds:.0f} s).", f"  console  {plan.console_url}"]
    if plan.has_emulator:
        lines.append(f"  phones   {plan.phones_url}")
    if plan.has_demo:
        with suppress(FileNotFoundError):
            logins = (plan.data / "demo_logins").read_text(encoding="utf-8").strip().splitlines()
            lines += ["  demo logins:", *(f"    {line}" for line in logins)]
    return "\n".join([*lines, f"  data     {plan.data}", "Ctrl-C ends it."])
