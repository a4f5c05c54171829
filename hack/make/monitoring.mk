# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0

##@ Monitoring

.PHONY: monitoring
monitoring: $(BIN)/promtool $(BIN)/prometheus model ## Test the alerts with promtool, and with a real Prometheus on a real server.
	@go test -tags monitoring -count=1 ./test/monitoring

.PHONY: dashboard-picture
dashboard-picture: build $(BIN)/prometheus model ## Draw docs/images/dashboard.png from a server under load (two minutes, fetches matplotlib).
	@test/monitoring/picture/run.sh

$(BIN)/promtool $(BIN)/prometheus: hack/tools/prometheus/go.mod hack/tools/prometheus/go.sum hack/tools/prometheus/install
	@hack/tools/prometheus/install $@
