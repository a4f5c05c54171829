# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0

##@ Supply chain

.PHONY: dependencies
dependencies: ## List what each binary links, with licences (hack/supply/*.txt).
	@go run ./hack/supply dependencies

.PHONY: vulnerabilities
vulnerabilities: $(BIN)/govulncheck ## Look for known vulnerabilities in what is called (needs network access).
	@$(BIN)/govulncheck ./cmd/...

.PHONY: reproduce
reproduce: ## Build twice, in two places, and compare digests (IMAGES=1, SHARED_CACHE=1).
	@hack/supply/reproduce.sh

.PHONY: release
release: model $(BIN)/helm $(BIN)/cyclonedx-gomod ## Make everything that a release consists of, in dist/release.
	@hack/supply/release.sh

SUPPLY_TOOLS := hack/tools/supply/go.mod hack/tools/supply/go.sum

$(BIN)/govulncheck: $(SUPPLY_TOOLS)
	@cd hack/tools/supply && go build -mod=readonly -o ../../../$@ golang.org/x/vuln/cmd/govulncheck

$(BIN)/cyclonedx-gomod: $(SUPPLY_TOOLS)
	@cd hack/tools/supply && go build -mod=readonly -o ../../../$@ github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
