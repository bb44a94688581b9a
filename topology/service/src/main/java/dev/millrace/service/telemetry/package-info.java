/** Exports the service's traces and metrics to OpenTelemetry's collector, and its meters to JMX. */
package dev.millrace.service.telemetry;
