/** Tests of the plugins for Kafka Connect in real workers. */
package dev.millrace.tests.connect;
