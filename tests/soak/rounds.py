"""Round: the lives of one job, until its output must be complete."""
import signal
import time

from jobs.job import Failure
from process import Process

ZOMBIE_LIMIT_S = 20.0
FAILPOINT_LIMIT_S = 4.0
SLOW_TERM_S = 2.0
EARLY_S = 0.08
OVERTAKEN = ("owned by another process", "another process has become the owner")


class Round:
    def __init__(self, soak, job):
        self.soak = soak
        self.job = job
        self.draw = job.draw
        self.patience = self.draw.randint(*job.LIVES)
        self.processes = []
        self.process = None  # the running one
        self.lives = []

    def run(self):
        """Fails if the output is wrong at any time, or not complete in the end."""
        try:
            while not self.live():
                pass
            extra, missing = self.job.check()
            if extra or missing:
                raise Failure(extra or missing)
        except Failure as failure:
            raise Failure(f"after {' '.join(self.lives)}: {failure}") from None
        finally:
            self.job.close()
            for process in self.processes:
                process.kill()

    def live(self):
        """One life; True if the job is over."""
        fate = self.draw_fate()
        parallelism = self.draw.randint(1, 3)
        failpoint = self.soak.next_failpoint(self.job) if fate == "failpoint" else None
        self.lives.append(f"{failpoint or fate}@{parallelism}")
        if self.process is None:
            again = self.job.before_start()
            self.process = self.start(parallelism, failpoint or "", again)
            twin = self.start(parallelism, "", again) if fate == "twins" else None
        over = (self.job.end(self.process) if fate == "end"
                else self.failpoint(failpoint) if fate == "failpoint"
                else self.twins(twin) if fate == "twins"
                else getattr(self, fate)() if hasattr(self, fate)
                else self.job.fate(fate, self.process, self.soak.counts))
        if over:
            return True
        if self.process.ends_within(0) is None:
            return False  # it goes on into the next life
        self.process = None
        extra, missing = self.job.check()
        if extra:
            raise Failure(extra)
        # A finished job's next start would be a rerun.
        return not missing and not self.job.ENDLESS

    def draw_fate(self):
        if len(self.lives) >= self.patience:
            return "end"
        fates = dict(self.job.FATES)
        if not self.soak.failpoints:
            fates.pop("failpoint", None)
        if self.process is not None:
            for fate in ("failpoint", "twins", "early"):
                fates.pop(fate, None)
        return self.draw.choices(list(fates), fates.values())[0]

    def start(self, parallelism, failpoint="", options=()):
        program = self.soak.failpoints if failpoint else self.soak.thalweg
        process = Process(program, self.job, len(self.processes),
                          ["-p", str(parallelism), *self.job.options(), *options], failpoint)
        self.processes.append(process)
        return process

    # The fates: each returns True if the job has ended by itself.
    def ends_by_itself(self):
        return self.process.ends_well_within(self.draw.uniform(*self.job.LIFE_S))

    def kill(self):
        if self.ends_by_itself():
            return True
        self.process.kill()
        self.soak.counts["kills"] += 1
        return False

    def early(self):
        """Before it has come far: in the midst of restoring."""
        if self.process.ends_well_within(self.draw.uniform(0, EARLY_S)):
            return True
        self.process.kill()
        self.soak.counts["kills"] += 1
        return False

    def failpoint(self, visit):
        code = self.process.ends_within(FAILPOINT_LIMIT_S)
        if code is None:
            self.process.kill()
            self.soak.counts["kills"] += 1
            return False
        if code == 0:
            return True
        if code != -signal.SIGKILL:
            raise Failure(f"exit code {code}; " + self.process.last_lines())
        self.soak.counts["kills at failpoints"] += 1
        self.soak.visited.add(visit.split("#")[0])
        return False

    def term(self):
        if self.ends_by_itself():
            return True
        took = self.process.stop()
        self.soak.counts["terms"] += 1
        if took > SLOW_TERM_S:
            self.soak.counts["slow terms"] += 1
            print(f"SIGTERM took {took:.1f} s, more than {SLOW_TERM_S} s", flush=True)
        return False

    def zombie(self):
        """Stopped while a second instance takes over, then continued: it must end with an error."""
        if self.ends_by_itself():
            return True
        first = self.process
        first.signal(signal.SIGSTOP)
        if not self.job.ENDLESS and not self.job.check()[1]:
            # Stopped on its way out, perhaps: a second instance would be a rerun.
            first.signal(signal.SIGCONT)
            return first.ends_well_within(ZOMBIE_LIMIT_S)
        self.process = None
        second = self.start(self.draw.randint(1, 3))
        finished = second.ends_well_within(self.draw.uniform(0.3, 1.5))
        first.signal(signal.SIGCONT)
        code = first.ends_within(ZOMBIE_LIMIT_S)
        if code is None:
            raise Failure("the continued first instance did not end; " + first.last_lines())
        self.soak.counts["zombies"] += 1
        if code == 0 and not finished and self.job.check()[1]:
            raise Failure("the continued first instance ended as if all were well; "
                          + first.last_lines())
        self.process = second
        return finished

    def twins(self, second):
        """Two starts at once: one of them must end and say why, the other goes on."""
        self.soak.counts["twins"] += 1
        pair = [self.process, second]
        end = time.monotonic() + ZOMBIE_LIMIT_S
        while all(process.ends_within(0.02) is None for process in pair):
            if time.monotonic() > end:
                raise Failure("two instances of the job run beside each other; "
                              + second.last_lines())
        loser = next(process for process in pair if process.ends_within(0) is not None)
        winner = pair[1 - pair.index(loser)]
        code = loser.ends_within(0)
        if code == 0:
            winner.ends_within(ZOMBIE_LIMIT_S)
            return True
        if not any(text in loser.text() for text in OVERTAKEN):
            raise Failure(f"one of two starts ended with exit code {code}; " + loser.last_lines())
        self.process = winner
        return False
