package fakeslack

// Revoke ends the app's installation: from now on every call with either token is answered with the code, the links
// given out for Socket Mode are void, and the open sockets are sent a disconnect and cut. Slack's codes for it are
// token_revoked, when an administrator removed the app, and account_inactive, when its bot user was deactivated. An
// empty code installs the app again, with the same tokens.
// https://docs.slack.dev/reference/methods/auth.test#errors
//
// Slack does not say what an open socket hears of it; the fake takes link_disabled, "Socket Mode was turned off".
// https://docs.slack.dev/apis/events-api/using-socket-mode#disconnect
func (s *Server) Revoke(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = code
	if code != "" {
		clear(s.tickets)
		for _, k := range s.sockets {
			if !k.leaving {
				k.dismiss("link_disabled")
			}
		}
	}
	s.notify()
}
