package fakeaws

// putResourcePolicy says who else may use a secret.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html
func (a *AWS) putResourcePolicy(r *request) (any, error) {
	var in struct {
		SecretId, ResourcePolicy string
		BlockPublicPolicy        bool
	}
	s, err := r.secret(&in, &in.SecretId)
	if err != nil {
		return nil, err
	}
	if err := s.present(); err != nil {
		return nil, err
	}
	p, err := a.parsePolicy(in.ResourcePolicy)
	if err != nil {
		return nil, err
	}
	if in.BlockPublicPolicy && p.public() {
		return nil, refuse("PublicPolicyException", "The BlockPublicPolicy parameter is set to true,"+
			" and the resource policy did not prevent broad access to the secret.")
	}
	s.policy, s.changed = p, r.now
	return secretJSON{ARN: s.arn, Name: s.name}, nil
}

// getResourcePolicy shows the policy, if there is one, also of a secret that is to
// be deleted.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetResourcePolicy.html
func (a *AWS) getResourcePolicy(r *request) (any, error) {
	var in struct{ SecretId string }
	s, err := r.secret(&in, &in.SecretId)
	if err != nil {
		return nil, err
	}
	return struct {
		ARN, Name      string
		ResourcePolicy string `json:",omitempty"`
	}{s.arn, s.name, s.policy.text()}, nil
}

// mayTouch refuses who may not do with a secret what he asks for. Of identities
// only two kinds are told apart: those that are trusted may do all that no resource
// policy denies them, and all others only what one allows them.
func (r *request) mayTouch(s *secret, id string) error {
	action := "secretsmanager:" + r.Action
	said := unsaid
	if s != nil && s.policy != nil {
		id = s.arn
		said = s.policy.judge(r.caller, action, s.arn)
	}
	switch {
	case said == denied:
		return r.denied(id, "an explicit deny in a resource-based policy")
	case said == allowed || r.caller.trusted:
		return nil
	}
	return r.denied(id, "no identity-based policy allows the "+action+" action")
}

func (r *request) denied(resource, why string) error {
	return refuse("AccessDeniedException", "User: %s is not authorized to perform: %s on resource: %s because %s",
		r.caller.arn, "secretsmanager:"+r.Action, resource, why)
}
