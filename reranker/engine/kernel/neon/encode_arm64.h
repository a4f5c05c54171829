// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Vector instructions that Go's assembler does not know, as words (Arm
// Architecture Reference Manual for A-profile, C7.2), with the names and the order of
// operands of Arm: d is the destination, n and m are sources, all numbers of
// registers. _S works on four elements of 32 bits.

#define TWO(bits, d, n) WORD $(bits | (n)<<5 | (d))
#define THREE(bits, d, n, m) WORD $(bits | (m)<<16 | (n)<<5 | (d))

// LANE_S and LANE_H are THREE with one element i of m, of 32 and of 16 bits; the latter
// reach only the registers below 16.
#define LANE_S(bits, d, n, m, i) THREE(bits | ((i)&1)<<21 | ((i)>>1)<<11, d, n, m)
#define LANE_H(bits, d, n, m, i) THREE(bits | (((i)>>1)&1)<<21 | ((i)&1)<<20 | ((i)>>2)<<11, d, n, m)

// Float32.
#define FADD_S(d, n, m) THREE(0x4E20D400, d, n, m)
#define FADDP_S(d, n, m) THREE(0x6E20D400, d, n, m) // of neighbours, those of n before those of m
#define FSUB_S(d, n, m) THREE(0x4EA0D400, d, n, m)
#define FMUL_S(d, n, m) THREE(0x6E20DC00, d, n, m)
#define FDIV_S(d, n, m) THREE(0x6E20FC00, d, n, m)
#define FMAX_S(d, n, m) THREE(0x4E20F400, d, n, m)
#define FMIN_S(d, n, m) THREE(0x4EA0F400, d, n, m)
#define FMLA_S(d, n, m) THREE(0x4E20CC00, d, n, m) // d += n*m, rounded once
#define FMLS_S(d, n, m) THREE(0x4EA0CC00, d, n, m) // d -= n*m, rounded once
#define FMLA_LANE(d, n, m, i) LANE_S(0x4F801000, d, n, m, i) // d += n*m[i]
#define FABS_S(d, n) TWO(0x4EA0F800, d, n)
#define FSQRT_S(d, n) TWO(0x6EA1F800, d, n)
#define FRINTN_S(d, n) TWO(0x4E218800, d, n) // to the nearest integer, ties to even
#define FMAXV_S(d, n) TWO(0x6E30F800, d, n)  // the largest element of n, in a scalar

// Between float32 and integers.
#define FCVTNS_S(d, n) TWO(0x4E21A800, d, n) // to nearest, ties to even, saturated
#define SCVTF_S(d, n) TWO(0x4E21D800, d, n)

// Integers.
#define ADD_S(d, n, m) THREE(0x4EA08400, d, n, m)
#define SHL_S(d, n, shift) TWO(0x4F005400 | (32+shift)<<16, d, n)
#define MOV_V(d, n) THREE(0x4EA01C00, d, n, n)
#define EOR_V(d, n, m) THREE(0x6E201C00, d, n, m)

// To half as many bits, saturated: into the low half of d, and (2) the high one.
#define SQXTN_H(d, n) TWO(0x0E614800, d, n) // from 32 to 16 bits
#define SQXTN2_H(d, n) TWO(0x4E614800, d, n)
#define SQXTN_B(d, n) TWO(0x0E214800, d, n) // from 16 to 8 bits
#define SQXTN2_B(d, n) TWO(0x4E214800, d, n)

// From 8 to 16 bits: of the low half of n, and (2) the high one.
#define SXTL_H(d, n) TWO(0x0F08A400, d, n)
#define SXTL2_H(d, n) TWO(0x4F08A400, d, n)
#define UXTL_H(d, n) TWO(0x2F08A400, d, n)

// d += n*m[i] with products of 16 bits in sums of 32: of the low half of n, and (2)
// the high one.
#define SMLAL_LANE(d, n, m, i) LANE_H(0x0F402000, d, n, m, i)
#define SMLAL2_LANE(d, n, m, i) LANE_H(0x4F402000, d, n, m, i)

// Sums of the products of four bytes each: FEAT_DotProd, both with a sign, and
// FEAT_I8MM, the element's bytes without one.
#define SDOT(d, n, m) THREE(0x4E809400, d, n, m)
#define SDOT_LANE(d, n, m, i) LANE_S(0x4F80E000, d, n, m, i)
#define SUDOT_LANE(d, n, m, i) LANE_S(0x4F00F000, d, n, m, i)
