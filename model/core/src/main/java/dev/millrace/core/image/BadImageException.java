package dev.millrace.core.image;

import java.util.Locale;
import java.util.Objects;

/**
 * Thrown if an image cannot be classified because of the image itself. The message states the
 * reason, and becomes part of the dead letter (the record about the refused image). The exception
 * has no stack trace, because a stack trace does not say what is wrong with the image.
 */
public final class BadImageException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** The reason why an image is refused. Metrics count refused images by reason. */
  public enum Reason {
    /** The Kafka record has no value, or its value is empty. */
    EMPTY,
    /** The record's content type or envelope is not supported. */
    UNREADABLE_EVENT,
    /** The record refers to an image that may not or cannot be fetched. */
    NOT_FETCHED,
    /** The first bytes do not belong to a supported image format. */
    UNKNOWN_FORMAT,
    /**
     * The image has more pixels than {@link ImageLimits#maxPixels()} allows, or decoding would need
     * too much memory or too many passes.
     */
    TOO_LARGE,
    /** The first bytes belong to a supported image format, but the image cannot be decoded. */
    UNDECODABLE,
    /** Decoding took longer than {@link ImageLimits#decodeTimeout()}. */
    TIMEOUT,
    /** The decoder failed for a reason that has nothing to do with the image. */
    DECODER_FAILED,
    /** The model fails on this image, although it classifies other images on the same device. */
    NO_ANSWER;

    /** {@return the reason as a metric label, for example {@code too_large}} */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The reason, for metrics. */
  private final Reason reason;

  /**
   * Creates the exception without a cause.
   *
   * @param reason the reason, for metrics
   * @param message the reason in words, for the dead letter
   */
  public BadImageException(Reason reason, String message) {
    this(reason, message, null);
  }

  /**
   * Creates the exception.
   *
   * @param reason the reason, for metrics
   * @param message the reason in words, for the dead letter
   * @param cause the decoder's or parser's error, or null
   */
  public BadImageException(Reason reason, String message, Throwable cause) {
    super(message, cause, false, false);
    this.reason = Objects.requireNonNull(reason);
  }

  /** {@return the reason, for metrics} */
  public Reason reason() {
    return reason;
  }
}
