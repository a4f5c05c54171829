# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
# Prints `target  description` for every documented target, under its heading.
BEGIN { FS = ":.*## "; print "Usage: make TARGET" }
/^##@ / { printf "\n%s\n", substr($0, 5) }
/^[a-zA-Z0-9_-]+:.*## / { printf "  %-20s %s\n", $1, $2 }
