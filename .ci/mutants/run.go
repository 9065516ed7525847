package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// building is how long the build of one test may take beside its run.
const building = 10 * time.Minute

// Outcomes of a mutant.
const (
	killed   = "killed"
	overtime = "killed (time-out)"
	survived = "SURVIVED"
	broken   = "DOES NOT BUILD"
	unknown  = "NOT RUN"
)

// runner runs the mutants in copies of the repository.
type runner struct {
	all   []Mutant
	limit time.Duration
	began time.Time
	dirs  []string // of the copies

	mu   sync.Mutex
	done int
}

// copies makes n copies of the repository. They stand at the same place each time, so that Go's cache knows what is built
// there.
func (r *runner) copies(root string, n int) error {
	place := sha256.Sum256([]byte(root))
	for i := range max(n, 1) {
		top := filepath.Join(os.TempDir(), fmt.Sprintf("mutants-%x-%d", place[:4], i))
		if err := os.RemoveAll(top); err != nil {
			return fmt.Errorf("copy repository: %w", err)
		}
		dir := filepath.Join(top, "main")
		r.dirs = append(r.dirs, dir)
		if err := copyTree(root, dir); err != nil {
			return err
		}
		shared := filepath.Join(filepath.Dir(root), "shared")
		if _, err := os.Stat(shared); err != nil {
			continue
		}
		if err := copyTree(shared, filepath.Join(top, "shared")); err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) clean() {
	for _, dir := range r.dirs {
		_ = os.RemoveAll(filepath.Dir(dir))
	}
}

// copyTree copies folders and plain files, without the history.
func copyTree(from, to string) error {
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		switch {
		case d.Name() == ".git" && d.IsDir():
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(target, 0o755)
		case !d.Type().IsRegular():
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(target, data, info.Mode().Perm())
	})
	if err != nil {
		return fmt.Errorf("copy %s: %w", from, err)
	}
	return nil
}

// baseline runs each test once without a mutant, and returns why an entry cannot be judged: its test does not pass, or is
// skipped. "" is a test that stands.
func (r *runner) baseline(ctx context.Context) []string {
	var pkgs []string
	patterns := map[string][]string{}
	for _, m := range r.all {
		if !slices.Contains(pkgs, m.pkg()) {
			pkgs = append(pkgs, m.pkg())
		}
		if !slices.Contains(patterns[m.pkg()], m.run()) {
			patterns[m.pkg()] = append(patterns[m.pkg()], m.run())
		}
	}
	why := make([]string, len(r.all))
	for _, pkg := range pkgs {
		passed, failed, err := r.results(ctx, pkg, strings.Join(patterns[pkg], "|"))
		if err != nil {
			fmt.Println(err)
		}
		fmt.Printf("without a mutant: %s, %d tests pass, %d fail (%s)\n", pkg, len(passed), len(failed), r.elapsed())
		for i, m := range r.all {
			switch {
			case m.pkg() != pkg:
			case slices.ContainsFunc(failed, m.selects):
				why[i] = unknown + ": its test does not pass without a mutant"
			case !slices.ContainsFunc(passed, m.selects):
				why[i] = unknown + ": no test that it selects has run, or it was skipped"
			}
		}
	}
	return why
}

// results runs tests without a mutant and returns the top-level ones that passed, and those that failed.
func (r *runner) results(ctx context.Context, pkg, pattern string) (passed, failed []string, err error) {
	out, bad := r.test(ctx, r.dirs[0], pkg, pattern, 10*r.limit, "-json")
	for line := range bytes.Lines(out) {
		var event struct{ Action, Test string }
		if json.Unmarshal(line, &event) != nil || event.Test == "" || strings.Contains(event.Test, "/") {
			continue
		}
		switch event.Action {
		case "pass":
			passed = append(passed, event.Test)
		case "fail":
			failed = append(failed, event.Test)
		}
	}
	if bad != nil {
		err = fmt.Errorf("without a mutant %s does not pass: %w: %v\n%s", pkg, bad, failed, plain(out))
	}
	return passed, failed, err
}

