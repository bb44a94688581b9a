package dev.millrace.service.history;

import java.time.Instant;

/**
 * Something that happened to a model.
 *
 * @param time timestamp of the event's record
 * @param version the version, or null if a promotion was taken back
 * @param event the kind of event in one word, for JSON
 * @param text the event as a line of text
 * @param instance the instance or the trainer that reported the event, or null if the event comes
 *     from the control topic
 * @param reason the reason in the report, or null if there is no report, or if the report has no
 *     reason
 */
public record HistoryEvent(
    Instant time, Integer version, String event, String text, String instance, String reason) {

  static HistoryEvent of(Reported reported) {
    return new HistoryEvent(
        reported.time(),
        reported.report().version(),
        reported.report().outcome().word(),
        reported.report().instance() + ": " + reported.outcome(),
        reported.report().instance(),
        reported.report().reason());
  }
}
