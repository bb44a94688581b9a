package dev.millrace.core.model;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The device that runs a model: {@code cpu}, or {@code cuda:N} for NVIDIA GPU number N.
 *
 * @param kind the kind of processor
 * @param index the processor's number, from 0; always 0 for the CPU
 */
public record Device(Kind kind, int index) {

  /** The kinds of device. */
  public enum Kind {
    /** The machine's processor. */
    CPU,
    /** An NVIDIA GPU. */
    CUDA
  }

  /** The CPU. */
  public static final Device CPU = new Device(Kind.CPU, 0);

  private static final Pattern CUDA = Pattern.compile("cuda(?::(\\d{1,3}))?");

  /**
   * Validates the values.
   *
   * @param kind the kind of processor
   * @param index the processor's number, from 0
   * @throws IllegalArgumentException if the index is below 0, or above 0 for the CPU
   */
  public Device {
    Objects.requireNonNull(kind, "kind");
    if (index < 0 || (kind == Kind.CPU && index > 0)) {
      throw new IllegalArgumentException(
          "device: index " + index + " is not " + (kind == Kind.CPU ? "0" : "0 or above"));
    }
  }

  /**
   * Parses {@code cpu}, {@code cuda} (short for {@code cuda:0}) or {@code cuda:N}.
   *
   * @param text the device's name
   * @return the device. This method does not test whether the machine has this device
   * @throws IllegalArgumentException if the text has none of these forms
   */
  public static Device parse(String text) {
    if (text.equals("cpu")) {
      return CPU;
    }
    Matcher cuda = CUDA.matcher(text);
    if (!cuda.matches()) {
      throw new IllegalArgumentException(
          "device: '" + text + "' is neither cpu nor cuda:N, N from 0 to 999");
    }
    return new Device(Kind.CUDA, cuda.group(1) == null ? 0 : Integer.parseInt(cuda.group(1)));
  }

  @Override
  public String toString() {
    return kind == Kind.CPU ? "cpu" : "cuda:" + index;
  }
}
