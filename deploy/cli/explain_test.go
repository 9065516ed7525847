package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sekisho/deploy/cli"
)

// FILE arguments are read, - is standard input, and what could not be read ends with exit code 1 and is named, after all the rest.
func TestExplainFiles(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const event = `{"eventSource":"s3.amazonaws.com","eventName":"PutObject"}`
	const wish = `{"id":"a","entitlement":"%","iam_user":"t.yamada","reason":"Deploy."}`
	good, bad, empty := file("good", "{\n\"Records\": ["+event+"]\n}\n"), file("bad", event+"\nhello\n"+event), file("empty", "\n")
	config := file("sekisho.yaml", "accounts: {prod: {id: 111122223333}}\n")
	for name, c := range map[string]struct {
		args     []string
		in       string
		code     int
		out, err string
	}{
		"a file":            {[]string{good}, "", 0, `{"file":"` + good + `","line":1,"item":1,"class":"ignore"`, ""},
		"standard input":    {nil, event, 0, `{"line":1,"class":"ignore"`, ""},
		"a dash":            {[]string{"-"}, event, 0, `{"file":"-","line":1,"class":"ignore"`, ""},
		"one that is bad":   {[]string{bad, good}, "", 1, `{"file":"` + good + `","line":1`, bad + ": could not be read: 1 of 3\n  line 2: not JSON: wrong at byte 1"},
		"one without any":   {[]string{empty}, "", 1, "", empty + " has no event in it"},
		"nothing":           {nil, "", 1, "", "standard input has no event in it"},
		"one that is not":   {[]string{bad + "x", good}, "", 1, `{"file":"` + good + `","line":1`, "no such file"},
		"a program's":       {nil, strings.Replace(wish, "%", "prod", 1), 0, `"class":"request"`, ""},
		"of an entitlement": {[]string{"--config", config}, strings.Replace(wish, "%", "prod", 1), 1, `"class":"invalid"`, `entitlement "prod" is not in the configuration`},
		"known":             {[]string{"--config", "../sekisho.yaml"}, strings.Replace(wish, "%", "prod-operator", 1), 0, `"class":"request"`, ""},
		"not known":         {[]string{"--config", "../sekisho.yaml"}, strings.Replace(wish, "%", "prod-opperator", 1), 1, `"class":"invalid"`, `entitlement "prod-opperator" is not in the configuration`},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errOut strings.Builder
			code := cli.Run(append([]string{"events", "explain"}, c.args...), strings.NewReader(c.in), &out, &errOut)
			if code != c.code || !strings.Contains(out.String(), c.out) || !strings.Contains(errOut.String(), c.err) || (errOut.Len() == 0) != (c.code == 0) {
				t.Errorf("exit %d\n%s%s", code, &out, &errOut)
			}
		})
	}
}
