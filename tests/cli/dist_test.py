#!/usr/bin/env python3
"""The folder of ./dev dist runs anywhere: dist_test.py CMAKE BUILD_FOLDER

Installed into an empty folder and run without environment, the program takes every library but the
C library's own from that folder, and does a job that needs most of them.
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

CMAKE, BUILD = sys.argv[1:3]
del sys.argv[1:3]

SYSTEM = ("ld-linux", "libc.so", "libm.so", "libdl.so", "librt.so", "libpthread.so", "libresolv.so")
JOB = """
CREATE TABLE p (n INT, s STRING)
WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'parquet');
INSERT INTO p VALUES (1, 'x'), (2, UPPER('straße'));
SELECT n, REGEXP_REPLACE(s, 'S+', '-'), MD5('a') FROM p;
"""


class Dist(unittest.TestCase):
    def test_it_needs_nothing_but_itself(self):
        with tempfile.TemporaryDirectory() as folder:
            home = pathlib.Path(folder) / "copied"
            subprocess.run([CMAKE, "--install", BUILD, "--prefix", folder + "/installed",
                            "--component", "dist"], check=True, stdout=subprocess.DEVNULL)
            (pathlib.Path(folder) / "installed").rename(home)
            done = subprocess.run([home / "bin" / "thalweg", "run", "-"], input=JOB, text=True,
                                  capture_output=True, cwd=folder, timeout=60,
                                  env={"LD_DEBUG": "libs"})
            self.assertEqual(done.returncode, 0, done.stderr[-2000:])
            digest = "0cc175b9c0f1b6a831c399e269772661"
            self.assertEqual(sorted(done.stdout.splitlines()),
                             [f"+I[1, x, {digest}]", f"+I[2, -TRA-, {digest}]"])
            loaded = {pathlib.Path(line.split()[-1]) for line in done.stderr.splitlines()
                      if "calling init:" in line}
            self.assertIn("libarrow", " ".join(path.name for path in loaded))
            for path in loaded:
                if not path.name.startswith(SYSTEM):
                    self.assertEqual(path.resolve().parent, (home / "lib").resolve(), path)


if __name__ == "__main__":
    unittest.main()
