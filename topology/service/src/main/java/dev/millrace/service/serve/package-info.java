/**
 * The service. Kafka Streams runs its topology, from images to predictions, until the service is
 * closed.
 */
package dev.millrace.service.serve;
