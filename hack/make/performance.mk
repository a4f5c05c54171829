# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0

##@ Performance

.PHONY: performance
performance: build model ## Start a server and check the promised targets on it.
	@test/performance/run.sh
