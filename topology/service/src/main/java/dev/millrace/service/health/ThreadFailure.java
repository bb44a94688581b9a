package dev.millrace.service.health;

/**
 * A failure that ended a stream thread.
 *
 * @param at the time of the failure, as {@link System#nanoTime}
 * @param reason the reason in one line
 */
public record ThreadFailure(long at, String reason) {}
