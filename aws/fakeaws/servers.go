package fakeaws

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// RecentAgent is the first version of the agent that hands over parameters in the
// environment, and the one that servers have if none is named.
const RecentAgent = "3.3.2746.0"

// lostAfter is how long Systems Manager takes a server that is silent for online:
// the agent reports every five minutes.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html
const lostAfter = 5 * time.Minute

// Server is a machine that Systems Manager manages. ID, Tags and Shell are required.
type Server struct {
	ID       string // "i-..." on EC2, "mi-..." elsewhere
	Tags     map[string]string
	Agent    string // its version; RecentAgent if ""
	Platform string // "Linux" if ""
	// Role is that of its instance profile, made if there is none of the name; its ID
	// if "". Resource policies may name the role; nothing else speaks for it.
	Role string
	// Shell is what the server does with a command. It is called once for each, in the
	// goroutine of whoever asks this AWS for something next, and may ask it itself.
	Shell func(Run) Output
}

// Run is a command as it reaches a server.
type Run struct {
	Server  string
	Command string            // id
	Script  string            // the lines to run, parameters put in
	Env     map[string]string // "SSM_" and the name of each parameter that is handed over so
	At      time.Time
	AWS     aws.Config // with the server's own credentials
}

// Output is what a server answers to a command, after a time.
type Output struct {
	Stdout, Stderr string
	Exit           int
	Takes          time.Duration
}

type server struct {
	Server
	online     bool
	since      time.Time // of being so
	gone       bool
	registered time.Time
	config     aws.Config
}

// AddServer puts a server under management; it is online.
func (a *AWS) AddServer(account string, s Server) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	a.settle()
	acc := a.account(account)
	if acc.servers[s.ID] != nil || s.Shell == nil || !strings.HasPrefix(s.ID, "i-") && !strings.HasPrefix(s.ID, "mi-") {
		panic("fakeaws: not a new server with a shell: " + s.ID)
	}
	s.Agent, s.Platform, s.Role = cmp.Or(s.Agent, RecentAgent), cmp.Or(s.Platform, "Linux"), cmp.Or(s.Role, s.ID)
	s.Tags = maps.Clone(s.Tags)
	acc.servers[s.ID] = &server{Server: s, online: true, since: a.now(), registered: a.now(), config: a.serverConfig(acc, s)}
}

// serverConfig has the credentials of an instance profile.
func (a *AWS) serverConfig(acc *account, s Server) aws.Config {
	profile := acc.role(s.Role)
	if profile == nil {
		profile = a.addRole(acc, s.Role, "")
	}
	key := acc.newID("ASIA")[:20]
	p := principal{
		account: acc,
		userID:  profile.id + ":" + s.ID,
		arn:     "arn:aws:sts::" + acc.id + ":assumed-role/" + profile.name + "/" + s.ID,
		secret:  secretOf(key),
		token:   letters("token", key),
	}
	a.keys[key] = p
	return aws.Config{
		Region:       region,
		Credentials:  credentials.NewStaticCredentialsProvider(key, a.give(p.secret), p.token),
		BaseEndpoint: aws.String("http://aws.invalid"),
		HTTPClient:   &http.Client{Transport: a},
	}
}

// SetOnline cuts a server off, or lets it come back. Systems Manager notices its
// silence after five minutes only; what waits for it reaches it when it comes back
// in time.
func (a *AWS) SetOnline(account, id string, online bool) {
	a.toServer(account, id, func(s *server) {
		if s.online != online {
			s.online, s.since = online, a.now()
		}
	})
}

// RemoveServer ends the management of a server.
func (a *AWS) RemoveServer(account, id string) {
	a.toServer(account, id, func(s *server) {
		s.gone = true
		delete(a.account(account).servers, id)
	})
}

func (a *AWS) toServer(account, id string, do func(*server)) {
	a.work()
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	a.settle()
	s := a.account(account).servers[id]
	if s == nil {
		panic("fakeaws: no server " + id)
	}
	do(s)
}

// ping is the status of a server as Systems Manager knows it.
func (s *server) ping(now time.Time) string {
	if s.online || now.Before(s.since.Add(lostAfter)) {
		return "Online"
	}
	return "ConnectionLost"
}

// kind is where a server stands.
func (s *server) kind() string {
	if strings.HasPrefix(s.ID, "mi-") {
		return "ManagedInstance"
	}
	return "EC2Instance"
}

// managed returns the servers of an account by id.
func (acc *account) managed() []*server {
	return slices.SortedFunc(maps.Values(acc.servers), func(x, y *server) int { return cmp.Compare(x.ID, y.ID) })
}

// describeInstanceInformation shows a page of the servers that pass all filters.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html
func (a *AWS) describeInstanceInformation(r *request) (any, error) {
	var in struct {
		Filters    []filterJSON
		MaxResults *int
		NextToken  string
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	servers := r.caller.account.managed()
	for _, f := range in.Filters {
		if f.ofTags() != in.Filters[0].ofTags() {
			return nil, refuse("InvalidFilterKey", "Tag filters can't be combined with other filter types.")
		}
		test, err := f.test(r)
		if err != nil {
			return nil, err
		}
		servers = slices.DeleteFunc(servers, func(s *server) bool { return !test(s) })
	}
	servers, next, err := cut(servers, window{in.MaxResults, 5, 50, 10}, in.NextToken, "InvalidNextToken")
	if err != nil {
		return nil, err
	}
	out := struct {
		InstanceInformationList []serverJSON
		NextToken               string `json:",omitempty"`
	}{NextToken: next}
	for _, s := range servers {
		out.InstanceInformationList = append(out.InstanceInformationList, s.json(r.now))
	}
	return out, nil
}

func (s *server) json(now time.Time) serverJSON {
	pinged := now
	if !s.online {
		pinged = s.since
	}
	return serverJSON{
		s.ID, s.ping(now), s.Agent, s.Platform, s.kind(), s.Role, "ip-" + s.ID, seconds(pinged), seconds(s.registered),
	}
}

type serverJSON struct {
	InstanceId, PingStatus, AgentVersion, PlatformType, ResourceType, IamRole, ComputerName string

	LastPingDateTime, RegistrationDate float64
}
