package trail_test

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"sekisho/aws/trail"
)

// TestParseBounds gives Parse the worst that fits into a message.
func TestParseBounds(t *testing.T) {
	record := string(encode(t, with(signin(), "eventID", absent))) // so that all of it is hashed
	inside := func(value string) string {
		return strings.Replace(record, `"LoginTo":"https://console.aws.amazon.com/"`, `"x":`+value, 1)
	}
	fill := func(open, unit, end string) string {
		return open + strings.Repeat(unit, (trail.MaxBody-len(record)-len(open)-len(end))/len(unit)) + end
	}
	var keys strings.Builder
	for i := 0; keys.Len() < trail.MaxBody-4096; i++ {
		fmt.Fprintf(&keys, `"%x":0,`, i)
	}
	const deep = 4000
	tower := strings.Repeat("[", deep) + strings.Repeat("]", deep) + ","
	for name, body := range map[string]string{
		"many numbers":       inside(fill("[", "0,", "0]")),
		"many strings":       inside(fill("[", `"",`, "0]")),
		"many objects":       inside(fill("[", `{"":0},`, "0]")),
		"many keys":          inside("{" + keys.String() + `"z":0}`),
		"many keys to read":  `{"detail":{` + keys.String() + `"eventName":"x"}}`,
		"towers":             inside(fill("[", tower, "0]")),
		"one tower of lists": strings.Repeat("[", trail.MaxBody),
		"tower of objects":   fill("", `{"detail":`, ""),
		"one long string":    inside(fill(`"`, "x", `"`)),
		"escapes":            inside(fill(`"`, `\u0000`, `"`)),
		"one long number":    inside(fill("1", "0", "")),
		"long name":          strings.Replace(record, "anaya", strings.Repeat("a", trail.MaxBody-len(record)), 1),
		"white space":        fill("", " ", "") + record,
		"many unknown keys":  "{" + keys.String() + `"z":0}`,
		"a long reason":      fill(`{"reason":"`, `\u0000`, `"}`),
		"the same key":       fill("{", `"":0,`, `"":0}`),
	} {
		t.Run(name, func(t *testing.T) {
			bounded(t, body, func(body []byte) trail.Finding { return trail.Parse(body, nil) })
			bounded(t, body, func(body []byte) trail.Finding { return trail.ParseWish(body, "AIDAYAMADA") })
		})
	}
}

// TestBodiesThatAreTooLong: one byte more than SQS takes is not read, whatever it says.
func TestBodiesThatAreTooLong(t *testing.T) {
	event := string(encode(t, signin()))
	wish := `{"id":"deploy-1","entitlement":"prod-operator","iam_user":"t.yamada"}`
	for _, c := range []struct {
		body  string
		parse func([]byte) trail.Finding
	}{
		{event, func(body []byte) trail.Finding { return trail.Parse(body, nil) }},
		{wish, func(body []byte) trail.Finding { return trail.ParseWish(body, "AIDAYAMADA") }},
	} {
		padded := func(length int) []byte { return []byte(strings.Repeat(" ", length-len(c.body)) + c.body) }
		if got := c.parse(padded(trail.MaxBody)); got.Class != trail.Request {
			t.Errorf("%d bytes: %s, %s", trail.MaxBody, got.Class, got.Why)
		}
		if got := c.parse(padded(trail.MaxBody + 1)); got.Class != trail.Invalid || !strings.HasPrefix(got.Why, "longer than") {
			t.Errorf("%d bytes: %s, %s", trail.MaxBody+1, got.Class, got.Why)
		}
	}
}

// bounded fails unless a body is read within a second and 64 MiB.
func bounded(t *testing.T, body string, parse func([]byte) trail.Finding) {
	t.Helper()
	const most = 64 << 20
	longest := time.Second
	if raceDetector() { // which takes ten times as long
		longest *= 10
	}
	if len(body) > trail.MaxBody {
		t.Fatalf("%d bytes do not fit", len(body))
	}
	var took time.Duration
	for range 3 { // the processors may be busy with something else
		stop := watchHeap()
		start := time.Now()
		got := parse([]byte(body))
		took = time.Since(start)
		used := stop()
		t.Logf("%s, %d MiB: %s, %s", took, used>>20, got.Class, got.Why)
		if used > most {
			t.Errorf("%d bytes were in use", used)
		}
		if took <= longest {
			break
		}
	}
	if took > longest {
		t.Errorf("it took %s", took)
	}
}

// raceDetector tells whether the test was built with -race.
func raceDetector() bool {
	info, _ := debug.ReadBuildInfo()
	return slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// watchHeap looks at the heap every millisecond until it is stopped, and returns by how much it grew at most, garbage
// included.
func watchHeap() (stop func() uint64) {
	heap := func() uint64 {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	runtime.GC()
	start, most := heap(), uint64(0)
	look := func() { most = max(most, max(heap(), start)-start) }
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			look()
			select {
			case <-end:
				look()
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(end); <-ended; return most }
}
