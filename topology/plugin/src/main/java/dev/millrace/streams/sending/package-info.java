/**
 * Checks records against the limits of their topics before they are sent, and makes dead letters
 * that the brokers accept. The check comes first because under exactly-once a record that a broker
 * refuses aborts the transaction, whatever a handler answers (KAFKA-15259).
 */
package dev.millrace.streams.sending;
