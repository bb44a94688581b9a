package dev.millrace.core.image;

import java.util.Locale;
import java.util.Objects;

/**
 * One image cannot be classified, and it is the image's own fault. The message says why, for the
 * dead letter. It carries no stack trace: ours would say nothing of the image.
 */
public final class BadImageException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** Why an image is refused, as metrics count it. */
  public enum Reason {
    /** The record has no value, or an empty one. */
    EMPTY,
    /** The record's content type or envelope is not one that is read here. */
    UNREADABLE_EVENT,
    /** The bytes begin like no image format that is read here. */
    UNKNOWN_FORMAT,
    /** The header claims more pixels than are allowed. */
    TOO_LARGE,
    /** The bytes begin like an image and do not decode. */
    UNDECODABLE,
    /** Decoding took longer than is allowed. */
    TIMEOUT,
    /** The decoder failed on it without an opinion of it: a fault of the decoder, not a refusal. */
    DECODER_FAILED,
    /** The model fails on it, and answers other images on the same device. */
    NO_ANSWER;

    /** The reason as a metric's label, for example {@code too_large}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Reason reason;

  public BadImageException(Reason reason, String message) {
    this(reason, message, null);
  }

  public BadImageException(Reason reason, String message, Throwable cause) {
    super(message, cause, false, false);
    this.reason = Objects.requireNonNull(reason);
  }

  public Reason reason() {
    return reason;
  }
}
