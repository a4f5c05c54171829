// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Command overload finds out what a server does when more is asked than it can
// do. It starts the real binary on this machine, measures how many requests a
// second it answers in full, and then has vegeta send half, once, twice and four
// times as many, whether answers come or not (an open model: real callers do not
// wait for each other). Every document of every request is new to the server.
//
// It does so under two policies. Under Never, with a deadline in each request,
// what cannot be done is refused; under OnDeadline, the default, everybody gets
// an answer, with fewer documents scored in full. Good is an answer within the
// target. The rates take turns, several rounds of them: other programs change
// what a machine can do from one minute to the next, and a rate must not be
// judged by its minute.
//
// All of it runs on the same cores, the load generator included, and is bounded
// in number and time. It ends with status 1 if a promise was not kept.
package main
