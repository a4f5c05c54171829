// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package memory

// Stage is how hard the process must react.
type Stage int

// Stages, each of which includes the ones before it.
const (
	Normal   Stage = iota
	Warn           // say so
	Shrink         // free caches and make batches smaller
	Shed           // refuse new requests
	NotReady       // leave the Service until it is better
)

func (s Stage) String() string {
	return [...]string{"normal", "warn", "shrink", "shed", "not ready"}[s]
}

// Stages lists every Stage.
func Stages() []Stage { return []Stage{Normal, Warn, Shrink, Shed, NotReady} }

// marks are the shares of the limit at which a stage begins. 0.80 and 0.90 are
// promised; between them there is room for the reactions to work before
// the pod leaves its Service.
var marks = map[Stage]float64{Warn: 0.80, Shrink: 0.84, Shed: 0.87, NotReady: 0.90}

// ease is how far use must fall below the mark of a stage to leave it: half a
// collection cycle's swing at 2 GiB, and wider than the gap between two marks.
const ease = 0.05

// Next returns the stage after a measurement. It climbs at once and comes down
// only below the mark less ease.
func Next(now Stage, share float64) Stage {
	next := Normal
	for _, s := range Stages()[1:] {
		mark := marks[s]
		if s <= now {
			mark -= ease
		}
		if share >= mark {
			next = s
		}
	}
	return next
}
