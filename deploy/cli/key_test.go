package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"sekisho/aws/fakeaws"
)

const (
	keyID     = "AKIAEXAMPLEEXAMPLE22"
	keySecret = fakeaws.Canary + "/abcdefghijklm+nopqrstuvwxy" // 40 characters, with the two that scripts stumble over
	keyARN    = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:sekisho/svc-batch-AbCdEf"
)

// keyServer is a server on which the script runs: its settings, and an aws command that answers from files.
type keyServer struct {
	folder, file, path string
}

func newKeyServer(t *testing.T, secret, settings string) keyServer {
	t.Helper()
	for _, program := range []string{"bash", "flock"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("NOT RUN: it needs %s", program)
		}
	}
	s := keyServer{folder: t.TempDir()}
	s.file, s.path = filepath.Join(s.folder, "home", "credentials"), filepath.Join(s.folder, "bin")
	for _, dir := range []string{"home", "bin"} {
		if err := os.Mkdir(filepath.Join(s.folder, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.write(t, "secret", secret)
	s.write(t, "conf", "CREDENTIALS="+s.file+"\n"+settings)
	s.write(t, "bin/aws", `#!/bin/sh
echo "$@" >>`+s.folder+`/asked
[ -s `+s.folder+`/secret ] || { echo "An error occurred (AccessDeniedException) when calling GetSecretValue" >&2; exit 254; }
cat `+s.folder+`/secret
`)
	s.write(t, "bin/sync", "#!/bin/sh\n{ env >>"+s.folder+"/env; } 2>/dev/null || true\n") // whose environment is any step's
	return s
}

func (s keyServer) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.folder, name), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func (s keyServer) read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(s.folder, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(b)
}

// run runs the script and makes sure of what it may never do: say the secret, or leave something beside the file.
func (s keyServer) run(t *testing.T, env []string, args ...string) (code int, out, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command("../key-from-secret.sh", args...)
	cmd.Env = append(append(os.Environ(), "PATH="+s.path+":"+os.Getenv("PATH"), "SEKISHO_KEY_CONF="+s.folder+"/conf"), env...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	out, said = stdout.String(), stderr.String()
	for _, secret := range []string{fakeaws.Canary, "nopqrstuvwxy"} {
		if strings.Contains(out+said+s.read(t, "asked")+s.read(t, "env"), secret) {
			t.Errorf("the secret is out:\n%s%s", out, said)
		}
	}
	return cmd.ProcessState.ExitCode(), out, said
}

func keyText(id, secret string) string {
	return `{"aws_access_key_id":"` + id + `","aws_secret_access_key":"` + secret + `"}` + "\n"
}

const keyWritten = "[default]\naws_access_key_id = " + keyID + "\naws_secret_access_key = " + keySecret + "\n"

// A key that the server is told of is put to use, whatever its settings do to have the secret told.
func TestKeyScript(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct{ secret, settings, before, file string }{
		"the first":           {keyText(keyID, keySecret), "", "", keyWritten},
		"after another":       {keyText(keyID, keySecret), "", "[default]\naws_access_key_id = AKIAOLD\n", keyWritten},
		"of a profile":        {keyText(keyID, keySecret), "PROFILE=batch", "", strings.Replace(keyWritten, "default", "batch", 1)},
		"in other JSON":       {"{\n \"aws_secret_access_key\" : \"" + strings.Replace(keySecret, "/", `\/`, 1) + "\",\n \"aws_access_key_id\": \"" + keyID + "\"}", "", "", keyWritten},
		"traced, exported":    {keyText(keyID, keySecret), "set -axv; export text=1 secret=1 arn=1\nRELOAD='env >>../env'", "", keyWritten},
		"a reload that tells": {keyText(keyID, keySecret), "RELOAD='cat home/credentials; cat home/credentials >&2'", "", keyWritten},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newKeyServer(t, x.secret, strings.NewReplacer("../", "$PWD_OF_TEST/", "home/", "$PWD_OF_TEST/home/").Replace(x.settings))
			if x.before != "" {
				s.write(t, "home/credentials", x.before)
			}
			code, out, said := s.run(t, []string{"PWD_OF_TEST=" + s.folder, "SHELLOPTS=xtrace"}, keyARN, keyID)
			if code != 0 || out != keyID+"\n" {
				t.Fatalf("%d: %q\n%s", code, out, said)
			}
			s.has(t, x.file)
			if asked := s.read(t, "asked"); !strings.Contains(asked, "--region ap-northeast-1") || !strings.Contains(asked, "--secret-id "+keyARN) {
				t.Errorf("asked: %s", asked)
			}
		})
	}
}

