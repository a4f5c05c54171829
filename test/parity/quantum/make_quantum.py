#!/usr/bin/env python3
# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes reranker/method/state/testdata/quantum.json: what Qiskit and PennyLane
say about the states that the methods compare.

    python3 -m venv venv && venv/bin/pip install -r test/parity/quantum/requirements.txt
    venv/bin/python test/parity/quantum/make_quantum.py

Vectors are not stored. Both sides draw them from the same linear congruential
generator (Knuth's MMIX constants): x = (state >> 33) / 2^31 - 1/2, so that the
file stays small and every number is exact in double precision.
"""

import json
import math
import os
import sys

import numpy as np
import pennylane as qml
import qiskit
from qiskit import QuantumCircuit
from qiskit.quantum_info import DensityMatrix, Operator, Statevector, state_fidelity

OUT = os.path.join(os.path.dirname(__file__), "../../../reranker/method/state/testdata/quantum.json")


class Generator:
    def __init__(self, seed):
        self.state = seed

    def draw(self, n):
        out = np.empty(n)
        for i in range(n):
            self.state = (self.state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
            out[i] = (self.state >> 33) / float(1 << 31) - 0.5
        return out

    def unit(self, n):
        v = self.draw(n)
        return v / math.sqrt(float(np.sum(v * v)))

    def weights(self, n):
        w = self.draw(n) + 0.75
        return w / float(np.sum(w))

    def rows(self, n, dim):
        """Unit rows that share a direction, as token states do."""
        rows = self.draw(n * dim).reshape(n, dim)
        rows[:, 0] += 0.25
        return rows / np.sqrt((rows * rows).sum(axis=1))[:, None]


def qubits_for(dim):
    return max(1, math.ceil(math.log2(dim)))


def padded(v):
    out = np.zeros(1 << qubits_for(len(v)))
    out[: len(v)] = v
    return out


def amplitude(seed, dim):
    g = Generator(seed)
    a, b = g.unit(dim), g.unit(dim)
    pa, pb = padded(a), padded(b)
    n = qubits_for(dim)

    circuit = QuantumCircuit(n)
    circuit.prepare_state(Statevector(pa))
    psi = Statevector(circuit)
    phi = Statevector(pb)

    dev = qml.device("default.qubit", wires=n)

    @qml.qnode(dev)
    def inversion():
        qml.AmplitudeEmbedding(pa, wires=range(n))
        qml.adjoint(qml.AmplitudeEmbedding(pb, wires=range(n)))
        return qml.probs(wires=range(n))

    return {
        "seed": seed, "dim": dim, "qubits": n,
        "qiskit": float(state_fidelity(psi, phi)),
        "pennylane_statevector": float(qml.math.fidelity_statevector(pa, pb)),
        "pennylane_inversion": float(inversion()[0]),
    }


def swap_test(seed, n):
    """The full circuit of 2n+1 qubits, ancilla at qubit 0."""
    g = Generator(seed)
    a, b = g.unit(1 << n), g.unit(1 << n)
    circuit = QuantumCircuit(2 * n + 1)
    circuit.h(0)
    for k in range(n):
        circuit.cswap(0, 1 + k, 1 + n + k)
    circuit.h(0)
    start = Statevector(np.kron(np.kron(b, a), [1, 0]))
    p0 = start.evolve(circuit).probabilities([0])[0]
    return {"seed": seed, "qubits": 2 * n + 1, "p0": float(p0)}


def angles(seed, n):
    g = Generator(seed)
    a, b = g.unit(2 * n), g.unit(2 * n)
    beta = 2.0

    def angle(x):
        c = QuantumCircuit(n)
        for k in range(n):
            c.ry(beta * x[k], k)
        return Statevector(c)

    def dense(x):
        c = QuantumCircuit(n)
        for k in range(n):
            c.ry(math.pi / 2 + beta * x[k], k)
            c.rz(beta * x[n + k], k)
        return Statevector(c)

    dev = qml.device("default.qubit", wires=n)

    @qml.qnode(dev)
    def inversion():
        qml.AngleEmbedding(beta * a[:n], wires=range(n), rotation="Y")
        qml.adjoint(qml.AngleEmbedding(beta * b[:n], wires=range(n), rotation="Y"))
        return qml.probs(wires=range(n))

    return {
        "seed": seed, "qubits": n, "beta": beta,
        "angle_qiskit": float(state_fidelity(angle(a), angle(b))),
        "angle_pennylane": float(inversion()[0]),
        "dense_qiskit": float(state_fidelity(dense(a), dense(b))),
    }


def mixed(seed, dim, nq, nd, rank):
    g = Generator(seed)
    tq, wq = g.rows(nq, dim), g.weights(nq)
    td, wd = g.rows(nd, dim), g.weights(nd)
    rho = (tq.T * wq) @ tq
    sigma = (td.T * wd) @ td
    _, vectors = np.linalg.eigh(sigma)
    top = vectors[:, ::-1][:, :rank]
    projector = top @ top.T
    n = qubits_for(dim)
    r, s = DensityMatrix(rho), DensityMatrix(sigma)

    dev = qml.device("default.mixed", wires=n)

    @qml.qnode(dev)
    def expectation():
        qml.QubitDensityMatrix(rho, wires=range(n))
        return qml.expval(qml.Hermitian(projector, wires=range(n)))

    noisy = DensityMatrix(0.7 * rho + 0.3 * np.eye(dim) / dim)
    return {
        "seed": seed, "dim": dim, "query_rows": nq, "document_rows": nd, "rank": rank,
        "overlap": float(r.expectation_value(Operator(sigma)).real),
        "purity_query": float(r.purity().real),
        "purity_document": float(s.purity().real),
        "uhlmann_qiskit": float(state_fidelity(r, s)),
        "uhlmann_pennylane": float(qml.math.fidelity(rho.astype(complex), sigma.astype(complex))),
        "projector_qiskit": float(r.expectation_value(Operator(projector)).real),
        "projector_pennylane": float(expectation()),
        "projector_depolarised_0_3": float(noisy.expectation_value(Operator(projector)).real),
    }


def layered(seed):
    """Two states of a 4-qubit circuit of two layers of RY RZ RY and RZZ."""
    g = Generator(seed)

    def circuit(theta):
        c = QuantumCircuit(4)
        t = iter(theta)
        for _ in range(2):
            for gate in (c.ry, c.rz, c.ry):
                for k in range(4):
                    gate(next(t), k)
            for k in range(3):
                c.rzz(next(t), k, k + 1)
        return c

    a, b = circuit(4 * g.draw(30)), circuit(4 * g.draw(30))
    psi, phi = Statevector(a), Statevector(b)
    return {
        "seed": seed, "depth": a.depth(),
        "fidelity": float(state_fidelity(psi, phi)),
        "re": [float(x) for x in psi.data.real],
        "im": [float(x) for x in psi.data.imag],
    }


def main():
    golden = {
        "made_by": "test/parity/quantum/make_quantum.py",
        "versions": {
            "qiskit": qiskit.__version__, "pennylane": qml.__version__, "numpy": np.__version__,
            "python": "%d.%d" % sys.version_info[:2],
        },
        "amplitude": [amplitude(s, d) for s, d in [(1, 384), (2, 384), (3, 768), (4, 768), (5, 16), (6, 5)]],
        "swap_test": [swap_test(10 + n, n) for n in (2, 4, 9)],
        "angles": [angles(20 + n, n) for n in range(2, 11)],
        "mixed": [mixed(*case) for case in [
            (41, 16, 1, 1, 1), (42, 16, 3, 5, 2), (43, 16, 4, 30, 8), (44, 32, 6, 12, 8),
            (45, 64, 8, 40, 8), (46, 64, 12, 64, 4), (47, 64, 5, 90, 8),
        ]],
        "layered": [layered(s) for s in (61, 62)],
    }
    with open(OUT, "w", encoding="utf-8") as f:
        json.dump(golden, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
