// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package controllers turns Rerankers into running pods and says how they are.
//
// One reconcile reads everything first (observe.go), decides with the pure
// packages build, scale and status, writes only what differs (phases.go), and
// writes status once (finish in reranker_controller.go). Events tell of
// transitions. A settled Reranker causes no write and no requeue: everything
// that matters is watched.
//
//	phase                 children
//	ensureChildren        ServiceAccount, ConfigMap, NetworkPolicy, Deployment,
//	                      Service, HorizontalPodAutoscaler, PodDisruptionBudget,
//	                      PodMonitor, PrometheusRule
//	ensureReplicas        the number of pods, by the second field manager
//	pruneConfigMaps       settings that no ReplicaSet names any more
//
// Children belong to their Reranker by owner reference and nothing is
// cluster-scoped, so deletion is the garbage collector's work and there is no
// finalizer.
package controllers
