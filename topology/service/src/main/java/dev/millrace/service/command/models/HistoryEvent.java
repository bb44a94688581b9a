package dev.millrace.service.command.models;

import java.time.Instant;

/**
 * Something that happened to a model.
 *
 * @param time when it was written to its topic
 * @param version the version, or null if no version is meant
 * @param event one word, for scripts
 * @param text what happened, for people
 * @param instance the instance or the trainer that reports it, or null for a promotion
 * @param reason why, or null
 */
record HistoryEvent(
    Instant time, Integer version, String event, String text, String instance, String reason) {

  static HistoryEvent of(Reported reported) {
    return new HistoryEvent(
        reported.time(),
        reported.report().version(),
        reported.report().outcome().word(),
        reported.report().instance() + ": " + ReportText.outcome(reported.report()),
        reported.report().instance(),
        reported.report().reason());
  }
}
