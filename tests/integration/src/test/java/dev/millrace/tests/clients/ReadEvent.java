package dev.millrace.tests.clients;

import dev.millrace.events.Prediction;

/**
 * A prediction as a client's CloudEvents SDK reads it.
 *
 * @param key the record's key
 * @param id the event's id
 * @param source the event's source
 * @param type the event's type
 * @param timeMs the event's time, in ms since 1970
 * @param subject the event's subject
 * @param contentType media type of the event's data
 * @param data the event's data
 */
record ReadEvent(
    String key,
    String id,
    String source,
    String type,
    long timeMs,
    String subject,
    String contentType,
    Prediction data) {}
