package bot

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"
)

// TestHostilePayloads of a megabyte are read, or refused, within a second and 64 MiB, garbage included. Slack vouches for
// who sent one, and not for what stands in it.
func TestHostilePayloads(t *testing.T) {
	const size = 1 << 20
	fill := func(open, unit, end string) string {
		return open + strings.Repeat(unit, (size-len(open)-len(end))/len(unit)) + end
	}
	var keys strings.Builder
	for i := 0; keys.Len() < size-4096; i++ {
		fmt.Fprintf(&keys, `"%x":{},`, i)
	}
	press := `{"type":"block_actions","trigger_id":"1.2","user":{"id":"U1"},"team":{"id":"T1"},"container":{"message_ts":"1.2"},"channel":{"id":"C1"},"actions":[`
	form := `{"type":"view_submission","trigger_id":"1.2","user":{"id":"U1"},"view":{"id":"V1","callback_id":"request","private_metadata":"20261122T050000Z x","state":{"values":{`
	for name, payload := range map[string]string{
		"many actions":      press + strings.Repeat(`{},`, 50_000) + `{}]}`, // a megabyte of them becomes 250 in slack-go, before we see it
		"a long value":      fill(press+`{"type":"button","action_id":"approve","value":"`, "x", `"}]}`),
		"many words":        fill(press+`{"type":"button","action_id":"approve","value":"`, "x ", `"}]}`),
		"a long verb":       fill(press+`{"type":"button","value":"a b","action_id":"`, "あ", `"}]}`),
		"many fields":       form + keys.String() + `"z":{}}}}}`,
		"a long reason":     fill(form+`"reason":{"reason":{"type":"plain_text_input","value":"`, "漢", `"}}}}}}`),
		"what shows not":    fill(form+`"reason":{"reason":{"type":"plain_text_input","value":"`, `\u200b`, `"}}}}}}`),
		"a long ticket":     fill(form+`"ticket":{"ticket":{"type":"plain_text_input","value":"`, "&", `"}}}}}}`),
		"a tower of lists":  fill(`{"type":"block_actions","x":`, "[", ""),
		"a tower of blocks": fill(`{"type":"block_actions","message":{"blocks":`, `[{"elements":`, ""),
		"many blocks":       fill(`{"type":"block_actions","message":{"blocks":[`, `{"type":"x"},`, `{}]}}`),
		"not text":          fill(press, "\xff", ""),
	} {
		t.Run(name, func(t *testing.T) {
			took, used := time.Duration(0), uint64(0)
			for range 3 { // the processors may be busy with something else
				took, used = cost(func() {
					var cb slack.InteractionCallback
					if json.Unmarshal([]byte(payload), &cb) == nil {
						_, _ = pressOf(cb, time.UTC)
						_, _ = filledIn(cb)
					}
				})
				if took < time.Second {
					break
				}
			}
			t.Logf("%d bytes: %s, %d MiB", len(payload), took, used>>20)
			if info, _ := debug.ReadBuildInfo(); slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
				took /= 10 // the race detector takes ten times as long
			}
			if took >= time.Second || used > 64<<20 {
				t.Errorf("%s, %d bytes", took, used)
			}
		})
	}
}

// cost is how long something takes, and how much memory all in all.
func cost(do func()) (time.Duration, uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begin := time.Now()
	do()
	took := time.Since(begin)
	runtime.ReadMemStats(&after)
	return took, after.TotalAlloc - before.TotalAlloc
}
