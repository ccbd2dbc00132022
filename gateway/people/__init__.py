"""Lists of people in and out: `lists` reads CSV, `units` and `members` import, `export` writes, `everything` shows one.

The command line and the console's upload call the same functions; nothing here knows who is asking beyond the path of
the unit that limits them.
"""
