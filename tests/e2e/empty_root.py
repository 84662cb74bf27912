"""A Linux with nothing but glibc and a shell, and without a network.

    unshare --net --mount --pid --fork python3 empty_root.py ROOT COMMAND…

brings up loopback, then runs COMMAND with ROOT as the whole file system. Without ROOT ("-"): in this
file system, without a network all the same."""

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import sys
from pathlib import Path

GLIBC = ["ld-linux-x86-64.so.2", "libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1",
         "libresolv.so.2"]
# Root needs no namespace of users, in which /proc may not be mounted.
UNSHARE = ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "--net", "--mount", "--pid",
           "--fork", "--kill-child"]


def make(root):
    """The folder ROOT: glibc's files, /bin/sh, and places to mount."""
    libraries = root / "lib/x86_64-linux-gnu"
    libraries.mkdir(parents=True)
    for name in GLIBC:
        shutil.copy(Path("/lib/x86_64-linux-gnu") / name, libraries / name)
    (root / "lib64").mkdir()
    (root / "lib64/ld-linux-x86-64.so.2").symlink_to("/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2")
    (root / "bin").mkdir()
    shutil.copy(shutil.which("dash"), root / "bin/sh")
    for folder in ("dev", "proc", "tmp", "root", "opt"):
        (root / folder).mkdir()
    for device in ("null", "urandom"):
        (root / "dev" / device).touch()


def bring_loopback_up():
    with socket.socket() as any_socket:
        request = struct.pack("16sH14x", b"lo", 0x1 | 0x40)  # IFF_UP, IFF_RUNNING
        fcntl.ioctl(any_socket, 0x8914, request)  # SIOCSIFFLAGS


def mount(source, target, kind, flags):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(source.encode(), str(target).encode(), kind, flags, None) != 0:
        raise OSError(ctypes.get_errno(), f"mount {target}")


def main():
    root, command = sys.argv[1], sys.argv[2:]
    bring_loopback_up()
    if root == "-":
        os.execvp(command[0], command)
    mount("proc", Path(root) / "proc", b"proc", 0)
    for device in ("null", "urandom"):
        mount(f"/dev/{device}", Path(root) / "dev" / device, None, 0x1000)  # MS_BIND
    os.chroot(root)
    os.chdir("/root")
    os.execve(command[0], command, {"HOME": "/root", "PATH": "/bin", "TMPDIR": "/tmp"})


if __name__ == "__main__":
    main()
