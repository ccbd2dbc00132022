"""An Africa's Talking look-alike on loopback with a keypad phone in the browser.

A Flask app of its own: it imports nothing of the gateway and speaks only HTTP to it, so that the real SDK and
the real callbacks run (africastalking.md H). `serve.run` starts it; `app.create_emulator` builds it for tests.
"""
