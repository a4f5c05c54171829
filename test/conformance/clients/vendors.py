# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""The libraries of the APIs' own makers."""

import sys

from matrix import KEY, MODEL, client, main

BLIND = {"refused": "the library does not look at the status"}
STRINGS = {"objects": "the library takes strings only"}


def cohere_v2(mount: str):
    def rank(base, query, documents, top_n):
        import cohere

        return [r.index for r in cohere.ClientV2(KEY, base_url=base + mount).rerank(model=MODEL, query=query, documents=documents, top_n=top_n).results]
    return rank


client("cohere v2", retries=True, cannot=STRINGS)(cohere_v2(""))
client("cohere v2 /compat", retries=True, cannot=STRINGS)(cohere_v2("/compat/cohere"))


def cohere_v1(mount: str):
    def rank(base, query, documents, top_n):
        import cohere

        return [r.index for r in cohere.Client(KEY, base_url=base + mount).rerank(model=MODEL, query=query, documents=documents, top_n=top_n).results]
    return rank


client("cohere v1", retries=True)(cohere_v1(""))
client("cohere v1 /compat", retries=True)(cohere_v1("/compat/cohere"))


def voyage(mount: str):
    def rank(base, query, documents, top_n):
        import voyageai

        return [r.index for r in voyageai.Client(api_key=KEY, base_url=base + mount).rerank(query, documents, model=MODEL, top_k=top_n).results]
    return rank


client("voyageai", cannot=STRINGS)(voyage("/v1"))
client("voyageai /compat", cannot=STRINGS)(voyage("/compat/voyage/v1"))


def mixedbread(mount: str):
    def rank(base, query, documents, top_n):
        from mixedbread import Mixedbread

        options = {} if top_n is None else {"top_k": top_n}
        return [r.index for r in Mixedbread(api_key=KEY, base_url=base + mount).rerank(model=MODEL, query=query, input=documents, **options).data]
    return rank


client("mixedbread", retries=True)(mixedbread(""))
client("mixedbread /compat", retries=True)(mixedbread("/compat/mixedbread"))


def infinity(mount: str, echo: bool):
    def rank(base, query, documents, top_n):
        from infinity_client import AuthenticatedClient
        from infinity_client.api.default import rerank
        from infinity_client.models import RerankInput
        from infinity_client.types import UNSET

        body = RerankInput(query=query, documents=documents, return_documents=echo, top_n=UNSET if top_n is None else top_n)
        answer = rerank.sync_detailed(client=AuthenticatedClient(base_url=base + mount, token=KEY), body=body)
        if answer.status_code != 200:  # this library leaves statuses to its caller
            raise RuntimeError(f"{int(answer.status_code)} {answer.content!r}")
        return [r.index for r in answer.parsed.results]
    return rank


client("infinity-client /compat", cannot=STRINGS)(infinity("/compat/infinity", True))
client("infinity-client", cannot=STRINGS | {"refused": "at the root a 422 is not FastAPI's, which its parser insists on"})(infinity("", False))


def xinference(mount: str):
    def rank(base, query, documents, top_n):
        from xinference_client.client.restful.restful_client import RESTfulRerankModelHandle

        handle = RESTfulRerankModelHandle(MODEL, base + mount, auth_headers={"Authorization": "Bearer " + KEY})
        return [r["index"] for r in handle.rerank(documents, query, top_n=top_n)["results"]]
    return rank


client("xinference-client", cannot=STRINGS)(xinference(""))
client("xinference-client /compat", cannot=STRINGS)(xinference("/compat/xinference"))


@client("huggingface_hub", cannot=STRINGS | {
    "top_n": "sentence similarity gives all scores", "blank": "a blank sentence is refused by the native rules",
})
def hugging_face(base, query, documents, top_n):
    from huggingface_hub import InferenceClient

    scores = InferenceClient(model=base + "/similarity", token=KEY).sentence_similarity(query, other_sentences=documents)
    return sorted(range(len(scores)), key=lambda i: (-scores[i], i))


def rerankers(provider: str, path: str):
    def rank(base, query, documents, top_n):
        from rerankers.models.api_rankers import APIRanker

        found = APIRanker(MODEL, KEY, provider, url=base + path, verbose=0).rank(query, documents)
        return [r.doc_id for r in found.results][:top_n]
    return rank


for provider, path in {
    "cohere": "/v1/rerank", "jina": "/v1/rerank", "voyage": "/v1/rerank",
    "mixedbread.ai": "/v1/reranking", "text-embeddings-inference": "/rerank",
}.items():
    client(f"rerankers {provider}", cannot=STRINGS | BLIND)(rerankers(provider, path))

sys.exit(main())