// plain returns what was printed, from test2json's events; the last 4,000 bytes of it.
func plain(out []byte) string {
	var b strings.Builder
	for line := range bytes.Lines(out) {
		var event struct{ Output string }
		if json.Unmarshal(line, &event) != nil {
			event.Output = string(line)
		}
		b.WriteString(event.Output)
	}
	return b.String()[max(0, b.Len()-4000):]
}

// test runs tests of one package in a copy.
func (r *runner) test(ctx context.Context, dir, pkg, pattern string, limit time.Duration, more ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, limit+building)
	defer cancel()
	args := append([]string{"test", "-vet=off", "-count=1", "-timeout=" + limit.String(), "-run=" + pattern}, more...)
	c := exec.CommandContext(ctx, "go", append(args, pkg)...)
	c.Dir, c.Env = dir, append(os.Environ(), "GOFLAGS=-buildvcs=false")
	return c.CombinedOutput()
}

// runAll runs all mutants but those that cannot be judged, and returns their outcomes.
func (r *runner) runAll(ctx context.Context) []string {
	outcomes := r.baseline(ctx)
	next := make(chan int)
	var group sync.WaitGroup
	for _, dir := range r.dirs {
		group.Go(func() {
			for i := range next {
				if outcomes[i] == "" {
					outcomes[i] = r.one(ctx, dir, r.all[i])
				}
				r.progress(outcomes[i], r.all[i])
			}
		})
	}
	for i := range r.all {
		next <- i
	}
	close(next)
	group.Wait()
	return outcomes
}

// one applies a mutant in a copy, runs its test, and puts the file back.
func (r *runner) one(ctx context.Context, dir string, m Mutant) string {
	path := filepath.Join(dir, m.File)
	before, err := os.ReadFile(path)
	if err != nil {
		return unknown + ": " + err.Error()
	}
	after, err := m.applied(dir)
	if err != nil {
		return unknown + ": " + err.Error()
	}
	if err := os.WriteFile(path, []byte(after), 0o644); err != nil {
		return unknown + ": " + err.Error()
	}
	out, failed := r.test(ctx, dir, m.pkg(), m.run(), r.limit)
	if err := os.WriteFile(path, before, 0o644); err != nil {
		return unknown + ": " + err.Error()
	}
	return judge(string(out), failed, ctx.Err())
}

// judge returns the outcome of a test run with a mutant in it.
func judge(out string, failed, stopped error) string {
	switch {
	case stopped != nil:
		return unknown
	case failed == nil:
		return survived
	case strings.Contains(out, "[build failed]") || strings.Contains(out, "[setup failed]"):
		return broken + "\n" + out
	case strings.Contains(out, "panic: test timed out"):
		return overtime
	case strings.Contains(out, "\nFAIL\t") || strings.HasPrefix(out, "FAIL\t"):
		return killed
	}
	return unknown + "\n" + out
}

func (r *runner) elapsed() time.Duration { return time.Since(r.began).Round(time.Second) }

func (r *runner) progress(outcome string, m Mutant) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done++
	short, _, _ := strings.Cut(outcome, "\n")
	fmt.Printf("%d of %d (%s) %s: %s\n", r.done, len(r.all), r.elapsed(), short, m)
}

// report prints what was not killed and the sum. It returns an error unless all were killed.
func (r *runner) report(outcomes []string) error {
	alive, failed := 0, 0
	for i, outcome := range outcomes {
		switch {
		case outcome == killed || outcome == overtime:
			continue
		case outcome == survived:
			alive++
		default:
			failed++
		}
		short, more, _ := strings.Cut(outcome, "\n")
		fmt.Printf("\n%s: %s\n\t%s\n%s", short, r.all[i], r.all[i].Test, more)
	}
	fmt.Printf("\n%d mutants, %d killed, %d survived, %d could not be run, in %s\n",
		len(r.all), len(r.all)-alive-failed, alive, failed, r.elapsed())
	if alive+failed > 0 {
		return errors.New("not all mutants were killed")
	}
	return nil
}
