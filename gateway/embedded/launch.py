"""Become another program that ends with its parent and, for PostgreSQL, is not root.

Run as a file of its own (`python -I -S launch.py PARENT SIGNAL IDENTITY PROGRAM ARGUMENTS`), because the
steps between fork and exec are not safe inside a process with threads. Imports nothing of ours and only
what starts fast. IDENTITY is `same`, `namespace:UID` or `switch:UID`.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
REFUSED = 77


def main(parent: str, signal: str, identity: str, *program: str) -> None:
    """Take on the identity, tie our life to the parent's, and become the program."""
    kind, _, uid = identity.partition(":")
    if kind == "namespace":
        enter_namespace(int(uid))
    elif kind == "switch":
        switch_user(int(uid))
    # After the change of identity, which would clear it.
    end_with_parent(int(parent), int(signal))
    os.execv(program[0], program)


def enter_namespace(uid: int) -> None:
    """Appear as `uid` to ourselves while the files stay root's: PostgreSQL only asks geteuid()."""
    libc = ctypes.CDLL(None, use_errno=True)
    outer_uid, outer_gid = os.getuid(), os.getgid()
    try:
        if libc.unshare(CLONE_NEWUSER) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{uid} {outer_uid} 1"),
            ("gid_map", f"{uid} {outer_gid} 1"),
        ):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(text)
    except (OSError, AttributeError):
        sys.exit(REFUSED)


def switch_user(uid: int) -> None:
    """Become `uid` for good."""
    try:
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    except OSError:
        sys.exit(REFUSED)


def end_with_parent(parent: int, signal: int) -> None:
    """Ask for a signal when the parent dies (Linux), and notice if it is dead already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal)
        if os.getppid() != parent:
            sys.exit(REFUSED)


if __name__ == "__main__":
    main(*sys.argv[1:])
