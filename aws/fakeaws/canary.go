package fakeaws

import "slices"

// Canary stands in every secret of an access key that the fake gives out, and
// nowhere else: what contains it has leaked one, in whatever escaping of JSON, URL
// or shell it stands.
const Canary = "FakeAWSCanary"

// Canaries returns every secret given out so far: by [AWS.Credentials] and
// [AWS.Config], and in answers, whether or not these arrived.
func (a *AWS) Canaries() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settle()
	return slices.Clone(a.given)
}

// give notes a secret as given out and returns it; mu is held.
func (a *AWS) give(secret string) string {
	if !slices.Contains(a.given, secret) {
		a.given = append(a.given, secret)
	}
	return secret
}

// secretOf derives the secret that goes with an access key id, in the 40 characters
// of AWS's; it has the two that scripts stumble over. Nothing checks it: see the
// package's doc on signatures.
func secretOf(key string) string {
	x := letters("secret", key)
	return Canary + "/" + x[:13] + "+" + x[13:25]
}
