module github.com/quantumrerank/quantumrerank/hack/cluster/check/probe

go 1.26.0