// has looks at the file: what is in it, that nobody else may read it, and that nothing stands beside it.
func (s keyServer) has(t *testing.T, want string) {
	t.Helper()
	if got := s.read(t, "home/credentials"); got != want {
		t.Errorf("the file has\n%s\nwant\n%s", got, want)
	}
	if info, err := os.Stat(s.file); want != "" && (err != nil || info.Mode() != 0o600) {
		t.Errorf("%v %v", info, err)
	}
	if all, _ := filepath.Glob(filepath.Join(s.folder, "home", ".*")); len(all) > 0 {
		t.Errorf("left over: %q", all)
	}
}

// What is not right is told by the exit code and a sentence, and the file that was there still is.
func TestKeyScriptFails(t *testing.T) {
	t.Parallel()
	const before = "[default]\naws_access_key_id = AKIAOLD\n"
	good := keyText(keyID, keySecret)
	for name, x := range map[string]struct {
		secret, settings string
		args             []string
		code             int
		says             string
	}{
		"no arguments":         {good, "", []string{}, 2, "Exit codes"},
		"one":                  {good, "", []string{keyARN}, 2, "Exit codes"},
		"not an ARN":           {good, "", []string{"svc-batch; id", keyID}, 2, "not the ARN"},
		"not a key id":         {good, "", []string{keyARN, "AKIA$(id)"}, 2, "not the id"},
		"no file":              {good, "CREDENTIALS=", nil, 2, "CREDENTIALS"},
		"an odd profile":       {good, "PROFILE='a]\n[b'", nil, 2, "PROFILE"},
		"no permission":        {"", "", nil, 3, "AccessDeniedException"},
		"another key":          {keyText("AKIAEXAMPLEEXAMPLE33", keySecret), "", nil, 4, "another key than " + keyID},
		"not JSON":             {keySecret, "", nil, 4, "no aws_access_key_id"},
		"no secret":            {`{"aws_access_key_id":"` + keyID + `"}`, "", nil, 4, "no aws_secret_access_key"},
		"a short secret":       {keyText(keyID, keySecret[:39]), "", nil, 4, "another form"},
		"lines in a secret":    {keyText(keyID, keySecret+"\n[evil]"), "", nil, 4, "another form"},
		"no folder":            {good, "CREDENTIALS=/nowhere/at/all/credentials", nil, 5, "folder is not there"},
		"no file but a device": {good, "CREDENTIALS=/dev/full", nil, 5, "is not a file"},
		"no such owner":        {good, "OWNER=nobody-of-this-name", nil, 5, "cannot be written"},
		"a failing reload":     {good, "RELOAD='exit 9'", nil, 6, "exit code 9"},
		"another one runs":     {good, "exec 8<$SEKISHO_KEY_CONF; flock 8; SEKISHO_KEY_WAIT=0", nil, 7, "another run"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newKeyServer(t, x.secret, x.settings)
			s.write(t, "home/credentials", before)
			if x.args == nil {
				x.args = []string{keyARN, keyID}
			}
			code, out, said := s.run(t, nil, x.args...)
			if code != x.code || out != "" || !strings.Contains(said, x.says) {
				t.Errorf("exit code %d, want %d: %q\n%s", code, x.code, out, said)
			}
			want := before
			if x.code == 6 { // its key is good
				want = keyWritten
			}
			if got := s.read(t, "home/credentials"); got != want {
				t.Errorf("the file has\n%s", got)
			}
		})
	}
}

