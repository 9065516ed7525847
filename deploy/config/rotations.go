package config

import (
	"regexp"
	"strings"

	"sekisho/handlers/access"
	"sekisho/handlers/policy"
	"sekisho/store"
)

const (
	rotationsExample = "[{id: batch, account: production, user: svc-batch, ...}]"
	rotationExample  = "{id: batch, account: production, user: svc-batch, secret: production/svc-batch, by: " + whoExample + "}"
	serversExample   = "{tag: sekisho-key, value: svc-batch, path: /usr/local/sbin/sekisho-key}"
	none             = "none"
)

var (
	userName   = form{regexp.MustCompile(`^[\w+=,.@-]{1,64}$`), "an IAM user's name", "svc-batch"}
	secretName = form{regexp.MustCompile(`^[\w/+=.@-]{1,512}$`), "a secret's name (letters, digits and /_+=.@-)", "production/svc-batch"}
	// https://docs.aws.amazon.com/systems-manager/latest/userguide/send-commands-multiple.html
	tagKey   = form{regexp.MustCompile(`^[A-Za-z0-9_.:/+=@-]{1,128}$`), "a tag's key", "sekisho-key"}
	tagValue = form{regexp.MustCompile(`^[A-Za-z0-9_.:/+=@-]{1,256}$`), "a tag's value", "svc-batch"}
	document = form{regexp.MustCompile(`^[A-Za-z0-9_.-]{3,128}$`), "an SSM document's name", "my-fetch-key"}
	script   = form{regexp.MustCompile(`^(/[A-Za-z0-9_.-]+)+$`), "a script's path, from /, of letters, digits and _.-", "/usr/local/sbin/sekisho-key"}
)

// taken is what the rotations read so far have.
type taken struct{ ids, users, secrets map[string]place }

// readRotations reads whose keys are rotated. A key has one rotation, and a secret one key.
func (r *reader) readRotations(c *Config, top section) {
	v, ok := top.values["rotations"]
	if !ok {
		return
	}
	before := taken{map[string]place{}, map[string]place{}, map[string]place{}}
	for _, each := range r.entries(v, "a rotation", rotationsExample) {
		s, ok := r.section(each, rotationExample, "id", "account", "user", "secret", "older_than", "servers", "by", "approve", "escalate", "within", "proof", "grace")
		if ok {
			c.Policy.Rotations = append(c.Policy.Rotations, r.readRotation(s, c.Policy, before))
		}
	}
}

func (r *reader) readRotation(s section, p *access.Settings, before taken) access.Rotation {
	id, user, secret := s.word("id", ruleID), s.word("user", userName), s.word("secret", secretName)
	out := access.Rotation{ID: id.value, Account: r.account(s.word("account", anyName)), User: user.value, Secret: secret.value}
	r.once(before.ids, id.value, id, "is the id of a rotation")
	r.once(before.users, out.Account+"/"+strings.ToLower(user.value), user, "has a rotation")
	r.once(before.secrets, out.Account+"/"+secret.value, secret, "is the secret of a rotation")
	if v, ok := s.values["older_than"]; ok {
		out.OlderThan = r.span(r.word(v, timeSpan))
	}
	out.Fleet = r.readFleet(s)
	if by, ok := s.need("by", whoExample); ok {
		out.Rotators, _ = r.readWho(by, "rotate anything")
	}
	out.Within = r.span(s.wordOr("within", "24h", timeSpan))
	if _, ok := s.values["approve"]; ok {
		out.Steps = r.readApproval(s, p)
		out.Escalation = r.readEscalation(s, out.Within, out.Steps)
	} else if v, ok := s.values["escalate"]; ok {
		r.note(v.from, "%s of what nobody has to approve: add approve, or take it away", v.name)
	}
	out.Proof = r.span(s.wordOr("proof", "24h", timeSpan))
	out.Grace = r.span(s.wordOr("grace", "72h", timeSpan))
	return out
}

// once tells of what another rotation has already.
func (r *reader) once(before map[string]place, key string, written word, what string) {
	if at, there := before[key]; there && written.value != "" {
		r.note(written.at, "%s %s already, on line %d: write another one, or make one of the two", quote(written.value), what, at.line)
	}
	before[key] = written.at
}

// readFleet returns the servers that use the key: none, or those with a tag, with how they are told.
func (r *reader) readFleet(s section) store.Fleet {
	v, ok := s.values["servers"]
	if !ok {
		return store.Fleet{}
	}
	f, ok := r.section(v, serversExample, "tag", "value", "path", "document")
	if !ok {
		return store.Fleet{}
	}
	_, path := f.values["path"]
	if _, own := f.values["document"]; path == own {
		r.note(f.at, "%s needs one of path and document: write path: and where the script is on the servers, or document: and the name of a document of yours", f.name)
	}
	return store.Fleet{Key: f.word("tag", tagKey).value, Value: f.word("value", tagValue).value,
		Path: f.wordOr("path", "", script).value, Document: f.wordOr("document", "", document).value}
}

// readDuration reads how long access lasts, or that it has no end, which only a key that is rotated may have.
func (r *reader) readDuration(s section, p *access.Settings, e *policy.Entitlement) {
	if v, ok := s.values["duration"]; ok && shapeOf(v.node) == text && v.node.GetToken().Value == none {
		e.Endless, e.Duration, e.Longest = true, toHandOver, toHandOver
		if _, rotated := p.RotationOf(e.Account, e.Target); e.Target != "" && e.Account != "" && !(rotated && e.Kind == "access-key") {
			r.note(v.at, "%s has no end, which is for access keys that are rotated: add a rotation of this account and user under rotations, or write for example duration: %s",
				quote(e.ID), durationExample)
		}
		return
	}
	if d, ok := s.section("duration", durationExample, "default", "max"); ok {
		most := d.word("max", timeSpan)
		e.Duration, e.Longest = r.span(d.word("default", timeSpan)), r.span(most)
		if e.Longest > 0 && e.Longest < e.Duration {
			r.note(most.at, "max is shorter than default: write max: %s or more, or a shorter default", d.values["default"].node.GetToken().Value)
		}
	}
}
