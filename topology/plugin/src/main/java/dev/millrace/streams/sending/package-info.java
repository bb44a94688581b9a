/**
 * What brokers take, and what becomes of a record that they would refuse. It is found out before
 * the record is sent: under exactly-once a refused record aborts the transaction, whatever a
 * handler answers (KAFKA-15259).
 */
package dev.millrace.streams.sending;
