# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0

# What is generated from api/ and from the markers in controllers/.

##@ Generate

CONTROLLER_GEN := $(BIN)/controller-gen

.PHONY: generate
generate: $(CONTROLLER_GEN) ## Generate deepcopy functions and apply configurations.
	@$(CONTROLLER_GEN) object:headerFile=hack/boilerplate.go.txt paths=./api/...
	@$(CONTROLLER_GEN) applyconfiguration:headerFile=hack/boilerplate.go.txt paths=./api/...

.PHONY: manifests
manifests: $(CONTROLLER_GEN) ## Generate the CRD and the operator's role.
	@$(CONTROLLER_GEN) crd paths=./api/... output:crd:dir=config/crd/bases
	@$(CONTROLLER_GEN) rbac:roleName=quantumrerank-operator,headerFile=hack/boilerplate.yaml.txt paths=./controllers/... output:rbac:dir=config/rbac

$(CONTROLLER_GEN): hack/tools/gen/go.mod hack/tools/gen/go.sum
	@mkdir -p $(BIN)
	@cd hack/tools/gen && go build -o ../../../$(CONTROLLER_GEN) sigs.k8s.io/controller-tools/cmd/controller-gen
