# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""LlamaIndex and Dify's plugin kit."""

import sys

from matrix import KEY, MODEL, client, main

OWN = {"objects": "the framework has documents of its own"}


def llamaindex(make):
    def rank(base, query, documents, top_n):
        from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

        nodes = [NodeWithScore(node=TextNode(text=d, id_=str(i)), score=0.5) for i, d in enumerate(documents)]
        found = make(base, 99 if top_n is None else top_n).postprocess_nodes(nodes, QueryBundle(query))
        return [int(n.node.node_id) for n in found]
    return rank


def cohere(base, n):
    from llama_index.postprocessor.cohere_rerank import CohereRerank

    return CohereRerank(api_key=KEY, base_url=base, model=MODEL, top_n=n)


def jina(base, n):
    from llama_index.postprocessor.jinaai_rerank import JinaRerank

    return JinaRerank(api_key=KEY, base_url=base + "/v1", model=MODEL, top_n=n)


def tei(mount):
    def make(base, n):
        from llama_index.postprocessor.tei_rerank import TextEmbeddingInference

        return TextEmbeddingInference(base_url=base + mount, auth_token=KEY, top_n=n)
    return make


def nvidia(base, n):
    from llama_index.postprocessor.nvidia_rerank import NVIDIARerank

    return NVIDIARerank(model=MODEL, base_url=base + "/v1", api_key=KEY, top_n=n, truncate="END")


def xinference(base, n):
    from llama_index.postprocessor.xinference_rerank import XinferenceRerank

    return XinferenceRerank(model=MODEL, base_url=base, top_n=n)


def siliconflow(base, n):
    from llama_index.postprocessor.siliconflow_rerank import SiliconFlowRerank

    return SiliconFlowRerank(model=MODEL, base_url=base + "/v1/rerank", api_key=KEY, top_n=n)


BLIND = {"refused": "the wrapper does not look at the status"}
client("llamaindex cohere", retries=True, cannot=OWN)(llamaindex(cohere))
client("llamaindex jina", cannot=OWN)(llamaindex(jina))
client("llamaindex tei", cannot=OWN | BLIND)(llamaindex(tei("")))
client("llamaindex tei /compat", cannot=OWN | BLIND)(llamaindex(tei("/compat/tei")))
client("llamaindex nvidia", cannot=OWN)(llamaindex(nvidia))
client("llamaindex xinference", cannot=OWN | {"key": "the wrapper has no place for a key"})(llamaindex(xinference))
client("llamaindex siliconflow", cannot=OWN)(llamaindex(siliconflow))


@client("dify openai-compatible", cannot=OWN)
def dify(base, query, documents, top_n):
    from dify_plugin.interfaces.model.openai_compatible.rerank import OAICompatRerankModel

    model = object.__new__(OAICompatRerankModel)
    found = model._invoke(MODEL, {"endpoint_url": base + "/v1", "api_key": KEY}, query, documents, None, top_n)
    return [d.index for d in found.docs]


sys.exit(main())
