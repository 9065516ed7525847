package cli_test

import (
	"os"
	"testing"

	"sekisho/aws/fakeaws/moto"
	"sekisho/deploy/cli"
)

// The judges run `serve` as it will be run: a process of its own between an AWS that others wrote and a strict Slack, both
// on sockets, and put questions to it that only a process can be asked: what it prints, how it exits, what a kill leaves.

// asProgram makes this test binary the program itself, so that what is judged is what was built with the tests, race
// detector and all.
const asProgram = "SEKISHO_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(cli.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// pace says how long a judge takes, and so where it runs.
type pace bool

const (
	quick pace = false // some seconds: wherever moto_server is installed
	slow  pace = true  // a minute or more: where judges are asked for
)

// judged skips, and says how to run it, what was not asked for here.
func judged(t testing.TB, p pace) {
	t.Helper()
	switch asked := os.Getenv("SEKISHO_JUDGES") == "1" || os.Getenv("CI") == "true"; {
	case asked:
	case testing.Short():
		t.Skip("NOT RUN with -short")
	case p == slow:
		t.Skipf("NOT RUN: %s takes minutes. To run it: SEKISHO_JUDGES=1 go test -run '^%s$' ./deploy/cli", t.Name(), t.Name())
	case !moto.Installed():
		t.Skipf("NOT RUN: %s needs moto_server (pip install 'moto[server]')", t.Name())
	}
}
