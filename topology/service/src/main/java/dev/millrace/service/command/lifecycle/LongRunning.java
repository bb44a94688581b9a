package dev.millrace.service.command.lifecycle;

/**
 * A command that runs until it is stopped. What its connections go through is logged as it happens;
 * other commands end with one line about it.
 */
public interface LongRunning {}
