# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""LiteLLM with each of its providers that has a rerank API."""

import sys

from matrix import KEY, client, main


def litellm(model: str, mount: str = "", **more):
    def rank(base, query, documents, top_n):
        import litellm as library

        library.suppress_debug_info = True
        answer = library.rerank(model=model, query=query, documents=documents, top_n=top_n, api_base=base + mount, api_key=KEY, num_retries=0, **more)
        return [r["index"] for r in answer.results]
    return rank


client("litellm cohere")(litellm("cohere/m"))
client("litellm hosted_vllm")(litellm("hosted_vllm/m"))
client("litellm hosted_vllm /compat", status=400)(litellm("hosted_vllm/m", "/compat/vllm"))
client("litellm infinity")(litellm("infinity/m", return_documents=False))
client("litellm infinity /compat")(litellm("infinity/m", "/compat/infinity"))
client("litellm jina_ai")(litellm("jina_ai/m"))
client("litellm huggingface")(litellm("huggingface/m"))
client("litellm voyage")(litellm("voyage/m"))
client("litellm nvidia_nim ranking")(litellm("nvidia_nim/ranking/m"))
client("litellm nvidia_nim")(litellm("nvidia_nim/m"))

sys.exit(main())
