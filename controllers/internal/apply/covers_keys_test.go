// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"encoding/json"
	"testing"
)

// Two items may have the same topologyKey.
func TestItemsThatShareAKeyCoverThemselves(t *testing.T) {
	for name, text := range map[string]string{
		"spread":   `{"topologySpreadConstraints":[{"topologyKey":"z","whenUnsatisfiable":"ScheduleAnyway","maxSkew":1},{"topologyKey":"z","whenUnsatisfiable":"DoNotSchedule","maxSkew":3}]}`,
		"affinity": `{"required":[{"topologyKey":"h","labelSelector":{"matchLabels":{"a":"b"}}},{"topologyKey":"h","labelSelector":{"matchLabels":{"c":"d"}}}]}`,
	} {
		var x any
		if err := json.Unmarshal([]byte(text), &x); err != nil {
			t.Fatal(err)
		}
		if !covers(x, x) {
			t.Errorf("%s: an object does not cover itself", name)
		}
	}
}
