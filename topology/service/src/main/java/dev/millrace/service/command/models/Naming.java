package dev.millrace.service.command.models;

import dev.millrace.control.Champion;
import java.time.Instant;
import java.util.Optional;

/**
 * A record of the control topic.
 *
 * @param time the record's timestamp
 * @param model the model
 * @param champion the version that is to serve, or empty if the record takes it back
 */
record Naming(Instant time, String model, Optional<Champion> champion) {}
