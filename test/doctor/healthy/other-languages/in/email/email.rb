require 'sinatra'
require 'opentelemetry/sdk'
OpenTelemetry::SDK.configure
