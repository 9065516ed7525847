package cli_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// What comes in and what happens is counted where Prometheus reads it, without a name or an address.
func TestServeMetrics(t *testing.T) {
	t.Parallel()
	h := newFakeHouse(t)
	address := freeAddress(t)
	c := h.connected("SEKISHO_METRICS=" + address)
	h.send("{ this is no event")
	h.signIn(holders[0], "e-1")
	card := h.awaitCard(holders[0], "Pending approval")
	h.press("U0SATO", card, "approve")
	h.awaitCard(holders[0], "Active")
	var page string
	h.await("it is counted", leeway, func() bool {
		page = get(t, "http://"+address+"/metrics")
		for _, want := range []string{`sekisho_events_total{class="invalid"} 1`, `sekisho_events_total{class="request"} 1`,
			`sekisho_entries_total{state="asked",verb="ask"} 1`, `sekisho_entries_total{state="active",verb="apply"} 1`, "go_goroutines"} {
			if !strings.Contains(page, want+"\n") && !strings.Contains(page, want+" ") {
				return false
			}
		}
		return true
	})
	for _, of := range []string{holders[0].iam, holders[0].slack, production} {
		if strings.Contains(page, of) {
			t.Errorf("the metrics name %s", of)
		}
	}
	c.stop()
}

// An address that cannot be had is told before the bot begins.
func TestServeMetricsRefuses(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	c := newFakeHouse(t).serve("SEKISHO_METRICS=" + taken.Addr().String())
	if code := c.code(10 * time.Second); code != 1 || !strings.Contains(c.out.String(), "an address of this machine that is free") {
		t.Errorf("exit %d: %s", code, c.out.String())
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		return ""
	}
	defer func() { _ = resp.Body.Close() }()
	return string(must(io.ReadAll(resp.Body))(t))
}
