# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Every client library through the same cells, against a running server.

A client says how to rank with it and what it can say; the cells ask for an
order and compare it with the native route's. Run through clients.sh.
"""

import argparse
import dataclasses
import http.server
import json
import os
import sys
import threading
import time
import traceback
import urllib.error
import urllib.request
from collections.abc import Callable

for name in list(os.environ):
    if name.lower().endswith("_proxy"):
        del os.environ[name]
os.environ |= {
    "HF_HUB_DISABLE_TELEMETRY": "1", "HAYSTACK_TELEMETRY_ENABLED": "False", "ANONYMIZED_TELEMETRY": "False",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True", "DO_NOT_TRACK": "1",
}

KEY = "tok-for-the-matrix-0123456789"
MODEL = "all-MiniLM-L6-v2"
QUERY = "How do plants make their food?"
DOCUMENTS = [
    "The stock exchange closed higher on Friday.",
    "Photosynthesis lets green leaves turn sunlight, water and carbon dioxide into sugar.",
    "Roots take up water and minerals from the soil.",
    "A recipe for bread needs flour, water, salt and yeast.",
]
UNICODE_QUERY = "Wie ernähren sich Pflanzen? 🌱"
UNICODE_DOCUMENTS = [
    "Börse: höhere Kurse, 5 % – „gut“", "植物は光合成で糖を作る。", "Les feuilles captent la lumière ☀️\u200d",
    "Cafe\u0301 \u202eabc\u202c \U0001F9D1\u200d\U0001F33E", "Plants make sugar from light.\u00a0\n\tQuotes: \" ' \\ </script>",
]


@dataclasses.dataclass
class Client:
    """One way of ranking with somebody else's library."""

    name: str
    # rank returns indexes, best first, of all documents or the top_n best.
    rank: Callable[[str, str, list, int | None], list[int]]
    # What the client cannot do, and why: its cells are not run.
    cannot: dict[str, str] = dataclasses.field(default_factory=dict)
    # status is what an empty query is answered with.
    status: int = 422
    # retries says that the client tries again on 429 by itself.
    retries: bool = False


CLIENTS: list[Client] = []


def client(name: str, **options) -> Callable:
    def add(rank: Callable) -> Callable:
        CLIENTS.append(Client(name, rank, **options))
        return rank
    return add


def post(url: str, body: dict) -> dict:
    headers = {"Content-Type": "application/json", "Authorization": "Bearer " + KEY}
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)) as answer:
        return json.load(answer)


def native(base: str, query: str, documents: list[str]) -> list[int]:
    return [r["index"] for r in post(base + "/v1/rerank", {"query": query, "documents": documents, "method": "hybrid"})["results"]]


def by_text(documents: list, texts: list[str]) -> list[int]:
    """Finds indexes for libraries that return the documents alone."""
    flat = [d["text"] if isinstance(d, dict) else d for d in documents]
    return [flat.index(t) for t in texts]


def same(got: list[int], want: list[int]) -> None:
    assert list(got) == list(want), f"order {list(got)}, want {list(want)}"


def normal(c: Client, base: str) -> None:
    same(c.rank(base, QUERY, DOCUMENTS, None), native(base, QUERY, DOCUMENTS))


def top_n(c: Client, base: str) -> None:
    want = native(base, QUERY, DOCUMENTS)
    same(c.rank(base, QUERY, DOCUMENTS, 2), want[:2])
    same(c.rank(base, QUERY, DOCUMENTS, 50), want)


def blank(c: Client, base: str) -> None:
    want = [i + (i > 0) for i in native(base, QUERY, DOCUMENTS)]
    same(c.rank(base, QUERY, DOCUMENTS[:1] + [" "] + DOCUMENTS[1:], 50), [*want, 1])


def unicode(c: Client, base: str) -> None:
    same(c.rank(base, UNICODE_QUERY, UNICODE_DOCUMENTS, None), native(base, UNICODE_QUERY, UNICODE_DOCUMENTS))


def objects(c: Client, base: str) -> None:
    same(c.rank(base, QUERY, [{"text": d} for d in DOCUMENTS], None), native(base, QUERY, DOCUMENTS))


