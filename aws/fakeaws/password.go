package fakeaws

import "time"

// frozenFor is how long the password of a user cannot be taken away whose name was
// another one's before: AWS says "several minutes". The same error has been seen for
// a password made seconds ago (hashicorp/terraform-provider-aws#4143); that one is
// left to [AWS.Fault].
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html#API_DeleteLoginProfile_Errors
const frozenFor = 5 * time.Minute

// password is what lets a user sign in to the console: a "login profile" in IAM's words.
type password struct {
	created time.Time
	used    time.Time // the zero time if never
}

// AddPassword lets a user sign in to the console.
func (a *AWS) AddPassword(account, user string) { a.AddPasswordAt(account, user, a.now()) }

// AddPasswordAt is [AWS.AddPassword] for a password that was set earlier.
func (a *AWS) AddPasswordAt(account, user string, set time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	u := a.account(account).user(user)
	if u.password != nil {
		panic("fakeaws: there is a password of " + user)
	}
	u.password = &password{created: set}
}

// signInSpan is how coarse the last use of a password is.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html#id_credentials_understanding_the_report_format
const signInSpan = 5 * time.Minute

// SignIn uses a user's password, which is all that happens: no record of CloudTrail
// comes of it.
func (a *AWS) SignIn(account, user string) { a.SignInAt(account, user, a.now()) }

// SignInAt is [AWS.SignIn] for one that was earlier.
func (a *AWS) SignInAt(account, user string, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	a.settle()
	p := a.account(account).user(user).password
	if p == nil {
		panic("fakeaws: no password of " + user)
	}
	if p.used.IsZero() || at.Sub(p.used) >= signInSpan {
		p.used = at
	}
}

// HasPassword tells whether a user can sign in to the console.
func (a *AWS) HasPassword(account, user string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settle()
	return a.account(account).user(user).password != nil
}

// getLoginProfile tells when a user got his password; without a name, the caller.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetLoginProfile.html
func (a *AWS) getLoginProfile(r *request) (any, error) {
	u, err := r.withPassword()
	if err != nil {
		return nil, err
	}
	return loginProfileResult{loginProfileXML{u.name, stamp(u.password.created), false}}, nil
}

// deleteLoginProfile takes a user's password away; a session he has goes on.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html
func (a *AWS) deleteLoginProfile(r *request) (any, error) {
	u, err := r.withPassword()
	if err != nil {
		return nil, err
	}
	if r.now.Before(u.frozenUntil) {
		return nil, refuse("EntityTemporarilyUnmodifiable", "The user with name %s cannot be modified now.", u.name)
	}
	u.password = nil
	return nil, nil
}

// withPassword is the user asked for, who has a password.
func (r *request) withPassword() (*user, error) {
	u, err := r.userOrCaller()
	if err != nil {
		return nil, err
	}
	if u.password == nil {
		return nil, refuse("NoSuchEntity", "Login Profile for User %s cannot be found.", u.name)
	}
	return u, nil
}

type loginProfileResult struct{ LoginProfile loginProfileXML }

type loginProfileXML struct {
	UserName, CreateDate  string
	PasswordResetRequired bool
}
