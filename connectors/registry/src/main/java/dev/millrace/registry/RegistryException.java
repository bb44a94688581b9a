package dev.millrace.registry;

import org.apache.kafka.common.KafkaException;

/**
 * Thrown if the schema registry does not answer, or refuses a request. The event is not at fault,
 * so the caller must read or write it again.
 */
public final class RegistryException extends KafkaException {

  private static final long serialVersionUID = 1;

  private final boolean isRefusal;

  RegistryException(String message) {
    super(message);
    this.isRefusal = false;
  }

  private RegistryException(String message, boolean isRefusal) {
    super(message);
    this.isRefusal = isRefusal;
  }

  RegistryException(String message, Throwable cause) {
    super(message, cause);
    this.isRefusal = false;
  }

  /** {@return the exception for a request that the registry refuses} */
  static RegistryException refusal(String message) {
    return new RegistryException(message, true);
  }

  /**
   * {@return whether the registry answers, and refuses the request, for example because the
   * password is wrong} The registry will refuse the request again until somebody changes the
   * configuration. Otherwise, the registry may answer later.
   */
  public boolean isRefusal() {
    return isRefusal;
  }
}
