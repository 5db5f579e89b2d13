"""Process: one life of a job, and the ways to end it."""
import os
import signal
import subprocess
import time

from jobs.job import Failure

START_LIMIT_S = 60.0
TERM_LIMIT_S = 5.0  # two are promised, on a machine that is not as busy as this one


class Process:
    def __init__(self, program, job, number, options, failpoint=""):
        environment = dict(os.environ)
        environment.pop("THALWEG_FAILPOINT", None)
        if failpoint:
            environment["THALWEG_FAILPOINT"] = failpoint
        self.log = job.folder / f"log-{number}.txt"
        self.printed = job.folder / f"printed-{number}.txt"
        job.printed.append(self.printed)
        with open(self.log, "wb") as log, open(self.printed, "wb") as printed:
            self.popen = subprocess.Popen([program, "run", str(job.folder / "job.sql"), *options],
                                          env=environment, stdin=subprocess.DEVNULL, stdout=printed,
                                          stderr=log)

    def text(self):
        return self.log.read_text(errors="replace")

    def last_lines(self):
        return f"{self.log}:\n" + self.text()[-1500:]

    def ends_within(self, seconds):
        """The exit code; negative: killed; None: it goes on."""
        try:
            return self.popen.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            return None

    def ends_well_within(self, seconds):
        """True if it has ended by itself meanwhile."""
        code = self.ends_within(seconds)
        if code:
            raise Failure(f"a run that nobody disturbed ended with exit code {code}; "
                          + self.last_lines())
        return code == 0

    def must_end(self, seconds):
        if not self.ends_well_within(seconds):
            raise Failure(f"it has not ended within {seconds} s; " + self.last_lines())

    def signal(self, number):
        self.popen.send_signal(number)

    def kill(self):
        self.popen.kill()
        self.popen.wait()

    def stop(self):
        """SIGTERM, exit code 0; the seconds that it took."""
        begin = time.monotonic()
        self.signal(signal.SIGTERM)
        code = self.ends_within(TERM_LIMIT_S)
        if code is None:
            raise Failure(f"SIGTERM did not end it within {TERM_LIMIT_S} s; " + self.last_lines())
        # Before its first line the system's own way to end it is still in force.
        if code != 0 and not (code == -signal.SIGTERM and not self.text()):
            raise Failure(f"SIGTERM ended it with exit code {code}; " + self.last_lines())
        return time.monotonic() - begin

    def wait_until_it_works(self):
        """Until it has made a checkpoint or has ended."""
        end = time.monotonic() + START_LIMIT_S
        while self.popen.poll() is None and " ms, " not in self.text():
            if time.monotonic() > end:
                raise Failure(f"no checkpoint within {START_LIMIT_S} s; " + self.last_lines())
            time.sleep(0.01)  # between two looks
