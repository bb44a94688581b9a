/**
 * The service: a Kafka Streams topology that reads images and writes predictions until the service
 * is closed.
 */
package dev.millrace.service.serve;
