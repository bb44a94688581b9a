/** The service: a topology from images to predictions, run by Kafka Streams until it is closed. */
package dev.millrace.service.serve;
