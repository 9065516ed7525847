// Package moto runs moto_server, an AWS that others wrote (https://docs.getmoto.org), for the tests: what holds there as
// well as on fakeaws is not only our own reading of AWS's documents. It knows nothing of what is tested.
package moto

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

const (
	program = "moto_server"
	patient = time.Minute // with a start: Python reads many files, on a machine that may be busy
)

// Account is the one that moto takes every key to be of, until a role of another one is assumed.
const Account = "123456789012"

// Server is a moto_server that runs.
type Server struct{ URL string }

// Installed tells whether there is a moto_server to start.
func Installed() bool {
	_, err := exec.LookPath(program)
	return err == nil
}

// Start runs moto_server until the test ends. Where it is not installed the test is skipped, and says so; where all judges
// are asked for, as in CI, it fails.
func Start(t testing.TB) *Server {
	t.Helper()
	path, err := exec.LookPath(program)
	switch {
	case err != nil && (os.Getenv("SEKISHO_JUDGES") == "1" || os.Getenv("CI") == "true"):
		t.Fatalf("SEKISHO_JUDGES or CI is set, so %s has to run against moto: %v", t.Name(), err)
	case err != nil:
		t.Skipf("NOT RUN: %s, since %s is not on the PATH (pip install 'moto[server]')", t.Name(), program)
	}
	cmd := exec.Command(path, "-H", "127.0.0.1", "-p", "0") // a port that is free, and says which
	talk, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start moto: %v", err)
	}
	heard := make(chan greeting, 1)
	quiet := make(chan struct{})
	go func() { listen(talk, heard); close(quiet) }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-quiet
		_ = cmd.Wait() // killed, as it should be
	})
	return &Server{URL: await(t, heard)}
}

// greeting is where moto answers, or what it said instead.
type greeting struct{ url, said string }

var running = regexp.MustCompile(`Running on (http://\S+)`)

// listen waits for the line that says where moto answers, and then reads on, so that moto is never held up by its log.
func listen(talk io.Reader, heard chan<- greeting) {
	var said strings.Builder
	lines := bufio.NewScanner(talk)
	for lines.Scan() {
		if at := running.FindStringSubmatch(lines.Text()); at != nil {
			heard <- greeting{url: at[1]}
			_, _ = io.Copy(io.Discard, talk)
			return
		}
		fmt.Fprintln(&said, lines.Text())
	}
	heard <- greeting{said: said.String()}
}

func await(t testing.TB, heard <-chan greeting) string {
	t.Helper()
	select {
	case g := <-heard:
		if g.url == "" {
			t.Fatalf("moto does not start:\n%s", g.said)
		}
		return g.url
	case <-time.After(patient):
		t.Fatalf("moto has not started within %s", patient)
	}
	return ""
}

// Reset empties all accounts.
func (s *Server) Reset(t testing.TB) {
	t.Helper()
	res, err := http.Post(s.URL+"/moto-api/reset", "", nil)
	if err != nil {
		t.Fatalf("reset moto: %v", err)
	}
	if _ = res.Body.Close(); res.StatusCode != http.StatusOK {
		t.Fatalf("reset moto: %s", res.Status)
	}
}

// Config reaches [Account].
func (s *Server) Config() aws.Config {
	return aws.Config{
		Region:       "us-east-1",
		Credentials:  credentials.NewStaticCredentialsProvider("test", "test", ""),
		BaseEndpoint: &s.URL,
	}
}

// In reaches another account, which moto tells by the role that the keys belong to.
func (s *Server) In(t testing.TB, account string) aws.Config {
	t.Helper()
	cfg := s.Config()
	out, err := sts.NewFromConfig(cfg).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn:         aws.String("arn:aws:iam::" + account + ":role/sekisho"),
		RoleSessionName: aws.String("test"),
	})
	if err != nil {
		t.Fatalf("reach account %s of moto: %v", account, err)
	}
	keys := out.Credentials
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*keys.AccessKeyId, *keys.SecretAccessKey, *keys.SessionToken)
	return cfg
}
