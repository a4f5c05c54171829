// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package bench

import (
	"math/rand/v2"
	"strings"
)

// vocabulary is what texts are made of: ordinary words, so that the tokenizer
// has as much to do as with prose (about 1.2 tokens a word).
var vocabulary = strings.Fields(`
the a of and to in is for on with as by from at that this it are was be have
water bread engine river market school garden letter winter morning city road
house doctor music history science machine paper bridge window planet energy
forest animal mountain ocean kitchen computer network language theory signal
battery medicine harvest railway election contract insurance temperature
research measurement translation photograph agreement population atmosphere
build carry measure compare explain collect improve protect discover deliver
replace prepare observe support increase reduce remember describe develop
large small early quiet modern ancient careful public local useful natural
simple complex annual digital electric chemical political financial historical
quickly slowly often rarely together outside between before after without
`)

// Text makes a text of so many words. Twelve words out of this vocabulary are
// already more than 10^25 texts: no two are alike.
func Text(rng *rand.Rand, words int) string {
	var b strings.Builder
	for i := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(vocabulary[rng.IntN(len(vocabulary))])
		if i%12 == 11 {
			b.WriteByte('.')
		}
	}
	return b.String()
}
