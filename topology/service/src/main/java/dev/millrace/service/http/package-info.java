/**
 * What a running service tells over HTTP: metrics for Prometheus, health and metadata as the Open
 * Inference Protocol has them.
 */
package dev.millrace.service.http;
