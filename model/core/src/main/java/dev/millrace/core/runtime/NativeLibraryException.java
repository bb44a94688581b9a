package dev.millrace.core.runtime;

/**
 * Thrown if a native library cannot be loaded on this machine. The message is one line that says
 * what to do.
 */
public final class NativeLibraryException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message one line that says what to do
   * @param cause the failure to load the library
   */
  public NativeLibraryException(String message, Throwable cause) {
    super(message, cause);
  }
}
