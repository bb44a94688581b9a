package dev.millrace.registry;

import org.apache.kafka.common.KafkaException;

/**
 * Thrown if the schema registry does not answer, or refuses a request. The event is not at fault,
 * so the caller must read or write it again.
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
