# syntax=docker/dockerfile:1
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
#
# The two images for people who use Docker; `make images` makes the same content
# without it.
#
#   make model                                # the reranker's weights, prepared, into bin/models
#   docker build --target operator -t localhost/quantumrerank/operator:dev .
#   docker build --target reranker -t localhost/quantumrerank/reranker:dev .

FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETOS=linux
ARG TARGETARCH
ARG VERSION=dev
ENV CGO_ENABLED=0 GOFLAGS="-buildvcs=false -trimpath -mod=readonly"
WORKDIR /src
# Modules first: they change less often than the code, so this layer is kept.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN mkdir -p /root-of-image/tmp && chmod 1777 /root-of-image/tmp
RUN GOOS=$TARGETOS GOARCH=$TARGETARCH go build -ldflags "-s -w -X main.version=${VERSION}" -o /out/ ./cmd/operator ./cmd/reranker

FROM scratch AS base
ARG VERSION=dev
LABEL org.opencontainers.image.version="${VERSION}" org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/
WORKDIR /
# What is copied is the content of a directory, which keeps its modes: /tmp, which
# everybody may write.
COPY --from=build --chown=0:0 /root-of-image/ /
USER 65532:65532

FROM base AS operator
LABEL org.opencontainers.image.title="quantumrerank-operator"
COPY --from=build --chown=0:0 --chmod=0755 /out/operator /operator
ENTRYPOINT ["/operator"]

FROM base AS reranker
LABEL org.opencontainers.image.title="quantumrerank-reranker"
# The prepared weights are all that is needed; model.safetensors is for float32.
ARG MODEL=bin/models/all-MiniLM-L6-v2
COPY --chown=0:0 --chmod=u=rwX,go=rX $MODEL/config.json $MODEL/modules.json $MODEL/sentence_bert_config.json $MODEL/tokenizer.json \
  $MODEL/prepared.bin $MODEL/static.bin /models/all-MiniLM-L6-v2/
COPY --chown=0:0 --chmod=u=rwX,go=rX $MODEL/1_Pooling /models/all-MiniLM-L6-v2/1_Pooling
COPY --from=build --chown=0:0 --chmod=0755 /out/reranker /reranker
ENTRYPOINT ["/reranker"]
