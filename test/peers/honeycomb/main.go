// Honeycomb's ingest, as far as it can be had: OTLP over HTTP and gRPC, read and answered by husky, Honeycomb's own
// library. What husky leaves to its caller is ours: which keys are known, GET /1/auth, and the answer to a wrong path.
//
// PEER_KEYS in the environment is a JSON object: key → {"auth": the body of GET /1/auth, "refuse": a sentence}. "refuse"
// makes ingest answer 401 with that sentence.
//
// First line on standard output: {"http","direct","grpc"}, the addresses. husky has two readers of traces: one by way of
// protobuf's own types, behind "http" and "grpc", and a newer one straight into msgpack, behind "direct"; nothing says which
// of them a region runs. Then one line an event, and after the events of each request over HTTP {"answered": status}, so
// that who reads this knows when there are no more of them. Ends with its standard input.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/honeycombio/husky/otlp"
	"github.com/tinylib/msgp/msgp"
	trace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/encoding/gzip"
)

const (
	unknownKey   = "unknown API key - check your credentials, region, and API URL"
	wrongPath    = "invalid OTLP endpoint - should you be sending to /v1/traces?, see API docs https://docs.honeycomb.io/"
	maxBodyBytes = 20 << 20 // husky's own default
)

type key struct {
	Auth   json.RawMessage `json:"auth"`
	Refuse string          `json:"refuse"`
}

type event struct {
	Dataset    string         `json:"dataset"`
	Time       time.Time      `json:"time"`
	SampleRate int32          `json:"sampleRate"`
	Data       map[string]any `json:"data"`
}

var (
	keys   = map[string]key{}
	out    = json.NewEncoder(os.Stdout)
	outing sync.Mutex
)

// say prints lines that belong together.
func say(lines ...any) {
	outing.Lock()
	defer outing.Unlock()
	for _, line := range lines {
		if err := out.Encode(line); err != nil {
			log.Fatal(err)
		}
	}
}

// known is what husky cannot know: whether there is such a key, and whether it may send.
func known(apiKey string) error {
	found, there := keys[apiKey]
	if !there {
		return otlp.OTLPError{Message: unknownKey, HTTPStatusCode: http.StatusUnauthorized, GRPCStatusCode: codes.Unauthenticated}
	}
	if found.Refuse != "" {
		return otlp.OTLPError{Message: found.Refuse, HTTPStatusCode: http.StatusUnauthorized, GRPCStatusCode: codes.PermissionDenied}
	}
	return nil
}

type reader func(context.Context, io.ReadCloser, otlp.RequestInfo) ([]any, error)

func throughTypes(ctx context.Context, body io.ReadCloser, info otlp.RequestInfo) ([]any, error) {
	result, err := otlp.TranslateTraceRequestFromReaderSized(ctx, body, info, maxBodyBytes)
	if err != nil {
		return nil, err
	}
	return eventsOf(result), nil
}

func eventsOf(result *otlp.TranslateOTLPRequestResult) []any {
	events := []any{}
	for _, batch := range result.Batches {
		for _, one := range batch.Events {
			events = append(events, event{batch.Dataset, one.Timestamp, one.SampleRate, one.Attributes})
		}
	}
	return events
}

func direct(ctx context.Context, body io.ReadCloser, info otlp.RequestInfo) ([]any, error) {
	result, err := otlp.TranslateTraceRequestFromReaderSizedWithMsgp(ctx, body, info, maxBodyBytes)
	if err != nil {
		return nil, err
	}
	events := []any{}
	for _, batch := range result.Batches {
		for _, one := range batch.Events {
			data, _, err := msgp.ReadMapStrIntfBytes(one.Attributes, nil)
			if err != nil {
				return nil, err
			}
			events = append(events, event{batch.Dataset, one.Timestamp, one.SampleRate, data})
		}
	}
	return events, nil
}

// ingest asks in the order that the parts allow: the headers, the key, then the body.
func ingest(read reader) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		info := otlp.GetRequestInfoFromHttpHeaders(r.Header)
		err := info.ValidateTracesHeaders()
		if err == nil {
			err = known(info.ApiKey)
		}
		var events []any
		if err == nil {
			events, err = read(r.Context(), r.Body, info)
		}
		if err == nil {
			say(append(events, map[string]int{"answered": http.StatusOK})...)
			otlp.WriteOtlpHttpTraceSuccessResponse(w, r)
			return
		}
		var refused otlp.OTLPError
		if !errors.As(err, &refused) {
			refused = otlp.OTLPError{Message: err.Error(), HTTPStatusCode: http.StatusInternalServerError}
		}
		say(map[string]int{"answered": refused.HTTPStatusCode})
		otlp.WriteOtlpHttpFailureResponse(w, r, refused)
	}
}

type traces struct {
	trace.UnimplementedTraceServiceServer
}

func (traces) Export(ctx context.Context, request *trace.ExportTraceServiceRequest) (*trace.ExportTraceServiceResponse, error) {
	info := otlp.GetRequestInfoFromGrpcMetadata(ctx)
	result, err := otlp.TranslateTraceRequest(ctx, request, info)
	if err == nil {
		err = known(info.ApiKey)
	}
	if err != nil {
		return nil, otlp.AsGRPCError(err)
	}
	say(eventsOf(result)...)
	return &trace.ExportTraceServiceResponse{}, nil
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

func auth(w http.ResponseWriter, r *http.Request) {
	found, there := keys[r.Header.Get("X-Honeycomb-Team")]
	if !there || found.Auth == nil {
		reply(w, http.StatusUnauthorized, map[string]string{"error": unknownKey})
		return
	}
	reply(w, http.StatusOK, found.Auth)
}

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	return listener
}

// serve gives the address where a reader is behind OTLP over HTTP.
func serve(read reader) string {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/traces", ingest(read))
	mux.HandleFunc("GET /1/auth", auth)
	mux.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		say(map[string]int{"answered": http.StatusBadRequest})
		reply(w, http.StatusBadRequest, map[string]string{"error": wrongPath})
	})
	listener := listen()
	go func() { log.Fatal(http.Serve(listener, mux)) }()
	return "http://" + listener.Addr().String()
}

func main() {
	if err := json.Unmarshal([]byte(os.Getenv("PEER_KEYS")), &keys); err != nil {
		log.Fatal("PEER_KEYS: ", err)
	}
	server := grpc.NewServer()
	trace.RegisterTraceServiceServer(server, traces{})
	listener := listen()
	go func() { log.Fatal(server.Serve(listener)) }()
	say(map[string]string{"http": serve(throughTypes), "direct": serve(direct), "grpc": "http://" + listener.Addr().String()})
	io.Copy(io.Discard, os.Stdin)
}
