// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// leaseLook bounds a look that is worth less than the wait that it saves.
const leaseLook = 5 * time.Second

// shortenWait lets the leader election begin with a lease that nobody holds
// where its holder is gone.
func shortenWait(ctx context.Context, config *rest.Config, o *options) error {
	ctx, cancel := context.WithTimeout(ctx, leaseLook)
	defer cancel()
	scheme, err := newScheme()
	if err != nil {
		return err
	}
	c, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return fmt.Errorf("make a client: %w", err)
	}
	self, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("find this pod's name: %w", err)
	}
	taken, err := takeOrphanedLease(ctx, c, o.namespace, o.leaderID, self)
	if taken {
		ctrl.Log.WithName("setup").Info("Took the lease of an operator that is gone", "lease", o.leaderID)
	}
	return err
}

// takeOrphanedLease empties a lease whose holder is a pod of this operator's
// own Deployment that is gone, and reports whether it did.
//
// A leader gives its lease back when it ends, but when it is uninstalled its
// right to do so may go before it does, and whoever is installed next would
// wait until the lease runs out. Whatever cannot be found out is left to that.
func takeOrphanedLease(ctx context.Context, c client.Client, namespace, lease, self string) (bool, error) {
	if namespace == "" || deploymentOf(self) == "" {
		return false, nil
	}
	var found coordinationv1.Lease
	if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: lease}, &found); err != nil {
		return false, unlessUnknown(err)
	}
	if found.Spec.HolderIdentity == nil {
		return false, nil
	}
	holder, _, _ := strings.Cut(*found.Spec.HolderIdentity, "_")
	if holder == self || deploymentOf(holder) != deploymentOf(self) {
		return false, nil
	}
	err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: holder}, &corev1.Pod{})
	if !apierrors.IsNotFound(err) {
		return false, unlessUnknown(err)
	}
	found.Spec.HolderIdentity = new("")
	if err := c.Update(ctx, &found); err != nil {
		return false, unlessUnknown(err)
	}
	return true, nil
}

// deploymentOf is the name of the Deployment that a pod's name begins with,
// empty if it can be no pod of one.
func deploymentOf(pod string) string {
	for range 2 {
		at := strings.LastIndexByte(pod, '-')
		if at < 0 {
			return ""
		}
		pod = pod[:at]
	}
	return pod
}

// unlessUnknown drops errors that only mean that nothing can be found out:
// there is no lease yet, somebody else was faster, or a role allows no look.
func unlessUnknown(err error) error {
	if err == nil || apierrors.IsNotFound(err) || apierrors.IsConflict(err) || apierrors.IsForbidden(err) || errors.Is(err, context.Canceled) {
		return nil
	}
	return fmt.Errorf("look at the lease of an earlier operator: %w", err)
}
