package fakeslack_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

func inCI() bool { return os.Getenv("CI") == "true" }

// missing ends the test because the judge cannot be had: a failure in CI, elsewhere a skip nobody overlooks.
func missing(t *testing.T, format string, args ...any) {
	t.Helper()
	if inCI() {
		t.Fatalf("CI has to run Bolt against the fake: "+format, args...)
	}
	t.Skipf("NOT RUN: Bolt against the fake: "+format, args...)
}

// boltApp makes a folder with the app and its packages.
func boltApp(t *testing.T) (folder string) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		missing(t, "%v", err)
	}
	folder = t.TempDir()
	for _, name := range []string{"app.js", "package.json", "package-lock.json", ".npmrc"} {
		raw := must[[]byte](t)(os.ReadFile(filepath.Join("testdata", "bolt", name)))
		if err := os.WriteFile(filepath.Join(folder, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if installed := os.Getenv("SEKISHO_BOLT"); installed != "" {
		modules := filepath.Join(installed, "node_modules")
		if _, err := os.Stat(filepath.Join(modules, "@slack", "bolt")); err != nil {
			missing(t, "SEKISHO_BOLT: %v", err)
		}
		if err := os.Symlink(modules, filepath.Join(folder, "node_modules")); err != nil {
			t.Fatal(err)
		}
		return folder
	}
	installPackages(t, folder)
	return folder
}

// installPackages asks the registry only for what npm's cache has not got.
func installPackages(t *testing.T, folder string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	install := exec.CommandContext(ctx, "npm", "ci", "--prefer-offline", "--ignore-scripts")
	install.Dir, install.WaitDelay = folder, time.Second
	if out, err := install.CombinedOutput(); err != nil {
		missing(t, "npm ci: %v\n%s", err, out)
	}
}

// startBolt runs the app until the test ends, and waits until it is connected. What it logs is shown if the test fails.
func startBolt(t *testing.T, w *world, folder string) (ended <-chan struct{}) {
	t.Helper()
	var output bytes.Buffer
	ctx, cancel := context.WithCancelCause(context.Background())
	app := exec.CommandContext(ctx, "node", "app.js")
	app.Dir, app.Stdout, app.Stderr, app.WaitDelay = folder, &output, &output, time.Second
	app.Env = append(os.Environ(), "SLACK_API_URL="+w.url, "SLACK_BOT_TOKEN="+botToken, "SLACK_APP_TOKEN="+appToken)
	if err := app.Start(); err != nil {
		t.Fatalf("start Bolt: %v", err)
	}
	done := make(chan struct{})
	go func() {
		cancel(app.Wait())
		close(done)
	}()
	t.Cleanup(func() {
		cancel(nil)
		<-done
		if t.Failed() {
			t.Logf("Bolt says:\n%s", &output)
		}
	})
	starting, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	if err := w.Wait(starting, func() bool { return w.Sockets() == 1 }); err != nil {
		t.Fatalf("Bolt does not connect: %v", err)
	}
	return done
}
