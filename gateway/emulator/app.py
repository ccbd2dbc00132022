"""The emulator's Flask app: API, recordings, `/control` and the handset page around one network.

Built by serve.py and by tests; nothing here is imported by the gateway.
"""

from collections.abc import Callable
from datetime import datetime

from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException

from gateway.emulator.access import guard
from gateway.emulator.api_look_up import look_up_blueprint
from gateway.emulator.api_sms import sms_blueprint
from gateway.emulator.api_voice import voice_blueprint
from gateway.emulator.config import EmulatorConfig
from gateway.emulator.control import control_blueprint
from gateway.emulator.control_run import people_blueprint, run_blueprint
from gateway.emulator.handset import handset_blueprint
from gateway.emulator.messages import Messages
from gateway.emulator.network import Network, utc_now
from gateway.emulator.switchboard import Switchboard

MOST_BYTES = 32_000_000


def create_emulator(config: EmulatorConfig, clock: Callable[[], datetime] = utc_now) -> Flask:
    """Build the app and start its threads; `app.extensions["network"].stop()` ends them."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = MOST_BYTES
    app.json.sort_keys = False  # type: ignore[attr-defined]
    network = Network(config, clock)
    switchboard, messages = Switchboard(network), Messages(network)
    app.extensions["network"] = network
    guard(app, network)
    app.register_blueprint(voice_blueprint(network, switchboard))
    app.register_blueprint(sms_blueprint(network, messages))
    app.register_blueprint(look_up_blueprint(network, switchboard, messages))
    app.register_blueprint(control_blueprint(network, switchboard, messages))
    app.register_blueprint(run_blueprint(network))
    app.register_blueprint(people_blueprint(network, switchboard))
    app.register_blueprint(handset_blueprint(network, switchboard))
    _add_recordings(app, network)
    _add_errors(app)
    network.start()
    return app


def _add_recordings(app: Flask, network: Network) -> None:
    @app.get("/recordings/<name>.wav")
    def recording(name: str) -> Response:
        sound = network.recordings.find(name)
        if sound is None:
            return Response("not there", 404, content_type="text/plain; charset=UTF-8")
        return Response(sound, content_type="audio/wav")


def _add_errors(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[Response, int]:
        return jsonify(error=error.description), error.code or 500

    @app.errorhandler(ValueError)
    @app.errorhandler(TypeError)
    def misread(error: Exception) -> tuple[Response, int]:
        return jsonify(error=str(error)), 400
