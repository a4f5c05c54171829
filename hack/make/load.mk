# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0

##@ Load

VEGETA := $(BIN)/vegeta

.PHONY: load-overload
load-overload: build model $(VEGETA) ## Ask half to four times what a server can do, on the loopback (LOAD_ARGS='-each 30s').
	@go run ./test/load/overload $(LOAD_ARGS)

.PHONY: load-memory
load-memory: build model ## The largest legal requests in cgroups of 2 GiB and 512 MiB, then a soak (LOAD_ARGS='-soak 1m').
	@go run ./test/load/memory $(LOAD_ARGS)

$(VEGETA): hack/tools/vegeta/go.mod hack/tools/vegeta/go.sum
	@mkdir -p $(BIN)
	@cd hack/tools/vegeta && go build -ldflags '-s -w' -o ../../../$(VEGETA) github.com/tsenart/vegeta/v12
