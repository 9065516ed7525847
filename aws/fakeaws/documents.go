package fakeaws

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// shellDocument is the one of AWS's own documents that stands here.
const shellDocument = "AWS-RunShellScript"

// document is a Command document of schema 2.2 with one step, which runs a script.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-syntax-data-elements-parameters.html
type document struct {
	name, content, owner string
	step                 string // name of the plugin
	platform             string
	script               []string
	timeout              string // seconds, or a parameter that says them
	parameters           map[string]parameter
}

type parameter struct {
	Type              string          `json:"type"`
	Description       string          `json:"description"`
	Default           json.RawMessage `json:"default"`
	AllowedPattern    string          `json:"allowedPattern"`
	AllowedValues     []string        `json:"allowedValues"`
	MinChars          int             `json:"minChars"`
	MaxChars          int             `json:"maxChars"`
	InterpolationType string          `json:"interpolationType"`
}

var runShellScript = &document{
	name: shellDocument, owner: "Amazon", step: "aws:runShellScript", platform: "Linux",
	script: []string{"{{ commands }}"}, timeout: "{{ executionTimeout }}",
	parameters: map[string]parameter{
		"commands":         {Type: "StringList"},
		"workingDirectory": {Type: "String", Default: json.RawMessage(`""`)},
		"executionTimeout": {Type: "String", Default: json.RawMessage(`"3600"`), AllowedPattern: `^([1-9][0-9]{0,4}|1[0-6][0-9]{4}|17[0-1][0-9]{3}|172[0-7][0-9]{2}|172800)$`},
	},
}

// AddDocument makes a Command document of a content in JSON, which has to be of
// schema 2.2 and to run one shell script.
func (a *AWS) AddDocument(account, name, content string) {
	d, err := parseDocument(name, content)
	if err != nil {
		panic("fakeaws: document " + name + ": " + err.Error())
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	d.owner = account
	a.account(account).documents[name] = d
}

func parseDocument(name, content string) (*document, error) {
	var in struct {
		SchemaVersion string               `json:"schemaVersion"`
		Description   string               `json:"description"`
		Parameters    map[string]parameter `json:"parameters"`
		MainSteps     []struct {
			Action       string              `json:"action"`
			Name         string              `json:"name"`
			Precondition map[string][]string `json:"precondition"`
			Inputs       struct {
				RunCommand     oneOrMany `json:"runCommand"`
				TimeoutSeconds string    `json:"timeoutSeconds"`
			} `json:"inputs"`
		} `json:"mainSteps"`
	}
	dec := json.NewDecoder(strings.NewReader(content))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return nil, err
	}
	if in.SchemaVersion != "2.2" || len(in.MainSteps) != 1 || in.MainSteps[0].Action != "aws:runShellScript" {
		return nil, fmt.Errorf("schema %s with %d steps: fakeaws knows 2.2 with one aws:runShellScript", in.SchemaVersion, len(in.MainSteps))
	}
	step := in.MainSteps[0]
	d := &document{
		name: name, content: content, step: step.Name, platform: "Linux",
		script: step.Inputs.RunCommand, timeout: step.Inputs.TimeoutSeconds, parameters: in.Parameters,
	}
	for _, p := range in.Parameters {
		if _, err := regexp.Compile(p.AllowedPattern); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// fill returns the values of all parameters, those given and the defaults.
func (d *document) fill(given map[string][]string) (map[string][]string, error) {
	for name := range given {
		if _, ok := d.parameters[name]; !ok {
			return nil, refuse("InvalidParameters", "document %s does not support parameters: %s.", d.name, name)
		}
	}
	out := make(map[string][]string)
	for name, p := range d.parameters {
		values, ok := given[name]
		if !ok {
			var some oneOrMany
			if json.Unmarshal(p.Default, &some) != nil {
				return nil, refuse("InvalidParameters", "Missing required parameter %s of document %s.", name, d.name)
			}
			values = some
		}
		if err := p.check(name, values); err != nil {
			return nil, err
		}
		out[name] = values
	}
	return out, nil
}

func (p parameter) check(name string, values []string) error {
	if p.Type == "String" && len(values) != 1 {
		return refuse("InvalidParameters", "Parameter %s has %d values.", name, len(values))
	}
	pattern := regexp.MustCompile(p.AllowedPattern)
	for _, v := range values {
		if !pattern.MatchString(v) || p.AllowedValues != nil && !slices.Contains(p.AllowedValues, v) ||
			len(v) < p.MinChars || p.MaxChars > 0 && len(v) > p.MaxChars {
			return refuse("InvalidParameters", "Parameter %s does not match the constraints of the document.", name)
		}
	}
	return nil
}

var placeholder = regexp.MustCompile(`\{\{\s*(\w+)\s*\}\}`)

// run is what a server of some agent gets: the script with the parameters in their
// places, whatever they contain, and an environment if the agent is recent enough.
func (d *document) run(values map[string][]string, agent string) (script string, env map[string]string) {
	lines := make([]string, 0, len(d.script))
	for _, line := range d.script {
		lines = append(lines, put(line, values))
	}
	env = make(map[string]string)
	for name, p := range d.parameters {
		if p.InterpolationType == "ENV_VAR" && p.Type == "String" && !older(agent, RecentAgent) {
			env["SSM_"+name] = values[name][0]
		}
	}
	return strings.Join(lines, "\n"), env
}

func put(text string, values map[string][]string) string {
	return placeholder.ReplaceAllStringFunc(text, func(at string) string {
		v, ok := values[placeholder.FindStringSubmatch(at)[1]]
		if !ok {
			return at
		}
		return strings.Join(v, "\n")
	})
}

// older compares versions, number by number.
func older(x, y string) bool {
	numbers := func(version string) []int {
		var out []int
		for part := range strings.SplitSeq(version, ".") {
			n, _ := strconv.Atoi(part)
			out = append(out, n)
		}
		return out
	}
	return slices.Compare(numbers(x), numbers(y)) < 0
}

// patience is how long the script may run.
func (d *document) patience(values map[string][]string) time.Duration {
	n, err := strconv.Atoi(put(d.timeout, values))
	if err != nil {
		n = 3600
	}
	return time.Duration(n) * time.Second
}
