/**
 * Checks records against the limits of their topics before they are sent, and creates dead letters
 * that the brokers accept. The check comes before the send because, under exactly-once, a record
 * that a broker refuses aborts the transaction. The response of an exception handler does not
 * prevent this (KAFKA-15259).
 */
package dev.millrace.streams.sending;
