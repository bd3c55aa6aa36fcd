"""Makes deployment packages: stripped binaries, each zipped as `bootstrap`, named by their content.

    python packages.py --out DIR < [{"name": "api", "binary": "/…/fn-api", "zip": true}, ...]

Prints {"api": {"file": "/…/api-0123456789abcdef.zip", "hash": "0123456789abcdef"}, ...}. A binary that has not
changed since the last time (path, size, time) is not looked at again. Packages that are no longer used are removed.
"""
import argparse
import concurrent.futures
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import zipfile

EPOCH = (1980, 1, 1, 0, 0, 0)   # the same binary gives the same package
DIGITS = 16


def stripped(binary: pathlib.Path, beside: pathlib.Path) -> bytes:
    """The binary without symbols, if there is a `strip` here."""
    if shutil.which("strip"):
        subprocess.run(["strip", "--strip-all", "-o", str(beside), str(binary)], check=True)
    else:
        shutil.copyfile(binary, beside)
    content = beside.read_bytes()
    beside.unlink()
    return content


def package(entry: dict, out: pathlib.Path) -> dict:
    """One package; its file is written under another name first, so that half a package is never found."""
    name, binary = entry["name"], pathlib.Path(entry["binary"])
    content = stripped(binary, out / f".{name}.stripped")
    digest = hashlib.sha256(content).hexdigest()[:DIGITS]
    final = out / (f"{name}-{digest}.zip" if entry.get("zip", True) else f"{name}-{digest}")
    if not final.exists():
        partial = out / f".{final.name}"
        if entry.get("zip", True):
            with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as archive:
                info = zipfile.ZipInfo("bootstrap", EPOCH)
                info.external_attr = 0o100755 << 16
                archive.writestr(info, content)
        else:
            partial.write_bytes(content)
            partial.chmod(0o755)
        partial.rename(final)
    return {"file": str(final), "hash": digest}


def seen(binary: str) -> list:
    found = pathlib.Path(binary).stat()
    return [binary, found.st_size, found.st_mtime_ns]


def make(entries: list[dict], out: pathlib.Path) -> dict:
    out.mkdir(parents=True, exist_ok=True)
    memory = out / "packages.json"
    known = json.loads(memory.read_text()) if memory.exists() else {}
    made = {}

    def one(entry: dict) -> tuple[str, dict]:
        mark, old = seen(entry["binary"]), known.get(entry["name"])
        if old and old["seen"] == mark and pathlib.Path(old["file"]).exists():
            return entry["name"], old
        return entry["name"], {**package(entry, out), "seen": mark}

    with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
        for name, result in pool.map(one, entries):
            made[name] = result
    memory.write_text(json.dumps(made))
    used = {pathlib.Path(result["file"]).name for result in made.values()} | {memory.name}
    for file in out.iterdir():
        if file.name not in used:
            file.unlink()
    return {name: {"file": result["file"], "hash": result["hash"]} for name, result in made.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description="Make deployment packages.")
    parser.add_argument("--out", required=True, type=pathlib.Path)
    options = parser.parse_args()
    json.dump(make(json.load(sys.stdin), options.out.resolve()), sys.stdout)


if __name__ == "__main__":
    main()
