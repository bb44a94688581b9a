package dev.millrace.service.command.models;

import dev.millrace.control.Champion;
import java.time.Instant;
import java.util.Optional;

/**
 * A record of the control topic, which promotes a version or takes a promotion back.
 *
 * @param time the record's timestamp
 * @param model the model
 * @param champion the promoted version, or empty if the record takes the promotion back
 */
record Naming(Instant time, String model, Optional<Champion> champion) {}
