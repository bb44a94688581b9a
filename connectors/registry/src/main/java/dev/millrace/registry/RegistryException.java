package dev.millrace.registry;

import org.apache.kafka.common.KafkaException;

/**
 * The schema registry does not answer, or refuses a request. No event is at fault, so an event that
 * could not be read or written must be tried again.
 */
public final class RegistryException extends KafkaException {

  private static final long serialVersionUID = 1;

  RegistryException(String message) {
    super(message);
  }

  RegistryException(String message, Throwable cause) {
    super(message, cause);
  }
}
