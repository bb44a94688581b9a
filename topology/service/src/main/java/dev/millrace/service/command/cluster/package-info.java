/** Checks the Kafka cluster that a command works with, and reads its topics. */
package dev.millrace.service.command.cluster;
