package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// gauges is where Prometheus reads what the bot counts.
type gauges struct {
	*prometheus.Registry
	listener net.Listener
}

// listen opens the address, so that a wrong one is told before the bot begins.
func listen(address string) (gauges, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return gauges{}, fmt.Errorf("metrics: %w: write an address of this machine that is free, such as 127.0.0.1:9464", err)
	}
	g := gauges{prometheus.NewRegistry(), listener}
	g.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return g, nil
}

// serve answers GET /metrics until the context ends.
func (g gauges) serve(ctx context.Context) error {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(g.Registry, promhttp.HandlerOpts{}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(g.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}
