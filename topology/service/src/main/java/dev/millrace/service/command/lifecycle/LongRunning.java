package dev.millrace.service.command.lifecycle;

/**
 * A command that runs until it is stopped. Warnings about the network connections of this command
 * are logged at once. Other commands do not log these warnings, but end with one line about the
 * failure.
 */
public interface LongRunning {}
