package fakeaws

import (
	"maps"
	"slices"
	"strings"
)

// filterJSON asks for the servers of which something has one of some values.
type filterJSON struct {
	Key    string
	Values []string
}

func (f filterJSON) ofTags() bool { return f.Key == "tag-key" || strings.HasPrefix(f.Key, "tag:") }

// tagged reports whether a server has a tag that is asked for.
func (f filterJSON) tagged(s *server) bool {
	if name, ok := strings.CutPrefix(f.Key, "tag:"); ok {
		value, has := s.Tags[name]
		return has && slices.Contains(f.Values, value)
	}
	return slices.ContainsFunc(slices.Collect(maps.Keys(s.Tags)), func(name string) bool { return slices.Contains(f.Values, name) })
}

// test is what a filter lets through.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstanceInformationStringFilter.html
func (f filterJSON) test(r *request) (func(*server) bool, error) {
	of := map[string]func(*server) string{
		"AgentVersion":  func(s *server) string { return s.Agent },
		"IamRole":       func(s *server) string { return s.Role },
		"InstanceIds":   func(s *server) string { return s.ID },
		"PingStatus":    func(s *server) string { return s.ping(r.now) },
		"PlatformTypes": func(s *server) string { return s.Platform },
		"ResourceType":  (*server).kind,
	}[f.Key]
	switch {
	case len(f.Values) == 0:
		return nil, refuse("InvalidInstanceInformationFilterValue", "The filter %s has no value.", f.Key)
	case f.ofTags():
		return f.tagged, nil
	case of == nil:
		return nil, refuse("InvalidFilterKey", "The filter key %s is not valid.", f.Key)
	}
	for _, id := range f.Values {
		if f.Key == "InstanceIds" && r.caller.account.servers[id] == nil {
			return nil, refuse("InvalidInstanceId", "%s is not a managed instance of this account.", id)
		}
	}
	return func(s *server) bool { return slices.Contains(f.Values, of(s)) }, nil
}

// targets returns the servers that have all the tags, or the ids, of some targets.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/send-commands-multiple.html
func (acc *account) targets(wanted []filterJSON) ([]*server, error) {
	servers := acc.managed()
	for _, f := range wanted {
		test := f.tagged
		switch {
		case len(f.Values) == 0 || len(f.Values) > 50:
			return nil, refuse("InvalidTarget", "The target %s needs 1 to 50 values.", f.Key)
		case f.Key == "InstanceIds":
			test = func(s *server) bool { return slices.Contains(f.Values, s.ID) }
		case !f.ofTags():
			return nil, refuse("InvalidTarget", "The target key %s is not valid.", f.Key)
		}
		servers = slices.DeleteFunc(servers, func(s *server) bool { return !test(s) })
	}
	return servers, nil
}
