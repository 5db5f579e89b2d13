"""Time Nexmark jobs on a real standalone Flink cluster (one JobManager, one TaskManager).

python3 bench.py FLINK_DIR WORK CONFIG CASES EVENTS REPEATS LIMIT_S [QUERY...]

CONFIG  rocksdb (stock Nexmark) or heap (tuned); CASES folder of nexmark_cases.py --sink blackhole
other_cpu_s is what the rest of the machine burnt meanwhile: near 0 in an undisturbed run.
Without a QUERY they are read from standard input, one a line, each when the one before has ended.
Prints one JSON line per run: wall from the job's own start/end times, CPU seconds of every JVM
(JobManager, TaskManager, client), peak resident memory of the TaskManager so far.
"""
import glob
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request

ORACLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools/oracle")
PORT = int(os.environ.get("FLINK_REST_PORT", "8081"))
TICK = os.sysconf("SC_CLK_TCK")

COMMON = """
jobmanager.rpc.address: localhost
jobmanager.bind-host: localhost
jobmanager.memory.process.size: 1600m
taskmanager.host: localhost
taskmanager.bind-host: localhost
taskmanager.numberOfTaskSlots: 2
rest.address: localhost
rest.bind-address: localhost
rest.port: {port}
io.tmp.dirs: {work}/io
env.pid.dir: {work}/pid
env.log.dir: {work}/log
env.java.opts.all: {opens}
execution.checkpointing.dir: file://{work}/ckp
classloader.resolve-order: parent-first
"""
CLUSTER = {
    "rocksdb": "taskmanager.memory.process.size: 8g\n",
    "heap": "taskmanager.memory.task.heap.size: 10g\ntaskmanager.memory.managed.size: 1g\n",
}
JOB = {
    "common": {
        "parallelism.default": "2",
        "execution.checkpointing.interval": "10s",
        "execution.checkpointing.mode": "EXACTLY_ONCE",
        "execution.checkpointing.checkpoints-after-tasks-finish.enabled": "false",
        "table.exec.mini-batch.enabled": "true",
        "table.exec.mini-batch.allow-latency": "2s",
        "table.exec.mini-batch.size": "50000",
        "table.optimizer.distinct-agg.split.enabled": "true",
    },
    "rocksdb": {"state.backend.type": "rocksdb", "execution.checkpointing.incremental": "true"},
    "heap": {"state.backend.type": "hashmap", "pipeline.object-reuse": "true"},
}


def rest(path):
    with urllib.request.urlopen(f"http://localhost:{PORT}{path}", timeout=20) as r:
        return json.load(r)


def patch_cancel(job):
    req = urllib.request.Request(f"http://localhost:{PORT}/jobs/{job}?mode=cancel", method="PATCH")
    urllib.request.urlopen(req, timeout=20).read()


def cpu(pid):
    f = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(f[11]) + int(f[12])) / TICK


def busy():
    """CPU seconds of the whole machine, all processes."""
    v = [int(x) for x in open("/proc/stat").readline().split()[1:9]]
    return (sum(v) - v[3] - v[4] - v[7]) / TICK


