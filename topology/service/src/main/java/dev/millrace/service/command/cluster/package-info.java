/** Checks and reads of the Kafka cluster that a command works with. */
package dev.millrace.service.command.cluster;
