package dev.millrace.service.command;

/**
 * A command that runs until it is stopped. What its connections go through is logged as it happens;
 * other commands end with one line about it.
 */
interface LongRunning {}
