package fakeaws

import (
	"regexp"
	"time"
)

var stsActions = map[string]action{
	"AssumeRole":        {do: (*AWS).assumeRole},
	"GetCallerIdentity": {do: (*AWS).getCallerIdentity},
}

var sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

// assumeRole makes credentials that belong to the role's account, whoever calls.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
func (a *AWS) assumeRole(r *request) (any, error) {
	arn, session := r.Params["RoleArn"], r.Params["RoleSessionName"]
	if !sessionName.MatchString(session) {
		return nil, refuse("ValidationError", "Value '%s' at 'roleSessionName' failed to satisfy constraint", session)
	}
	seconds, err := r.number("DurationSeconds", 3600, 900, 43200)
	if err != nil {
		return nil, err
	}
	to := a.roleAt(arn)
	if to == nil || to.externalID != "" && to.externalID != r.Params["ExternalId"] {
		return nil, refuse("AccessDenied", "User: %s is not authorized to perform: sts:AssumeRole on resource: %s", r.caller.arn, arn)
	}
	key := to.account.newID("ASIA")[:20]
	as := principal{
		account: to.account,
		userID:  to.id + ":" + session,
		arn:     "arn:aws:sts::" + to.account.id + ":assumed-role/" + to.name + "/" + session,
		secret:  secretOf(key),
		token:   letters("token", key),
		trusted: true,
	}
	a.keys[key] = as
	return assumeRoleResult{
		Credentials: sessionXML{
			AccessKeyId:     key,
			SecretAccessKey: a.give(as.secret),
			SessionToken:    as.token,
			Expiration:      stamp(r.now.Add(time.Duration(seconds) * time.Second)),
		},
		AssumedRoleUser: assumedXML{AssumedRoleId: as.userID, Arn: as.arn},
	}, nil
}

// roleAt finds a role in whatever account.
func (a *AWS) roleAt(arn string) *role {
	for _, acc := range a.accounts {
		if to := acc.roles[arn]; to != nil {
			return to
		}
	}
	return nil
}

// getCallerIdentity says whose the access key is.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func (a *AWS) getCallerIdentity(r *request) (any, error) {
	return identityResult{r.caller.userID, r.caller.account.id, r.caller.arn}, nil
}

type assumeRoleResult struct {
	Credentials     sessionXML
	AssumedRoleUser assumedXML
}

type sessionXML struct{ AccessKeyId, SecretAccessKey, SessionToken, Expiration string }

type assumedXML struct{ AssumedRoleId, Arn string }

type identityResult struct{ UserId, Account, Arn string }
