// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// unit says how a whole number may be spelled on the command line and in the
// environment, where people write 500ms and 2Gi.
type unit int

const (
	plain unit = iota
	milliseconds
	seconds
	byteCount
)

func (u unit) parse(text string) (int64, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	switch u {
	case milliseconds:
		return parseDuration(text, time.Millisecond, "milliseconds, such as 500ms")
	case seconds:
		return parseDuration(text, time.Second, "seconds, such as 30s")
	case byteCount:
		return parseBytes(text)
	default:
		return 0, errors.New("must be a whole number")
	}
}

func parseDuration(text string, unit time.Duration, want string) (int64, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d%unit != 0 {
		return 0, fmt.Errorf("must be a duration in whole %s", want)
	}
	return int64(d / unit), nil
}

var byteUnits = []struct {
	suffix string
	factor int64
}{
	{"KiB", 1 << 10},
	{"MiB", 1 << 20},
	{"GiB", 1 << 30},
	{"TiB", 1 << 40},
	{"Ki", 1 << 10},
	{"Mi", 1 << 20},
	{"Gi", 1 << 30},
	{"Ti", 1 << 40},
	{"kB", 1e3},
	{"MB", 1e6},
	{"GB", 1e9},
	{"TB", 1e12},
	{"k", 1e3},
	{"M", 1e6},
	{"G", 1e9},
	{"T", 1e12},
	{"B", 1},
}

func parseBytes(text string) (int64, error) {
	for _, u := range byteUnits {
		number, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		if err != nil || n < 0 || n > math.MaxInt64/u.factor {
			break
		}
		return n * u.factor, nil
	}
	return 0, errors.New("must be a size, such as 512Mi or 2Gi, or a number of bytes")
}
