/** A real Kafka broker inside this JVM, for development, the demo and tests. */
package dev.millrace.service.broker;
