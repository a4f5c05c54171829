# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compares our server with others over HTTP, side by side in one run.

Every request goes to every server in turn, in another order each time, with a
pause after each answer. All run on loopback, with the same weights and the same
number of threads. Ours reranks; a server that only embeds gets the query and the
documents as one request, which is the same encoding work, and the cosines are
taken here. No text is ever sent twice to a server, so that none answers from a
cache. Wall time is the client's. CPU time is that of the server and its children
until the end of the pause, from /proc, in ticks of 10 ms: hence its mean. Ratios
are taken request by request. Times of a busy machine are worth little: read ratios.

Needs: Linux, pip install numpy tokenizers, our binary (go build -o /tmp/reranker
./cmd/reranker) and peers in environments of their own:
  Infinity: pip install "infinity-emb[server,torch,optimum]"; --infinity takes its command
  sentence-transformers or fastembed behind FastAPI: see embedder.py; --sentence-transformers
    and --fastembed take the environment's Python. Infinity's environment has the former.
  for ONNX (Infinity's engine optimum, and fastembed), in Infinity's environment:
    optimum-cli export onnx --model DIR --task feature-extraction --library transformers ONNX_DIR
Usage: servers.py --model DIR --reranker /tmp/reranker --infinity .../bin/infinity_emb [--onnx ONNX_DIR]
"""

import argparse
import base64
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from texts import documents

TICKS = os.sysconf("SC_CLK_TCK")
KINDS = {"short": (65, 0.2), "mixed": (118, 0.6)}  # of documents(): mean, a tenth more than comes out, and spread
EXACT = "ours, float32"  # what scores are compared with


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A server that this script starts, and ends by its process id."""

    def __init__(self, name, command, port, alive, threads, folder=None):
        self.name, self.url = name, f"http://127.0.0.1:{port}"
        self.log = tempfile.TemporaryFile("w+", encoding="utf-8")
        environment = {"OMP_NUM_THREADS": str(threads), "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1"}
        try:
            self.process = subprocess.Popen(
                command, stdout=self.log, stderr=self.log, env={**os.environ, **environment}, cwd=folder
            )
        except OSError as e:
            sys.exit(f"{name} cannot be started: {e}")
        self.alive = alive

    def wait(self):
        """Returns as soon as the server answers."""
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(self.url + self.alive, timeout=5).read()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        self.log.seek(0)
        sys.exit(f"{self.name} does not answer at {self.alive}; the end of its output:\n{self.log.read()[-2000:]}")

    def post(self, path, body):
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.read()
        except urllib.error.HTTPError as e:
            sys.exit(f"{self.name} answers {e.code}: {e.read().decode(errors='replace')[:500]}")

    def processes(self):
        """The server's process and its descendants."""
        found = [self.process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, task.read_text().split())
        return found

    def cpu_ms(self):
        """User and system time, that of children which have ended included."""
        fields = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in self.processes()]
        return sum(sum(map(int, f[11:15])) for f in fields) * 1e3 / TICKS

    def memory_mib(self, key):
        """A line of /proc/PID/status, VmRSS or VmHWM, of all processes together."""
        lines = [line for pid in self.processes() for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
        return sum(int(line.split()[1]) for line in lines if line.startswith(key + ":")) / 1024

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Reranker(Server):
    """Ours."""

    def __init__(self, a, precision):
        port, metrics = free_port(), free_port()
        command = [a.reranker, "serve", "--model", a.model, "--precision", precision, "--threads", str(a.threads)]
        command += ["--address", f"127.0.0.1:{port}", "--metrics-address", f"127.0.0.1:{metrics}", "--log-level", "error"]
        # Nothing may be spared: every document is encoded, however long it takes.
        command += ["--method", "classical", "--cache", "0", "--degradation", "Never", "--request-timeout", "60s"]
        super().__init__(f"ours, {precision}", command, port, "/health/ready", a.threads)

    def scores(self, query, texts):
        answer = self.post("/rerank", {"query": query, "documents": texts})
        start = time.perf_counter()
        scores = np.zeros(len(texts))
        for r in json.loads(answer)["results"]:
            scores[r["index"]] = 2 * r["relevance_score"] - 1  # which is (1 + cosine) / 2
        return scores, time.perf_counter() - start


class Embedder(Server):
    """A server with OpenAI's endpoint for embeddings."""

    def scores(self, query, texts):
        # In base64 because it is the cheapest answer that they can give.
        body = {"model": "m", "input": [query, *texts], "encoding_format": "base64"}
        answer = self.post("/embeddings", body)
        start = time.perf_counter()
        v = np.stack([np.frombuffer(base64.b64decode(d["embedding"]), np.float32) for d in json.loads(answer)["data"]])
        v = v / np.linalg.norm(v, axis=1, keepdims=True)
        return v[1:] @ v[0], time.perf_counter() - start


def infinity(a, engine):
    port, folder = free_port(), a.model
    command = [a.infinity, "v2", "--served-model-name", "m", "--engine", engine, "--device", "cpu", "--dtype", "float32"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    if engine == "optimum":
        folder = a.onnx
        command += ["--pooling-method", "mean"]  # which it does not read from the model
    else:
        command += ["--no-bettertransformer"]  # which fails with the optimum that pip chose
    # The model is the working folder: by its whole path Infinity found no ONNX file in it.
    return Embedder(f"Infinity, {engine}", [*command, "--model-id", "."], port, "/health", a.threads, folder)


def library(a, python, name, model):
    port = free_port()
    command = [python, str(Path(__file__).with_name("embedder.py")), name, model]
    command += ["--port", str(port), "--threads", str(a.threads)]
    return Embedder(f"FastAPI, {name}", command, port, "/health", a.threads)


class Results:
    """What a server took, request by request."""

    def __init__(self):
        self.wall, self.cpu, self.scores = [], [], []

    def add(self, server, query, texts, pause):
        start, before = time.perf_counter(), server.cpu_ms()
        scores, reading = server.scores(query, texts)
        self.wall.append((time.perf_counter() - start - reading) * 1e3)
        time.sleep(pause)  # some servers go on for a while
        self.cpu.append(server.cpu_ms() - before)
        self.scores.append(scores)


def unseen(tokenizer, count, kind, rng, seen):
    """A query and count documents, none of which is in seen; they are put there."""
    mean, spread = KINDS[kind]
    for _ in range(100):
        texts = documents(tokenizer, count + 1, mean, rng.random(), spread, rng.randrange(1_000_000))
        if len(set(texts) | seen) == len(seen) + len(texts):
            seen.update(texts)
            return texts
    sys.exit("no more texts that were not sent before: ask for fewer requests")


def quartiles(values, base):
    """The quartiles of the ratios, request by request, as text."""
    low, middle, high = statistics.quantiles([v / b for v, b in zip(values, base)], n=4)
    return f"{middle:.2f} ({low:.2f}-{high:.2f})"


def compare(servers, tokenizer, count, kind, a, seen):
    """One table: a.requests requests of count documents to every server."""
    results = {s.name: Results() for s in servers}
    rng, tokens = random.Random(f"{kind} {count} {a.seed}"), []
    load = os.getloadavg()[0]
    for i in range(a.requests + 1):
        texts = unseen(tokenizer, count, kind, rng, seen)
        tokens += [len(tokenizer.encode(t).ids) for t in texts[1:]]
        for server in rng.sample(servers, len(servers)):
            target = results[server.name] if i > 0 else Results()  # the first one warms up
            target.add(server, texts[0], texts[1:], a.pause)
    print(f"\n{count} {kind} documents of {statistics.mean(tokens):.0f} tokens on average ({min(tokens)}-{max(tokens)}), "
          f"{a.requests} requests, {a.threads} threads; load {load:.2f} before, {os.getloadavg()[0]:.2f} after\n")
    report(results, results[servers[0].name])


def report(results, base):
    print("| server | wall ms, median (quartiles) | CPU ms, mean | wall, ratio (quartiles) | CPU, ratio of means | largest difference of a cosine |")
    print("|---|---|---|---|---|---|")
    for name, r in results.items():
        low, middle, high = statistics.quantiles(r.wall, n=4)
        cpu, base_cpu = statistics.mean(r.cpu), statistics.mean(base.cpu)
        off = "-"
        if EXACT in results:
            off = f"{max(np.abs(s - exact).max() for s, exact in zip(r.scores, results[EXACT].scores)):.4f}"
        print(f"| {name} | {middle:.0f} ({low:.0f}-{high:.0f}) | {cpu:.0f} | {quartiles(r.wall, base.wall)} | {cpu / base_cpu:.2f} | {off} |",
              flush=True)


def start(a):
    """Starts every server that was asked for, one after the other."""
    for p in a.precisions.split(","):
        yield Reranker(a, p)
    for engine in a.engines.split(",") if a.infinity else ():
        yield infinity(a, engine)
    if a.sentence_transformers:
        yield library(a, a.sentence_transformers, "sentence-transformers", a.model)
    if a.fastembed:
        yield library(a, a.fastembed, "fastembed", a.onnx)


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True, help="directory of the model, with model.safetensors")
    p.add_argument("--reranker", required=True, help="our binary")
    p.add_argument("--onnx", help="directory of the same model with model.onnx")
    p.add_argument("--infinity", help="Infinity's command")
    p.add_argument("--engines", default="torch", help="Infinity's engines, by comma: torch, optimum")
    p.add_argument("--sentence-transformers", metavar="PYTHON", help="Python with that library, FastAPI and uvicorn")
    p.add_argument("--fastembed", metavar="PYTHON", help="Python with that library, FastAPI and uvicorn")
    p.add_argument("--precisions", default="auto,int16,float32", help="ours, by comma; the first is the base of ratios, float32 that of differences")
    p.add_argument("--documents", default="10,50,100", help="numbers of documents, by comma")
    p.add_argument("--kinds", default="short,mixed", help="lengths of documents, by comma: short (about 60 tokens, even) or mixed (about 105)")
    p.add_argument("--requests", type=int, default=15, help="of each kind and number")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--pause", type=float, default=0.25, help="seconds after each answer")
    p.add_argument("--seed", type=int, default=1, help="of the texts and the order")
    a = p.parse_args()
    if not a.onnx and (a.fastembed or (a.infinity and "optimum" in a.engines)):
        p.error("--onnx is needed for fastembed and for Infinity's engine optimum")
    if not set(a.kinds.split(",")) <= set(KINDS):
        p.error(f"--kinds are {', '.join(KINDS)}")
    for name in ("model", "reranker", "onnx", "infinity", "sentence_transformers", "fastembed"):
        path = getattr(a, name)
        if path and not Path(path).exists():
            p.error(f"--{name.replace('_', '-')}: there is no {path}")
        if path:  # not resolved, since an environment's Python is known by its link
            setattr(a, name, str(Path(path).absolute()))
    if a.requests < 2:
        p.error("--requests must be 2 at least: one has no quartiles")
    return a


def main():
    a = arguments()
    tokenizer = Tokenizer.from_file(a.model + "/tokenizer.json")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    servers, seen = [], set()
    try:
        for s in start(a):
            servers.append(s)  # at once, to be ended whatever happens next
            s.wait()
        idle = {s.name: s.memory_mib("VmRSS") for s in servers}
        for kind in a.kinds.split(","):
            for count in map(int, a.documents.split(",")):
                compare(servers, tokenizer, count, kind, a, seen)
        print("\n| server | resident MiB idle | after the last request | at most |\n|---|---|---|---|")
        for s in servers:
            print(f"| {s.name} | {idle[s.name]:.0f} | {s.memory_mib('VmRSS'):.0f} | {s.memory_mib('VmHWM'):.0f} |")
    finally:
        for s in servers:
            s.stop()


if __name__ == "__main__":
    main()
