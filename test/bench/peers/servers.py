# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compares our server with others over HTTP, side by side in one run.

Every request goes to every server in turn, in another order each time, with a
pause after each answer. All run on loopback, with the same weights and the same
number of threads. Ours reranks; a server that only embeds gets the query and the
documents as one request, which is the same encoding work, and the cosines are
taken here. Texts are never sent twice to a server, so that none answers from a
cache. Wall time is the client's; CPU time is that of the server and its children;
memory is their resident set after the last request. Times of a busy machine are
worth little: read ratios.

Needs: pip install numpy tokenizers, our binary (go build -o /tmp/reranker
./cmd/reranker) and, in an environment of its own, a peer. Infinity: pip install
"infinity-emb[server,torch]"; its command goes to --infinity.
Usage: servers.py --model DIR --reranker /tmp/reranker --infinity .../bin/infinity_emb
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from texts import documents

TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """A server that this script starts, and ends by its process id."""

    def __init__(self, name, command, port, alive):
        self.name, self.url = name, f"http://127.0.0.1:{port}"
        self.log = open(f"/tmp/servers-{port}.log", "w+", encoding="utf-8")
        threads = {"OMP_NUM_THREADS": str(THREADS), "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1"}
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, env={**os.environ, **threads})
        self.wait(alive)

    def wait(self, path):
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(self.url + path, timeout=5).read()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        self.log.seek(0)
        sys.exit(f"{self.name} does not answer at {path}; the end of its output:\n{self.log.read()[-2000:]}")

    def post(self, path, body):
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.read()

    def processes(self):
        """The server's process and its descendants."""
        found = [self.process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, task.read_text().split())
        return found

    def cpu_ms(self):
        fields = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in self.processes()]
        return sum(int(f[11]) + int(f[12]) for f in fields) * 1e3 / TICKS

    def rss_mib(self):
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.processes()]
        return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


class Reranker(Server):
    """Ours."""

    def __init__(self, name, binary, model, port, precision):
        flags = ["--method", "classical", "--cache", "0", "--degradation", "Never", "--request-timeout", "60s"]
        flags += ["--threads", str(THREADS), "--precision", precision, "--log-level", "error"]
        address = ["--address", f"127.0.0.1:{port}", "--metrics-address", f"127.0.0.1:{port + 1}"]
        super().__init__(name, [binary, "serve", "--model", model, *address, *flags], port, "/health/ready")

    def scores(self, query, texts):
        answer = self.post("/rerank", {"query": query, "documents": texts})
        start = time.perf_counter()
        scores = np.zeros(len(texts))
        for r in json.loads(answer)["results"]:
            scores[r["index"]] = 2 * r["relevance_score"] - 1  # which is (1 + cosine) / 2
        return scores, time.perf_counter() - start


class Infinity(Server):
    """Infinity, which embeds."""

    def __init__(self, name, binary, model, port, engine):
        flags = ["--model-id", model, "--engine", engine, "--device", "cpu", "--dtype", "float32"]
        flags += ["--no-bettertransformer", "--port", str(port), "--host", "127.0.0.1"]
        super().__init__(name, [binary, "v2", *flags, "--served-model-name", "m"], port, "/health")

    def scores(self, query, texts):
        answer = self.post("/embeddings", {"model": "m", "input": [query, *texts]})
        start = time.perf_counter()
        v = np.array([d["embedding"] for d in json.loads(answer)["data"]], np.float32)
        v /= np.linalg.norm(v, axis=1, keepdims=True)
        return v[1:] @ v[0], time.perf_counter() - start


class Results:
    """What a server took, request by request."""

    def __init__(self):
        self.wall, self.cpu, self.scores = [], [], []

    def add(self, server, query, texts):
        start, before = time.perf_counter(), server.cpu_ms()
        scores, reading = server.scores(query, texts)
        self.wall.append((time.perf_counter() - start - reading) * 1e3)
        time.sleep(PAUSE)  # some servers go on for a while
        self.cpu.append(server.cpu_ms() - before)
        self.scores.append(scores)


def compare(servers, tokenizer, count, mean, requests, exact):
    """One table: requests requests of count documents to every server."""
    results = {s.name: Results() for s in servers}
    order = random.Random(count)
    for i in range(requests + 1):
        texts = documents(tokenizer, count + 1, mean, 1000 * mean + 100 * count + i)
        for server in order.sample(servers, len(servers)):
            target = results[server.name] if i > 0 else Results()  # the first one warms up
            target.add(server, texts[0], texts[1:])
    base = results[servers[0].name]
    print(f"\n{count} documents of {mean} tokens on average, {requests} requests, {THREADS} threads\n")
    print("| server | wall ms, median | CPU ms | wall, ratio (quartiles) | CPU, ratio | largest difference of a score |")
    print("|---|---|---|---|---|---|", flush=True)
    for name, r in results.items():
        ratios = statistics.quantiles([a / b for a, b in zip(r.wall, base.wall)], n=4)
        off = max(np.abs(a - b).max() for a, b in zip(r.scores, results[exact].scores))
        print(f"| {name} | {statistics.median(r.wall):.0f} | {statistics.median(r.cpu):.0f} "
              f"| {ratios[1]:.2f} ({ratios[0]:.2f}-{ratios[2]:.2f}) "
              f"| {statistics.median(r.cpu) / statistics.median(base.cpu):.2f} | {off:.4f} |", flush=True)


def start(a):
    """Starts every server that was asked for; ours in float32 is what scores are
    compared with."""
    servers = [Reranker(f"ours, {p}", a.reranker, a.model, 18080 + 10 * i, p) for i, p in enumerate(a.precisions.split(","))]
    for i, engine in enumerate(filter(None, a.engines.split(","))) if a.infinity else ():
        servers.append(Infinity(f"Infinity, {engine}", a.infinity, a.model, 18180 + 10 * i, engine))
    return servers


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True, help="directory of the model, with model.safetensors")
    p.add_argument("--reranker", required=True, help="our binary")
    p.add_argument("--infinity", help="Infinity's command; without it only ours are compared")
    p.add_argument("--engines", default="torch", help="Infinity's engines, by comma")
    p.add_argument("--precisions", default="auto,int16,float32", help="ours, by comma; float32 is needed for the differences")
    p.add_argument("--documents", default="10,50", help="numbers of documents, by comma")
    p.add_argument("--means", default="60,105", help="tokens of a document on average, by comma")
    p.add_argument("--requests", type=int, default=15)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--pause", type=float, default=0.25, help="seconds after each answer")
    a = p.parse_args()
    global THREADS, PAUSE
    THREADS, PAUSE = a.threads, a.pause
    tokenizer = Tokenizer.from_file(a.model + "/tokenizer.json")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    servers = start(a)
    try:
        print("Idle: " + ", ".join(f"{s.name} {s.rss_mib():.0f} MiB" for s in servers))
        for mean in map(int, a.means.split(",")):
            for count in map(int, a.documents.split(",")):
                compare(servers, tokenizer, count, mean, a.requests, "ours, float32")
        print("\nAfter the last request: " + ", ".join(f"{s.name} {s.rss_mib():.0f} MiB" for s in servers))
    finally:
        for s in servers:
            s.stop()


if __name__ == "__main__":
    main()