def peak_mb(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{pid}/status").read())[1]) // 1024


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the cluster goes too
    fdir, work, config, cases, events, repeats, limit = sys.argv[1:8]
    work = os.path.abspath(work)
    env = dict(os.environ)
    text = open(os.path.join(fdir, "env.sh")).read()
    home = re.search(r"FLINK_HOME='([^']*)'", text)[1]
    opens = re.search(r"FLINK_OPENS='([^']*)'", text)[1]
    for d in ("conf", "io", "pid", "log", "ckp"):
        os.makedirs(f"{work}/{d}", exist_ok=True)
    for f in ("log4j.properties", "log4j-console.properties", "log4j-cli.properties", "masters", "workers"):
        open(f"{work}/conf/{f}", "w").write(open(f"{home}/conf/{f}").read())
    with open(f"{work}/conf/config.yaml", "w") as f:
        f.write(COMMON.format(port=PORT, work=work, opens=opens) + CLUSTER[config])
    env.update(FLINK_HOME=home, FLINK_CONF_DIR=f"{work}/conf", FLINK_PID_DIR=f"{work}/pid", FLINK_LOG_DIR=f"{work}/log")
    t0 = time.time()
    for script in ("jobmanager.sh", "taskmanager.sh"):
        subprocess.run([f"{home}/bin/{script}", "start"], env=env, check=True, stdout=subprocess.DEVNULL)
    while True:
        try:
            if rest("/overview")["slots-available"] >= 2:
                break
        except OSError:
            pass
        time.sleep(0.1)
    up = time.time() - t0
    pids = [int(open(p).read().split()[-1]) for p in glob.glob(f"{work}/pid/*.pid")]
    tm = next(p for p in pids if "TaskManagerRunner" in open(f"/proc/{p}/cmdline").read())
    opts = {"execution.target": "remote", "rest.address": "localhost", "rest.port": str(PORT), **JOB["common"], **JOB[config]}
    for extra in os.environ.get("BENCH_OPTS", "").split():
        opts.update([extra.split("=", 1)])
    cp = ":".join(glob.glob(f"{home}/lib/*.jar"))
    client = subprocess.Popen(
        ["java", *opens.split(), "-Xmx1g", f"-Dlog4j2.configurationFile={ORACLE}/quiet.properties", "-cp", cp,
         "oracle.FlinkOracle", *(f"-D{k}={v}" for k, v in opts.items()), "-", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    pids.append(client.pid)
    print(json.dumps({"cluster_up_s": round(up, 2), "config": config}), flush=True)
    try:
        seen = set()
        for q in sys.argv[8:] or (line.strip() for line in iter(sys.stdin.readline, "")):
            for _ in range(int(repeats)):
                before, machine = {p: cpu(p) for p in pids}, busy()
                t0 = time.time()
                client.stdin.write(f"{cases}/{q}.sql {work}/{q}.out\n")
                client.stdin.flush()
                job, state, ckp = None, None, None
                while True:
                    jobs = [j for j in rest("/jobs/overview")["jobs"] if j["jid"] not in seen]
                    if jobs:
                        job = jobs[0]
                        if job["state"] in ("FINISHED", "FAILED", "CANCELED"):
                            break
                        if job["state"] == "RUNNING" and time.time() - t0 > float(limit):
                            patch_cancel(job["jid"])
                    elif time.time() - t0 > 60:
                        break
                    time.sleep(0.2)
                wall_all = time.time() - t0
                used = {p: cpu(p) - before[p] for p in pids}
                machine = busy() - machine
                client.stdout.readline()
                err = [json.loads(x) for x in open(f"{work}/{q}.out") if '"error"' in x]
                r = {"q": q, "config": config, "events": int(events)}
                if job:
                    seen.add(job["jid"])
                    wall = job["duration"] / 1000
                    try:
                        c = rest(f"/jobs/{job['jid']}/checkpoints")
                        done = c["counts"]["completed"]
                        r["checkpoints"] = done
                        if c["latest"].get("completed"):
                            r["last_ckp_mb"] = round(c["latest"]["completed"]["state_size"] / 1e6, 1)
                    except OSError:
                        pass
                    r.update(state=job["state"], wall_s=wall, submit_to_end_s=round(wall_all, 1),
                             keps=round(int(events) / wall / 1000, 1),
                             cpu_s=round(sum(used.values()), 1),
                             other_cpu_s=round(machine - sum(used.values()), 1),
                             cpu_tm_s=round(used[tm], 1), cpu_client_s=round(used[client.pid], 1),
                             cpu_s_per_m=round(sum(used.values()) / int(events) * 1e6, 3),
                             tm_peak_mb=peak_mb(tm))
                if err and r.get("state") != "CANCELED":
                    r["error"] = err[0]["root"][:300]
                print(json.dumps(r), flush=True)
                subprocess.run(f"rm -rf {work}/ckp/* {work}/sink_*", shell=True)
                if r.get("state") != "FINISHED":
                    break
    finally:
        client.stdin.close()
        for p in pids:
            try:
                os.kill(p, signal.SIGTERM)
            except OSError:
                pass


if __name__ == "__main__":
    main()
