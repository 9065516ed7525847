package demo

import (
	"sync/atomic"
	"time"
)

// clock shows the real time, moved by what the story skips.
type clock struct{ skipped atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Round(0).Add(time.Duration(c.skipped.Load())) }

func (c *clock) skip(d time.Duration) { c.skipped.Add(int64(d)) }
