"""What is owed to whom, and the tries at it. `owe` writes obligations, `send` claims what is due and hands it over,
`results` keeps what the provider said, `outcomes` takes its later word, `contact` fetches what the rules must know,
`sweep` finds what was lost.
"""

from gateway.deliveries.outcomes import call_ended

__all__ = ["call_ended"]
