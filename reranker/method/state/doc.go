// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Package state computes with quantum states of texts, exactly and on an
// ordinary processor: no quantum hardware is used or imitated, these are
// formulas of linear algebra.
//
// A text is an ensemble of unit vectors t_1..t_n in R^m (its token states)
// with weights w_1..w_n > 0 that sum to one. Its density matrix is
//
//	rho = sum_i w_i t_i t_i'        (symmetric, positive, trace 1)
//
// and the functions here compare two of them:
//
//	Subspace.Expect  Tr(rho_q Pi_d), Pi_d the projector on the r leading
//	                 eigenvectors of rho_d
//	Overlap          Tr(rho_q rho_d) = sum_ij w_i u_j (t_i.s_j)^2
//	Fidelity         Uhlmann's ( Tr sqrt( sqrt(rho_q) rho_d sqrt(rho_q) ) )^2
//	Copies           the p-copy overlap, between Overlap and maximum similarity
//	Pure             (q.d)^2, the fidelity of two amplitude-encoded vectors
//	Angle, DenseAngle  product kernels of rotation encodings
//
// No m x m matrix is ever formed when a text has fewer tokens than
// dimensions: everything is read off inner products of token states.
//
// Sources: Nielsen and Chuang, "Quantum Computation and Quantum Information",
// sections 2.4 and 9.2; van Rijsbergen, "The Geometry of Information
// Retrieval" (2004) for Tr(rho Pi) as a probability of relevance.
package state
