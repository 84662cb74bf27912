"""package.py TREE VERSION TIME OUT: the files below TREE as a tarball and as a Python wheel.

Names sorted, one time, one owner, no names of this machine: the same tree gives the same bytes."""

import base64
import gzip
import hashlib
import os
import sys
import tarfile
import threading
import time
import zipfile
from pathlib import Path

LEVEL = 4  # 6 takes twice the time for 6 % less

MAIN = '''"""The command `hriste`, as a Python package: the programs lie beside this file."""

import os
import sys
from pathlib import Path


def main():
    program = Path(__file__).resolve().parent / "package/bin/hriste"
    os.execv(program, ["hriste", *sys.argv[1:]])
'''
RUN = "from hriste import main\n\nmain()\n"
METADATA = """Metadata-Version: 2.1
Name: hriste
Version: {version}
Summary: A data playground that builds itself: lake, database, event hub, streaming SQL, pipelines.
License: MIT
Requires-Python: >=3.8
Description-Content-Type: text/markdown

{readme}"""
WHEEL = """Wheel-Version: 1.0
Generator: script/package
Root-Is-Purelib: false
Tag: py3-none-manylinux_2_36_x86_64
"""


def files_below(tree):
    """(name with /, path, mode), sorted by name."""
    found = []
    for path in tree.rglob("*"):
        if path.is_file():
            mode = 0o755 if os.access(path, os.X_OK) and path.stat().st_mode & 0o111 else 0o644
            found.append((path.relative_to(tree).as_posix(), path, mode))
    return sorted(found)


def write_tarball(files, top, at, out):
    """Folders come with their first file. gzip, because every system can unpack it."""
    with open(out, "wb") as raw, gzip.GzipFile("", "wb", LEVEL, raw, mtime=0) as packed, \
            tarfile.open(fileobj=packed, mode="w|", format=tarfile.GNU_FORMAT) as tar:
        folders = set()
        for name, path, mode in files:
            parts = f"{top}/{name}".split("/")
            for depth in range(1, len(parts)):
                folder = "/".join(parts[:depth])
                if folder not in folders:
                    folders.add(folder)
                    tar.addfile(entry(folder, 0o755, at, tarfile.DIRTYPE))
            info = entry("/".join(parts), mode, at, tarfile.REGTYPE)
            info.size = path.stat().st_size
            with open(path, "rb") as content:
                tar.addfile(info, content)


def entry(name, mode, at, kind):
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.mtime = kind, mode, at
    info.uname = info.gname = "root"
    return info


class Wheel:
    """A zip with a RECORD of its files' hashes."""

    def __init__(self, out, at):
        self.zip = zipfile.ZipFile(out, "w")
        self.at = time.gmtime(max(at, 315532800))[:6]  # a zip knows no earlier year than 1980
        self.record = []

    def add(self, name, content, mode=0o644):
        info = zipfile.ZipInfo(name, self.at)
        info.external_attr = (0o100000 | mode) << 16
        info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 3
        self.zip.writestr(info, content, compresslevel=LEVEL)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        self.record.append(f"{name},sha256={digest},{len(content)}\n")

    def close(self, name):
        self.add(name, ("".join(self.record) + f"{name},,\n").encode())
        self.zip.close()


def write_wheel(files, version, readme, at, out):
    wheel = Wheel(out, at)
    wheel.add("hriste/__init__.py", MAIN.encode())
    wheel.add("hriste/__main__.py", RUN.encode())
    for name, path, mode in files:
        wheel.add(f"hriste/package/{name}", path.read_bytes(), mode)
    info = f"hriste-{version}.dist-info"
    wheel.add(f"{info}/METADATA", METADATA.format(version=version, readme=readme).encode())
    wheel.add(f"{info}/WHEEL", WHEEL.encode())
    wheel.add(f"{info}/entry_points.txt", b"[console_scripts]\nhriste = hriste:main\n")
    wheel.close(f"{info}/RECORD")


def main():
    tree, version, at, out = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
    files = files_below(tree)
    top = f"hriste-{version}-linux-x86_64"
    tarball = out / f"{top}.tar.gz"
    wheel = out / f"hriste-{version}-py3-none-manylinux_2_36_x86_64.whl"
    readme = (tree / "README.md").read_text()
    # Whole or not at all, and side by side: most of the time is zlib's, without Python's lock.
    failures = []
    jobs = [(tarball, lambda to: write_tarball(files, top, at, to)),
            (wheel, lambda to: write_wheel(files, version, readme, at, to))]

    def make(final, write):
        try:
            new = final.with_name(final.name + ".new")
            write(new)
            os.replace(new, final)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=make, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    unpacked = sum(path.stat().st_size for _, path, _ in files)
    print(f"{len(files)} files, {unpacked / 1e6:.0f} MB", file=sys.stderr)
    for path in (tarball, wheel):
        print(f"{path.stat().st_size / 1e6:.0f} MB packed", file=sys.stderr)
        print(path)


main()
