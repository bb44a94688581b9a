/**
 * The service: a topology from images to predictions, which Kafka Streams runs until the service is
 * closed.
 */
package dev.millrace.service.serve;