// Other profiles in the file are not lost.
func TestKeyScriptKeepsOtherProfiles(t *testing.T) {
	t.Parallel()
	const others = "[default]\n[payments]\n"
	s := newKeyServer(t, keyText(keyID, keySecret), "")
	s.write(t, "home/credentials", others)
	if code, _, said := s.run(t, nil, keyARN, keyID); code != 5 || s.read(t, "home/credentials") != others {
		t.Errorf("%d: %s", code, said)
	}
}

// Runs at the same time come one after the other, and each ends well. What a killed one left is cleared away.
func TestKeyScriptAtOnce(t *testing.T) {
	t.Parallel()
	s := newKeyServer(t, keyText(keyID, keySecret), "RELOAD='mkdir $SEKISHO_KEY_CONF.busy && rmdir $SEKISHO_KEY_CONF.busy'")
	s.write(t, "home/.credentials.abcdef", "of one that was killed")
	var runs sync.WaitGroup
	for range 8 {
		runs.Go(func() {
			if code, out, said := s.run(t, nil, keyARN, keyID); code != 0 || out != keyID+"\n" {
				t.Errorf("%d: %q\n%s", code, out, said)
			}
		})
	}
	runs.Wait()
	s.has(t, keyWritten)
}

// A document of the user's hands both over in the environment; the file is its owner's, and what the owner has put where
// it is written is not followed.
func TestKeyScriptOfADocument(t *testing.T) {
	t.Parallel()
	nobody, err := user.Lookup("nobody")
	if err != nil || os.Getuid() != 0 {
		t.Skip("NOT RUN: it needs root, and a user called nobody")
	}
	s := newKeyServer(t, keyText(keyID, keySecret), "OWNER=nobody")
	for dir := s.folder; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{"SSM_SecretArn=" + keyARN, "SSM_KeyId=" + keyID}
	if code, _, _ := s.run(t, env); code != 5 {
		t.Errorf("exit code %d, want 5: the folder is root's", code)
	}
	if out, err := exec.Command("chown", nobody.Uid, s.folder+"/home").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if code, out, said := s.run(t, env); code != 0 || out != keyID+"\n" {
		t.Fatalf("%d: %q\n%s", code, out, said)
	}
	s.has(t, keyWritten)
	if out, err := exec.Command("stat", "-c", "%u", s.file).Output(); err != nil || strings.TrimSpace(string(out)) != nobody.Uid {
		t.Errorf("the file is %s's: %v", out, err)
	}
}

// With the real aws command, at an AWS that others wrote.
func TestKeyScriptOnMoto(t *testing.T) {
	judged(t, slow)
	command, err := exec.LookPath("aws")
	if err != nil {
		t.Skip("NOT RUN: it needs the aws command (pip install awscli)")
	}
	t.Parallel()
	h := newHouse(t, 30, 3)
	s := newKeyServer(t, "", "")
	if err := errors.Join(os.Remove(filepath.Join(s.path, "aws")), os.Symlink(command, filepath.Join(s.path, "aws"))); err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(map[string]string{"aws_access_key_id": keyID, "aws_secret_access_key": keySecret})
	made := must(secretsmanager.NewFromConfig(h.cloud[production]).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: new("sekisho/svc-batch"), SecretString: new(string(text))}))(t)
	if code, out, said := s.run(t, h.environment(), *made.ARN, keyID); code != 0 || out != keyID+"\n" {
		t.Fatalf("%d: %q\n%s", code, out, said)
	}
	s.has(t, keyWritten)
	if code, _, said := s.run(t, h.environment(), *made.ARN+"x", keyID); code != 3 || !strings.Contains(said, "ResourceNotFound") {
		t.Errorf("%d: %s", code, said)
	}
}
