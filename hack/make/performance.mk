# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0

##@ Performance

.PHONY: performance
performance: build model ## Start a server and check the mission's targets on it.
	@test/performance/run.sh
