# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Compares the engine with ONNX Runtime in process, side by side in one run.

Every request goes to every engine in turn, with a pause after each call because
some runtimes go on spinning for a while. Wall and CPU time are measured inside
each process; the largest error of a cosine against ONNX Runtime in float32 is
checked in the same run. Times of a busy machine are worth little: read ratios.

Needs: pip install numpy onnxruntime==1.32.0 tokenizers, ONNX files made by
export.py, and the engine's driver: go build -o /tmp/encode ./test/bench/encode
Usage: peers.py --model DIR --onnx DIR --engine /tmp/encode [--documents 10,50,100]
"""

import argparse
import json
import resource
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime as ort
from tokenizers import Tokenizer

from texts import documents


def cpu():
    u = resource.getrusage(resource.RUSAGE_SELF)
    return (u.ru_utime + u.ru_stime) * 1e3


class Runtime:
    """ONNX Runtime in one arrangement: one document a call on all threads,
    length-sorted batches on all threads, or documents in parallel on sessions of
    one thread."""

    def __init__(self, path, arrangement, tokenizer, threads):
        self.arrangement, self.tokenizer, self.threads = arrangement, tokenizer, threads
        opt = ort.SessionOptions()
        opt.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        opt.intra_op_num_threads = 1 if arrangement == "parallel" else threads
        self.session = ort.InferenceSession(path, opt, providers=["CPUExecutionProvider"])
        self.pool = ThreadPoolExecutor(threads)

    def run(self, batch):
        n = max(map(len, batch))
        ids, mask = np.zeros((len(batch), n), np.int64), np.zeros((len(batch), n), np.int64)
        for i, x in enumerate(batch):
            ids[i, : len(x)], mask[i, : len(x)] = x, 1
        states = self.session.run(None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": ids * 0})[0]
        pooled = (states * mask[:, :, None]).sum(1)
        return pooled / np.linalg.norm(pooled, axis=1, keepdims=True)

    def encode(self, texts):
        start, before = time.perf_counter(), cpu()
        ids = [self.tokenizer.encode(t).ids for t in texts]
        order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
        size = 8 if self.arrangement == "sorted8" else 1
        batches = [order[i : i + size] for i in range(0, len(order), size)]
        run = self.pool.map if self.arrangement == "parallel" else map
        vectors = np.zeros((len(texts), 384), np.float32)
        for batch, v in zip(batches, run(lambda b: self.run([ids[i] for i in b]), batches)):
            vectors[batch] = v
        return (time.perf_counter() - start) * 1e3, cpu() - before, vectors


class Engine:
    """Our engine behind its driver."""

    def __init__(self, binary, model, *flags):
        self.process = subprocess.Popen(
            [binary, "-model", model, *flags], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.info = json.loads(self.process.stdout.readline())

    def encode(self, texts):
        self.process.stdin.write(json.dumps({"texts": texts}) + "\n")
        self.process.stdin.flush()
        r = json.loads(self.process.stdout.readline())
        return r["wall_ms"], r["cpu_ms"], np.array(r["vectors"], np.float32)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--model", required=True)
    p.add_argument("--onnx", required=True)
    p.add_argument("--engine", required=True)
    p.add_argument("--documents", default="10,50,100")
    p.add_argument("--mean", type=int, default=105, help="tokens of a document")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--pause", type=float, default=0.25)
    p.add_argument("--kernels", default="", help="further kernel sets of the engine, by comma")
    a = p.parse_args()
    tokenizer = Tokenizer.from_file(a.model + "/tokenizer.json")
    tokenizer.enable_truncation(256)
    tokenizer.no_padding()

    engines = {}
    for precision in ("auto", "int8", "int16", "float32"):
        flags = ["-precision", precision, "-threads", str(a.threads)]
        engines[f"engine {precision}"] = Engine(a.engine, a.model, *flags)
        for kernel in filter(None, a.kernels.split(",")):
            engines[f"engine {precision} {kernel}"] = Engine(a.engine, a.model, *flags, "-kernel", kernel)
    for precision in ("float32", "int8"):
        for arrangement in ("single", "parallel", "sorted8"):
            name = f"ort {precision} {arrangement}"
            engines[name] = Runtime(f"{a.onnx}/{precision}.onnx", arrangement, tokenizer, a.threads)
    print(json.dumps({k: v for k, v in engines["engine auto"].info.items() if k != "Digest"}))

    for n in map(int, a.documents.split(",")):
        compare(engines, tokenizer, n, a)


def compare(engines, tokenizer, n, a):
    times = {name: ([], [], []) for name in engines}
    for round_ in range(a.rounds + 1):
        texts = documents(tokenizer, n + 1, a.mean, 100 * n + round_)
        exact = None
        for name in reversed(engines):  # float32 of the peer comes before those that it judges
            wall, cpu_ms, v = engines[name].encode(texts)
            if name == "ort float32 single":
                exact = v[1:] @ v[0]
            if round_ > 0:  # the first round warms up
                times[name][0].append(wall)
                times[name][1].append(cpu_ms)
                times[name][2].append(v[1:] @ v[0])
            time.sleep(a.pause)
        if round_ > 0:
            for t in times.values():
                t[2][-1] = float(np.abs(t[2][-1] - exact).max())
    base = statistics.median(times["engine auto"][0]), statistics.median(times["engine auto"][1])
    print(f"\n{n} documents, {a.mean} tokens on average, {a.threads} threads, {a.rounds} rounds\n")
    print("| engine | wall ms, median (least-most) | CPU ms | wall, ratio | CPU, ratio | largest error of a cosine |")
    print("|---|---|---|---|---|---|")
    for name, (wall, cpu_ms, errors) in times.items():
        w, c = statistics.median(wall), statistics.median(cpu_ms)
        print(f"| {name} | {w:.0f} ({min(wall):.0f}-{max(wall):.0f}) | {c:.0f} | {w/base[0]:.2f} | {c/base[1]:.2f} | {max(errors):.4f} |")


if __name__ == "__main__":
    main()
