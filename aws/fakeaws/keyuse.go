package fakeaws

import "time"

// useSpan is how coarse the last use of a key is: of all uses within it only the
// first is recorded.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html#id_credentials_understanding_the_report_format
const useSpan = 15 * time.Minute

// use is the last recorded use of a key; the zero use is none.
type use struct {
	at              time.Time
	service, region string
}

// UseKey uses a key as the program does that holds it: not in [AWS.Calls], and
// recorded as any call that it signs. It reports whether AWS took the key, which it
// does not once that is switched off or deleted.
func (a *AWS) UseKey(id, service string) bool { return a.UseKeyAt(id, service, a.now()) }

// UseKeyAt is [AWS.UseKey] for a use that was earlier.
func (a *AWS) UseKeyAt(id, service string, at time.Time) bool {
	_, ok := a.sign(id, use{at, service, region})
	return ok
}

// sign returns who a key speaks for, if it speaks for anybody now, and records
// the use.
func (a *AWS) sign(key string, u use) (principal, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settle()
	p, ok := a.keys[key]
	switch {
	case !ok || p.key == nil:
		return p, ok
	case !p.key.active:
		return p, false
	case p.key.used.at.IsZero() || u.at.Sub(p.key.used.at) >= useSpan:
		p.key.used = u
	}
	return p, true
}

// getAccessKeyLastUsed tells when a key was last used. That of another account, or
// of nobody, cannot be asked about; which error says so is not documented, of those
// that callers report it is this one.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
func (a *AWS) getAccessKeyLastUsed(r *request) (any, error) {
	id := r.Params["AccessKeyId"]
	if !accessKeyID.MatchString(id) {
		return nil, refuse("ValidationError", "The specified value for accessKeyId is invalid.")
	}
	p, ok := a.keys[id]
	if !ok || p.account != r.caller.account || p.key == nil {
		return nil, refuse("NoSuchEntity", "The Access Key with id %s cannot be found.", id)
	}
	return keyUseResult{p.user.name, p.key.used.xml()}, nil
}

func (u use) xml() keyUseXML {
	if u.at.IsZero() {
		return keyUseXML{Region: "N/A", ServiceName: "N/A"}
	}
	return keyUseXML{stamp(u.at), u.region, u.service}
}

type keyUseResult struct {
	UserName          string
	AccessKeyLastUsed keyUseXML
}

type keyUseXML struct {
	LastUsedDate        string `xml:",omitempty"`
	Region, ServiceName string
}
