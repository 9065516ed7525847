package fakeaws_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"sekisho/aws/fakeaws"
)

// A server that is cut off is noticed after five minutes. What is sent to it before
// waits, and runs if it comes back in time; what is sent after cannot be delivered.
func TestServerThatIsOffline(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		fleet(a, 0, "i-1")
		c := cloudIn(a)
		send := func() *types.Command {
			in := shell("uptime", "i-1")
			in.TimeoutSeconds, in.Parameters["executionTimeout"] = new(int32(100)), []string{"100"}
			return c.say(t, in)
		}
		ping := func() types.PingStatus {
			return must[*ssm.DescribeInstanceInformationOutput](t)(c.ssm.DescribeInstanceInformation(t.Context(),
				&ssm.DescribeInstanceInformationInput{})).InstanceInformationList[0].PingStatus
		}
		a.SetOnline(prod, "i-1", false)
		late := send()
		time.Sleep(3 * time.Second)
		if got := c.states(t, late); got != "i-1 Delayed/Delayed" || ping() != "Online" {
			t.Errorf("cut off: %s, %s", got, ping())
		}
		time.Sleep(150 * time.Second)
		a.SetOnline(prod, "i-1", true)
		if got := c.states(t, late); got != "i-1 Success/Success" {
			t.Errorf("back in time: %s", got)
		}
		a.SetOnline(prod, "i-1", false)
		expired := send()
		time.Sleep(201 * time.Second)
		if got := c.states(t, expired); got != "i-1 TimedOut/DeliveryTimedOut" {
			t.Errorf("not back in time: %s", got)
		}
		time.Sleep(100 * time.Second)
		lost := send()
		time.Sleep(3 * time.Second)
		if got := c.states(t, lost); got != "i-1 Failed/Undeliverable" || ping() != "ConnectionLost" {
			t.Errorf("known to be lost: %s, %s", got, ping())
		}
		a.SetOnline(prod, "i-1", true)
		if got := len(a.Invocations(prod)); got != 3 || c.states(t, expired) != "i-1 TimedOut/DeliveryTimedOut" {
			t.Errorf("%d invocations, %s", got, c.states(t, expired))
		}
	})
}

func TestServerThatIsRemoved(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		fleet(a, 0, "i-1")
		c := cloudIn(a)
		command := c.say(t, shell("uptime", "i-1"))
		a.RemoveServer(prod, "i-1")
		time.Sleep(3 * time.Second)
		if got := c.states(t, command); got != "i-1 Failed/Undeliverable" {
			t.Error(got)
		}
	})
}

func TestFiltersOfServers(t *testing.T) {
	bubble(t, func(t *testing.T, a *fakeaws.AWS) {
		c := cloudIn(a)
		fleet(a, 0, "i-1", "i-2", "mi-3")
		a.AddServer(prod, fakeaws.Server{ID: "i-4", Platform: "Windows", Agent: "3.1.0.0", Shell: func(fakeaws.Run) fakeaws.Output { return fakeaws.Output{} }})
		find := func(filters ...types.InstanceInformationStringFilter) (string, error) {
			var ids []string
			in := &ssm.DescribeInstanceInformationInput{Filters: filters, MaxResults: new(int32(5))}
			for pages := ssm.NewDescribeInstanceInformationPaginator(c.ssm, in); pages.HasMorePages(); {
				page, err := pages.NextPage(t.Context())
				if err != nil {
					return "", err
				}
				for _, s := range page.InstanceInformationList {
					ids = append(ids, *s.InstanceId)
				}
			}
			return strings.Join(ids, " "), nil
		}
		by := func(key string, values ...string) types.InstanceInformationStringFilter {
			return types.InstanceInformationStringFilter{Key: &key, Values: values}
		}
		for _, row := range []struct {
			filters []types.InstanceInformationStringFilter
			want    string
		}{
			{nil, "i-1 i-2 i-4 mi-3"},
			{[]types.InstanceInformationStringFilter{by("tag:name", "i-1", "mi-3")}, "i-1 mi-3"},
			{[]types.InstanceInformationStringFilter{by("tag:role", "web"), by("tag:name", "i-2")}, "i-2"},
			{[]types.InstanceInformationStringFilter{by("tag-key", "role")}, "i-1 i-2 mi-3"},
			{[]types.InstanceInformationStringFilter{by("ResourceType", "ManagedInstance")}, "mi-3"},
			{[]types.InstanceInformationStringFilter{by("PlatformTypes", "Windows"), by("PingStatus", "Online")}, "i-4"},
			{[]types.InstanceInformationStringFilter{by("InstanceIds", "i-2")}, "i-2"},
		} {
			if got, err := find(row.filters...); got != row.want {
				t.Errorf("%v: %s, %v; want %s", row.filters, got, err, row.want)
			}
		}
		_, err := find(by("InstanceIds", "i-9"))
		refused(t, err, "InvalidInstanceId", 400)
		_, err = find(by("Colour", "red"))
		refused(t, err, "InvalidFilterKey", 400)
		_, err = find(by("tag:role", "web"), by("PingStatus", "Online"))
		refused(t, err, "InvalidFilterKey", 400)
		_, err = c.ssm.SendCommand(t.Context(), shell("dir", "i-4"))
		refused(t, err, "UnsupportedPlatformType", 400)
		in := shell("dir")
		in.Targets = []types.Target{{Key: new("InstanceIds"), Values: []string{"i-4"}}}
		command := c.say(t, in)
		time.Sleep(3 * time.Second)
		if got := c.states(t, command); got != "i-4 Failed/InvalidPlatform" {
			t.Error(got)
		}
	})
}