def refused(c: Client, base: str) -> None:
    """The client must fail, and show the status or our words."""
    try:
        got = c.rank(base, " ", DOCUMENTS, None)
    except Exception as e:
        # Frameworks wrap: the cause counts as well.
        seen = ""
        while e is not None:
            seen += f" {getattr(e, 'status_code', '')} {getattr(e, 'http_status', '')} {e!r} {e}"
            e = e.__cause__ or e.__context__
        assert str(c.status) in seen or "cannot be empty" in seen, f"neither {c.status} nor a reason in {seen[:500]}"
        return
    raise AssertionError(f"no failure for an empty query: {got}")


class Proxy:
    """Hands requests on, but refuses the first one for work as the server does when it is busy."""

    def __init__(self, base: str, refuse_all: bool = False) -> None:
        self.times: list[float] = []
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                proxy.times.append(time.monotonic())
                if refuse_all or len(proxy.times) == 1:
                    problem = {"error": "Overloaded", "message": "the server is busy", "detail": "the server is busy", "status": 429, "code": "overloaded"}
                    self.answer(429, json.dumps(problem).encode(), {"Retry-After": "1", "Retry-After-Ms": "1000"})
                else:
                    self.forward(body)

            def do_GET(self) -> None:
                self.forward(None)

            def forward(self, body: bytes | None) -> None:
                headers = {k: v for k, v in self.headers.items() if k.lower() in ("content-type", "authorization", "content-encoding")}
                try:
                    with urllib.request.urlopen(urllib.request.Request(base + self.path, body, headers)) as answer:
                        self.answer(answer.status, answer.read(), {})
                except urllib.error.HTTPError as e:
                    self.answer(e.code, e.read(), {})

            def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
                self.send_response(status)
                for k, v in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
                    self.send_header(k, v)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def busy(c: Client, base: str) -> None:
    """One that retries waits as long as it was told to; one that does not fails at once."""
    with Proxy(base) as proxy:
        if c.retries:
            same(c.rank(proxy.base, QUERY, DOCUMENTS, None), native(base, QUERY, DOCUMENTS))
            pause = proxy.times[1] - proxy.times[0]
            assert len(proxy.times) == 2 and pause >= 0.95, f"{len(proxy.times)} requests, the second after {pause:.2f} s"
            return
        try:
            c.rank(proxy.base, QUERY, DOCUMENTS, None)
        except Exception:
            assert len(proxy.times) == 1, f"{len(proxy.times)} requests"
            return
        raise AssertionError("no failure for 429")


def key(c: Client, base: str) -> None:
    """A server that wants keys takes the one that the client sends, and refuses without touching the model."""
    keyed = os.environ["KEYED_BASE"]
    same(c.rank(keyed, QUERY, DOCUMENTS, None), native(keyed, QUERY, DOCUMENTS))


CELLS = [normal, top_n, blank, unicode, objects, refused, busy, key]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("base")
    parser.add_argument("clients", nargs="*", help="parts of clients' names")
    args = parser.parse_args()
    base, failed, rows = args.base.rstrip("/"), [], []
    for c in CLIENTS:
        if args.clients and not any(part in c.name for part in args.clients):
            continue
        row = [c.name]
        for cell in CELLS:
            if cell.__name__ in c.cannot:
                row.append("-")
                continue
            try:
                cell(c, base)
                row.append("ok")
            except Exception:
                row.append("FAIL")
                failed.append(f"{c.name}: {cell.__name__}\n{traceback.format_exc()}")
        rows.append(row)
        print("  ".join([f"{row[0]:34}", *(f"{v:7}" for v in row[1:])]), flush=True)
    if not rows:
        return 0
    print("  ".join([f"{'':34}", *(f"{f.__name__:7}" for f in CELLS)]))
    for c in [c for c in CLIENTS if any(c.name == row[0] for row in rows)]:
        for cell, why in c.cannot.items():
            print(f"-  {c.name}: {cell}: {why}")
    for f in failed:
        print("\nFAIL  " + f, file=sys.stderr)
    return 1 if failed else 0
