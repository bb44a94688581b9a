package dev.millrace.service.health;

/**
 * A failure that ended a stream thread.
 *
 * @param at when, as {@link System#nanoTime}
 * @param reason one line
 */
public record ThreadFailure(long at, String reason) {}
