# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""LangChain and Haystack."""

import sys

from matrix import KEY, MODEL, by_text, client, main

OWN = {"objects": "the framework has documents of its own"}


@client("langchain cohere", retries=True, cannot=OWN)
def langchain_cohere(base, query, documents, top_n):
    from langchain_cohere import CohereRerank

    return [r["index"] for r in CohereRerank(cohere_api_key=KEY, base_url=base, model=MODEL).rerank(documents, query, top_n=top_n)]


@client("langchain jina")
def langchain_jina(base, query, documents, top_n):
    from langchain_community.document_compressors import jina_rerank

    jina_rerank.JINA_API_URL = base + "/v1/rerank"
    return [r["index"] for r in jina_rerank.JinaRerank(jina_api_key=KEY, model=MODEL).rerank(documents, query, top_n=top_n)]


@client("langchain infinity", cannot=OWN | {"key": "the wrapper has no place for a key", "refused": "the wrapper does not look at the status", "busy": "the wrapper does not look at the status"})
def langchain_infinity(base, query, documents, top_n):
    from infinity_client import Client
    from langchain_community.document_compressors import InfinityRerank

    return [r["index"] for r in InfinityRerank(client=Client(base_url=base + "/compat/infinity"), model=MODEL).rerank(documents, query, top_n=top_n)]


@client("langchain voyage", cannot=OWN)
def langchain_voyage(base, query, documents, top_n):
    from langchain_core.documents import Document
    from langchain_voyageai import VoyageAIRerank

    compressor = VoyageAIRerank(voyage_api_key=KEY, base_url=base + "/v1", model=MODEL, top_k=top_n)
    return by_text(documents, [d.page_content for d in compressor.compress_documents([Document(page_content=d) for d in documents], query)])


@client("langchain nvidia", cannot=OWN)
def langchain_nvidia(base, query, documents, top_n):
    from langchain_core.documents import Document
    from langchain_nvidia_ai_endpoints import NVIDIARerank

    ranker = NVIDIARerank(base_url=base + "/v1", model=MODEL, api_key=KEY, truncate="END", top_n=99 if top_n is None else top_n)
    return by_text(documents, [d.page_content for d in ranker.compress_documents([Document(page_content=d) for d in documents], query)])


def haystack(make):
    def rank(base, query, documents, top_n):
        from haystack import Document

        ranker = make(base, 99 if top_n is None else top_n)
        if hasattr(ranker, "warm_up"):
            ranker.warm_up()
        found = ranker.run(query=query, documents=[Document(content=d, id=str(i)) for i, d in enumerate(documents)])
        return [int(d.id) for d in found["documents"]]
    return rank


def secret():
    from haystack.utils import Secret

    return Secret.from_token(KEY)


def haystack_cohere(base, top_k):
    from haystack_integrations.components.rankers.cohere import CohereRanker

    return CohereRanker(api_key=secret(), api_base_url=base, model=MODEL, top_k=top_k)


def haystack_jina(base, top_k):
    from haystack_integrations.components.rankers.jina import JinaRanker

    return JinaRanker(api_key=secret(), base_url=base + "/v1/rerank", top_k=top_k)


def haystack_nvidia(base, top_k):
    from haystack_integrations.components.rankers.nvidia import NvidiaRanker

    return NvidiaRanker(model=MODEL, api_url=base + "/v1", api_key=secret(), top_k=top_k)


client("haystack cohere", retries=True, cannot=OWN)(haystack(haystack_cohere))
client("haystack jina", cannot=OWN)(haystack(haystack_jina))
client("haystack nvidia", cannot=OWN)(haystack(haystack_nvidia))

sys.exit(main())
