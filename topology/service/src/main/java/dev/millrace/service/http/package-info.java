/**
 * The HTTP endpoint of a running service: metrics for Prometheus, and health, metadata and
 * inference as the Open Inference Protocol defines them.
 */
package dev.millrace.service.http;
