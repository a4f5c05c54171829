# Copyright The QuantumRerank Authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes ONNX Runtime believe that this CPU ends at AVX2. It has no option for that,
and machines with AVX2 alone have become rare.

Run by gdb: it stops at each CPUID instruction of the library, all of which run
before the first inference, and hides what came after AVX2 from the answer.
Afterwards nothing stops any more and times are those of the CPU.

Needs: gdb, objdump
Usage: gdb -q -batch -x avx2_only.py --args python peers.py --kernels avx2 ...
"""

import re
import subprocess

import gdb

# Bits of features by leaf, subleaf and register (Intel SDM, volume 2A, CPUID).
HIDDEN = {
    (7, 0): {
        "ebx": (16, 17, 21, 26, 27, 28, 30, 31),  # AVX-512 F, DQ, IFMA, PF, ER, CD, BW, VL
        "ecx": (1, 6, 11, 12, 14),  # AVX-512 VBMI, VBMI2, VNNI, BITALG, VPOPCNTDQ
        "edx": (2, 3, 8, 22, 23, 24, 25),  # AVX-512 4VNNIW, 4FMAPS, VP2INTERSECT, AMX BF16, AVX-512 FP16, AMX TILE, INT8
    },
    (7, 1): {
        "eax": (4, 5, 21, 23),  # AVX VNNI, AVX-512 BF16, AMX FP16, AVX IFMA
        "edx": (4, 5, 8, 10),  # AVX VNNI INT8, AVX NE CONVERT, AMX COMPLEX, AVX VNNI INT16
    },
}
asked = {}  # the leaf and subleaf that a thread is about to ask for


def register(name):
    return int(gdb.parse_and_eval(f"(unsigned int)${name}"))


class Asks(gdb.Breakpoint):
    """A CPUID instruction."""

    def stop(self):
        asked[gdb.selected_thread().num] = register("eax"), register("ecx")
        return False


class Answered(gdb.Breakpoint):
    """The instruction after it."""

    def stop(self):
        for name, bits in HIDDEN.get(asked.pop(gdb.selected_thread().num, None), {}).items():
            answer, mask = register(name), sum(1 << b for b in bits)
            gdb.execute(f"set $r{name[1:]} = {answer & ~mask}")
            if answer & mask:
                print(f"{(answer & mask).bit_count()} features are hidden in {name}", flush=True)
        return False


def questions(path):
    """The offsets of CPUID instructions and of those that follow them."""
    listing = subprocess.run(["objdump", "-d", "--no-show-raw-insn", path], capture_output=True, text=True, check=True)
    lines = re.findall(r"^ *([0-9a-f]+):\t(\w*)", listing.stdout, re.MULTILINE)
    for (at, name), (after, _) in zip(lines, lines[1:]):
        if name == "cpuid":
            yield int(at, 16), int(after, 16)


def loaded(event):
    path = event.new_objfile.filename or ""
    if "onnxruntime_pybind11_state" not in path:
        return
    mappings = gdb.execute("info proc mappings", to_string=True)
    base = min(int(line.split()[0], 16) for line in mappings.splitlines() if path in line)
    found = list(questions(path))
    for at, after in found:
        Asks(f"*{base + at}", internal=True)
        Answered(f"*{base + after}", internal=True)
    print(f"{len(found)} CPUID instructions of {path.rsplit('/', 1)[1]} hide what came after AVX2", flush=True)


for setting in ("pagination off", "confirm off", "print thread-events off", "print inferior-events off", "debuginfod enabled off"):
    gdb.execute(f"set {setting}")
gdb.execute("handle all nostop noprint pass", to_string=True)
gdb.events.new_objfile.connect(loaded)
gdb.execute("run")
