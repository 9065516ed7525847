// Mutants breaks the defences of the program on purpose, one at a time, and says which break no test sees.
//
//	go run ./.ci/mutants               all of list.yaml; exit 1 if one survives or does not apply
//	go run ./.ci/mutants -check        only whether each entry still applies: a second
//	go run ./.ci/mutants -only REGEX   entries whose threat, sentence, file or test matches
//	go run ./.ci/mutants -from N       entries from the Nth on, where a run was ended
//
// It works on copies in the system's folder for temporary files; nothing in the repository is changed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"time"
)

const listFile = ".ci/mutants/list.yaml"

func main() {
	only := flag.String("only", "", "run the entries whose threat, sentence, file or test matches `REGEX`")
	from := flag.Int("from", 1, "begin with entry `N`, to go on where a run was ended")
	check := flag.Bool("check", false, "only check that each entry applies")
	jobs := flag.Int("jobs", 1, "run `N` mutants at once, each in its own copy")
	limit := flag.Duration("timeout", time.Minute, "let a test run this long; a mutant that takes longer is killed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := work(ctx, *only, *from, *check, *jobs, *limit); err != nil {
		fmt.Fprintln(os.Stderr, err)
		stop()
		os.Exit(1)
	}
}

// work checks the list and, unless only that is asked for, runs it.
func work(ctx context.Context, only string, from int, check bool, jobs int, limit time.Duration) error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	all, err := readList(filepath.Join(root, listFile))
	if err != nil {
		return err
	}
	if all, err = choose(all, only); err != nil {
		return err
	}
	if from < 1 || from > len(all) {
		return fmt.Errorf("-from %d: there are the entries 1 to %d", from, len(all))
	}
	all = all[from-1:]
	if err := checkAll(root, all); err != nil {
		return fmt.Errorf("these entries do not apply:\n%w", err)
	}
	if check {
		fmt.Printf("%d mutants apply\n", len(all))
		return nil
	}
	r := &runner{all: all, limit: limit, began: time.Now()}
	defer r.clean()
	if err := r.copies(root, jobs); err != nil {
		return err
	}
	return r.report(r.runAll(ctx))
}

// choose returns the entries that match a pattern.
func choose(all []Mutant, only string) ([]Mutant, error) {
	re, err := regexp.Compile(only)
	if err != nil {
		return nil, fmt.Errorf("compile -only: %w", err)
	}
	var out []Mutant
	for _, m := range all {
		if re.MatchString(m.String()) || re.MatchString(m.Test) {
			out = append(out, m)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("no entry matches")
	}
	return out, nil
}

// findRoot returns the folder with go.mod, upwards from here.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find repository: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("find repository: no go.mod here or above")
		}
		dir = up
	}
}
