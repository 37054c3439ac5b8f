#!/usr/bin/env python3
"""CPU per chat request: Pointsman with decision and durable log, against an nginx that only passes on.

Needs Debian's nginx and wrk beside the project's own build. Everything listens on loopback. One
nginx plays the upstream (a fixed chat completion), a second one passes requests to it over kept
connections, Pointsman routes to the same upstream. Each side is loaded in turn by the same closed
loop, five times; CPU is what the kernel charged to the side's threads until the last row is in the
store. Only the ratio means anything.

    experiments/benchmarks/load/compare.py [--rounds 5] [--seconds 8] [--connections 64]
"""
import argparse, json, os, pathlib, re, shutil, signal, socket, statistics, subprocess, sys, tempfile, time, urllib.request

HOME = pathlib.Path(__file__).resolve().parents[3]
ANSWER = json.dumps({
    "id": "x", "object": "chat.completion", "created": 1, "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "word " * 60}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 120, "completion_tokens": 60, "total_tokens": 180}})
BODY = json.dumps({"model": "greet", "messages": [{"role": "user", "content": "question " * 100}]})


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def nginx(directory, name, server):
    root = pathlib.Path(directory, name)
    root.mkdir()
    port = free_port()
    conf = root / "nginx.conf"
    conf.write_text(f"""
daemon off; master_process on; worker_processes 2; pid {root}/pid; error_log {root}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; client_body_temp_path {root}/body; proxy_temp_path {root}/proxy;
  fastcgi_temp_path {root}/f; uwsgi_temp_path {root}/u; scgi_temp_path {root}/s; client_max_body_size 10m; client_body_buffer_size 64k;
  {server.replace("PORT", str(port))}
}}
""")
    process = subprocess.Popen(["nginx", "-p", str(root), "-c", str(conf)])
    return port, process


def family(pid):
    pids = [pid]
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                    pids.append(int(entry.name))
            except OSError:
                pass
    return pids


def cpu_nanos(pid):
    total = 0
    for p in family(pid):
        for task in pathlib.Path(f"/proc/{p}/task").iterdir():
            try:
                total += int((task / "schedstat").read_text().split()[0])
            except OSError:
                pass
    return total


def cpu_by_thread(pid):
    """Nanoseconds per thread name, digits left out."""
    totals = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            name = re.sub(r"[-#0-9]+", "", (task / "comm").read_text().strip())
            totals[name] = totals.get(name, 0) + int((task / "schedstat").read_text().split()[0])
        except OSError:
            pass
    return totals


def load(port, script, seconds, connections):
    out = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), "--latency", f"http://127.0.0.1:{port}/v1/chat/completions"],
        capture_output=True, text=True, check=True).stdout
    requests = int(re.search(r"(\d+) requests in", out).group(1))
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    broken = re.search(r"Socket errors: (.*)", out)
    if bad or (broken and re.search(r"(connect|read|write) [1-9]", broken.group(1))):
        sys.exit("errors under load:\n" + out)
    return requests


def settle(port):
    """Waits until every logged event is in the store: its cost belongs to the round that caused it."""
    while True:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as metrics:
            lag = re.search(r"^pointsman_log_lag\S* (\S+)", metrics.read().decode(), re.M)
        if float(lag.group(1)) == 0:
            return
        # A look has the router print all meters, and what it costs is counted as the requests' cost.
        time.sleep(0.5)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=8)
    options.add_argument("--warm-up", type=int, default=90)
    options.add_argument("--connections", type=int, default=64)
    args = options.parse_args()
    for tool in ("nginx", "wrk"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is not on the path: apt-get install {tool}")
    started = []
    directory = tempfile.mkdtemp(prefix="pointsman-load-")
    try:
        answer = ANSWER.replace("'", "")
        up_port, up = nginx(directory, "upstream",
            f"server {{ listen 127.0.0.1:PORT; location / {{ default_type application/json; return 200 '{answer}'; }} }}")
        started.append(up)
        pass_port, passing = nginx(directory, "pass",
            f"upstream u {{ server 127.0.0.1:{up_port}; keepalive 256; keepalive_requests 1000000000; }}"
            " server { listen 127.0.0.1:PORT; location / { proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection ''; } }")
        started.append(passing)
        config = pathlib.Path(directory, "pointsman.toml")
        models = "".join(f"""
[functions.greet.variants.{v}]
type = "chat_completion"
model = "{v}"
[models.{v}]
routing = ["up"]
[models.{v}.providers.up]
type = "openai"
model_name = "m"
api_base = "http://127.0.0.1:{up_port}/v1"
api_key_location = "none"
cost = [{{ pointer = "/usage/prompt_tokens", cost_per_million = 1.0 }}, {{ pointer = "/usage/completion_tokens", cost_per_million = 4.0 }}]
""" for v in ("a", "b", "c"))
        config.write_text('[functions.greet]\ntype = "chat"\n' + """
[functions.greet.experimentation]
type = "learned"
metric = "good"
candidate_variants = ["a", "b", "c"]
baseline_variant = "a"
[metrics.good]
type = "boolean"
level = "inference"
optimize = "max"
""" + models)
        router = subprocess.Popen(
            [str(HOME / "pointsman"), "serve", "--config-file", str(config), "--port", "0", "--data", str(pathlib.Path(directory, "data"))],
            stdout=subprocess.PIPE, text=True)
        started.append(router)
        for line in router.stdout:
            found = re.search(r"ready on http://[^:]+:(\d+)", line)
            if found:
                router_port = int(found.group(1))
                break
        else:
            sys.exit("the router did not start")
        script = pathlib.Path(directory, "post.lua")
        script.write_text('wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\nwrk.body = [[' + BODY + "]]\n")
        load(pass_port, script, 3, args.connections)
        # In spells with pauses, as it is measured: callers who leave and the first look at the meters
        # make the compiler take back what it had settled on, and that is no cost of a request.
        for _ in range(max(1, args.warm_up // args.seconds)):
            load(router_port, script, args.seconds, args.connections)
            settle(router_port)
        ratios, rows = [], []
        threads_before, requests_routed = cpu_by_thread(router.pid), 0
        for _ in range(args.rounds):
            figures = []
            for port, process in ((pass_port, passing), (router_port, router)):
                before = cpu_nanos(process.pid)
                n = load(port, script, args.seconds, args.connections)
                if process is router:
                    settle(port)
                requests_routed += n if process is router else 0
                figures.append(((cpu_nanos(process.pid) - before) / n / 1000, n / args.seconds))
            ratios.append(figures[1][0] / figures[0][0])
            rows.append(figures)
            print("nginx %.1f µs/request at %.0f/s, pointsman %.1f µs/request at %.0f/s, ratio %.2f" % (*figures[0], *figures[1], ratios[-1]), flush=True)
        for name, nanos in sorted(cpu_by_thread(router.pid).items(), key=lambda item: -item[1]):
            micros = (nanos - threads_before.get(name, 0)) / requests_routed / 1000
            if micros >= 0.5:
                print("  %-20s %6.1f µs/request" % (name, micros))
        print("median of %d: nginx %.1f µs, pointsman %.1f µs, ratio %.2f" % (
            args.rounds, statistics.median(r[0][0] for r in rows), statistics.median(r[1][0] for r in rows), statistics.median(ratios)))
    finally:
        for process in reversed(started):
            process.send_signal(signal.SIGTERM)
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(directory, ignore_errors=True)


main()
