# Takes away what no notebook uses: a third of the environment. Runs once, in it; the last to go is pip.
import pathlib
import shutil
import subprocess
import sys
import sysconfig

site = pathlib.Path(sysconfig.get_paths()["purelib"])

# The packages' own tests, the texts for type checkers and compilers, and AVIF pictures.
for folder in [path for path in site.rglob("tests") if path.is_dir()] + [site / "tornado/test"]:
    shutil.rmtree(folder, ignore_errors=True)
for pattern in ("*.pyi", "*.pyx", "*.pxd", "*.c", "*.h", "*.a", "pillow.libs/libavif-*", "PIL/_avif.*.so"):
    for file in list(site.rglob(pattern)):
        file.unlink(missing_ok=True)
# Each stands beside the same code in Python, which is there for whoever has no compiler.
for file in list((site / "fontTools").rglob("*.so")):
    if file.with_name(file.name.split(".")[0] + ".py").exists():
        file.unlink()
# Completion and debugging are for people at a prompt.
for packages in (["jedi", "parso", "debugpy", "setuptools"], ["pip"]):
    subprocess.run([sys.executable, "-m", "pip", "uninstall", "-y", "-q", *packages], check=True)
