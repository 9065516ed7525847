package fakeaws

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// policy is a resource policy. Its principals are known by their unique ids, as in
// AWS: one that is deleted and made again under the old name is not meant any more.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
type policy struct {
	source     string
	statements []statement
}

type statement struct {
	Effect                string
	Principal             *principals
	NotPrincipal          *principals
	Action, NotAction     oneOrMany
	Resource              oneOrMany
	Condition             map[string]map[string]oneOrMany
	Sid                   string
	principals, otherThan []string // ids; "*" for everybody
}

// principals are either "*" or some by kind.
type principals map[string]oneOrMany

func (p *principals) UnmarshalJSON(raw []byte) error {
	var all string
	if json.Unmarshal(raw, &all) == nil {
		*p = principals{"AWS": {all}}
		return nil
	}
	return json.Unmarshal(raw, (*map[string]oneOrMany)(p))
}

// oneOrMany is a text or a list of texts.
type oneOrMany []string

func (o *oneOrMany) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*o = oneOrMany{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(o))
}

func (p *policy) text() string {
	if p == nil {
		return ""
	}
	return p.source
}

var errPolicy = refuse("MalformedPolicyDocumentException", "This resource policy contains a syntax error.")

// parsePolicy reads a policy. What a condition says that this package cannot judge
// is refused: ignoring it would let a caller believe that it holds.
func (a *AWS) parsePolicy(source string) (*policy, error) {
	var document struct {
		Version, Id string
		Statement   []statement
	}
	dec := json.NewDecoder(strings.NewReader(source))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&document); err != nil || document.Version != "2012-10-17" || len(document.Statement) == 0 {
		return nil, errPolicy
	}
	for i := range document.Statement {
		if err := a.checkStatement(&document.Statement[i]); err != nil {
			return nil, err
		}
	}
	return &policy{source, document.Statement}, nil
}

func (a *AWS) checkStatement(s *statement) error {
	switch {
	case s.Effect != "Allow" && s.Effect != "Deny",
		(s.Principal == nil) == (s.NotPrincipal == nil),
		(s.Action == nil) == (s.NotAction == nil),
		s.Resource == nil:
		return errPolicy
	}
	for op, tests := range s.Condition {
		for key := range tests {
			if operators[op] == nil || callerKeys[strings.ToLower(key)] == nil {
				return refuse("UnsupportedOperation", "fakeaws does not know the condition %s of %s", op, key)
			}
		}
	}
	var err error
	if s.principals, err = a.resolve(s.Principal); err != nil {
		return err
	}
	s.otherThan, err = a.resolve(s.NotPrincipal)
	return err
}

// resolve turns ARNs into ids. Only who exists can be named.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/determine-acccess_validate-policy.html
func (a *AWS) resolve(named *principals) ([]string, error) {
	if named == nil {
		return nil, nil
	}
	var out []string
	for _, kind := range slices.Sorted(maps.Keys(*named)) {
		for _, arn := range (*named)[kind] {
			id := a.idOf(arn)
			if kind != "AWS" || id == "" {
				return nil, refuse("MalformedPolicyDocumentException", "This resource policy contains an unsupported principal.")
			}
			out = append(out, id)
		}
	}
	return out, nil
}

// idOf is the id of a user or a role, the session of one as "id:name", the number of
// an account, or "*"; "" for nobody.
func (a *AWS) idOf(arn string) string {
	if arn == "*" || a.accounts[arn] != nil {
		return arn
	}
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) != 6 || a.accounts[parts[4]] == nil {
		return ""
	}
	acc := a.accounts[parts[4]]
	kind, name, _ := strings.Cut(parts[5], "/")
	switch {
	case parts[5] == "root":
		return acc.id
	case kind == "user" && acc.iam.users[fold(name)] != nil:
		return acc.iam.users[fold(name)].id
	case kind == "role" && acc.roles[arn] != nil:
		return acc.roles[arn].id
	}
	role, session, _ := strings.Cut(name, "/")
	if r := acc.roles["arn:aws:iam::"+acc.id+":role/"+role]; kind == "assumed-role" && r != nil {
		return r.id + ":" + session
	}
	return ""
}

// public reports whether a policy lets in everybody.
func (p *policy) public() bool {
	return slices.ContainsFunc(p.statements, func(s statement) bool {
		narrowed := slices.ContainsFunc(slices.Collect(maps.Keys(s.Condition)), func(op string) bool {
			return !strings.Contains(op, "Not")
		})
		return s.Effect == "Allow" && !narrowed && (slices.Contains(s.principals, "*") || s.NotPrincipal != nil)
	})
}

// verdict is what a policy says of a call.
type verdict int

const (
	unsaid verdict = iota
	allowed
	denied
)

// judge says what a policy has to say of somebody's call; a denial counts for more.
func (p *policy) judge(who principal, action, resource string) verdict {
	said := unsaid
	for _, s := range p.statements {
		switch {
		case !s.meets(who, action, resource):
		case s.Effect == "Deny":
			return denied
		default:
			said = allowed
		}
	}
	return said
}

func (s statement) meets(who principal, action, resource string) bool {
	return s.names(who) &&
		(s.Action == nil || s.Action.match(action)) && (s.NotAction == nil || !s.NotAction.match(action)) &&
		s.Resource.match(resource) && s.holds(who)
}

// names reports whether the statement is about somebody. To allow something to an
// account leaves it to the account's identities, which say nothing here.
func (s statement) names(who principal) bool {
	role, _, _ := strings.Cut(who.userID, ":")
	ids := []string{"*", role, who.userID}
	if s.Effect == "Deny" {
		ids = append(ids, who.account.id)
	}
	meant := func(id string) bool { return slices.Contains(ids, id) }
	if s.NotPrincipal != nil {
		return !slices.ContainsFunc(s.otherThan, meant)
	}
	return slices.ContainsFunc(s.principals, meant)
}

// holds reports whether all conditions do.
func (s statement) holds(who principal) bool {
	for op, tests := range s.Condition {
		for key, values := range tests {
			if !operators[op](values, callerKeys[strings.ToLower(key)](who)) {
				return false
			}
		}
	}
	return true
}

// match reports whether a text fits one of the patterns, in which * and ? stand for
// anything.
func (o oneOrMany) match(text string) bool {
	return slices.ContainsFunc(o, func(pattern string) bool {
		quoted := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(pattern))
		return regexp.MustCompile(`(?is)^` + quoted + `$`).MatchString(text)
	})
}
