/**
 * A running service over HTTP: metrics for Prometheus, and health and metadata as the Open
 * Inference Protocol defines them.
 */
package dev.millrace.service.http;
