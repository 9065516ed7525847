package demo

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// After the end nothing is left: no goroutine of the page, no file. It is not parallel, so that it counts its own.
func TestThePageEnds(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ctx, interrupt := context.WithCancel(t.Context())
	var out bytes.Buffer
	begin := time.Now()
	err := Page(ctx, &out, "en", "127.0.0.1:0", func(url string) error {
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("the page is there after %s", took)
		}
		states := stream(t, strings.TrimSuffix(url, "/"))
		<-states
		interrupt()
		return nil
	})
	http.DefaultClient.CloseIdleConnections()
	if err != nil || !strings.HasPrefix(out.String(), "http://127.0.0.1:") {
		t.Errorf("%v: %s", err, &out)
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	stacks := ""
	for range 200 { // what has ended needs a moment to be gone
		if stacks = ours(); stacks == "" {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("goroutines are left:\n%s", stacks)
}

// ours are the stacks of goroutines that run this house's code, but for the tests.
func ours() string {
	buffer := make([]byte, 1<<20)
	var out []string
	for stack := range strings.SplitSeq(string(buffer[:runtime.Stack(buffer, true)]), "\n\n") {
		if strings.Contains(stack, "sekisho/") && !strings.Contains(stack, "_test.go") {
			out = append(out, stack)
		}
	}
	return strings.Join(out, "\n\n")
}

func TestOnlyThisMachine(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{"0.0.0.0:0": "127.0.0.1 only", ":0": "127.0.0.1 only", "[::]:0": "127.0.0.1 only",
		"192.0.2.1:0": "127.0.0.1 only", "nonsense": "read address", "127.0.0.1:x": "open a port"} {
		if err := Page(t.Context(), io.Discard, "en", address, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
	}
}

// imported are the modules that a module of the page imports.
var imported = regexp.MustCompile(`(?m)^import .*"\./(\w+\.js)";$`)

// TestThePagesModulesPointOneWay: none needs, by whatever way, a module that needs it.
func TestThePagesModulesPointOneWay(t *testing.T) {
	t.Parallel()
	var visit func(path []string)
	visit = func(path []string) {
		module := path[len(path)-1]
		if slices.Contains(path[:len(path)-1], module) {
			t.Fatalf("a circle of imports: %s", strings.Join(path, " -> "))
		}
		source, err := os.ReadFile(filepath.Join("page", module))
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range imported.FindAllSubmatch(source, -1) {
			visit(append(slices.Clone(path), string(found[1])))
		}
	}
	visit([]string{"main.js"})
}
