# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0

##@ Conformance

.PHONY: conformance
conformance: model ## Run real client libraries and schemathesis against the server (pip, npm).
	@test/conformance/clients.sh
	@test/conformance/schema.sh

.PHONY: conformance-page
conformance-page: model ## Try the page at / in headless Chromium (chromium, npm).
	@test/browser/run.sh

.PHONY: conformance-rules
conformance-rules: ## Compare the rules with pydantic on 100,000 generated bodies (pip).
	@test/conformance/rules.sh
