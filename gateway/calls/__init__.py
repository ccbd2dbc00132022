"""Calls in and out, turn by turn: knows the order of things; what to say is decided in flows.

`posts` is the door (a provider's post in, what to answer out), `opening` begins a conversation, `talk` takes one turn
of it, `closing` ends it, `facts` prepares what a flow may know; `ussd` is the door of those that are typed on a phone's own
screen. See README for the walk of one call.
"""

from gateway.calls.posts import voice_posted
from gateway.calls.ussd import ussd_posted

__all__ = ["ussd_posted", "voice_posted"]
